//! What organisations use of the features that they have: the pools, and the assets that quotas count.

use crate::changes::{log_changes, stop_logging};
use crate::checks::{is_not_negative, one_of};
use crate::keys::{by_bytes, composite_fk, index, of_organisation, restrict, unique};
use sea_orm_migration::{prelude::*, schema::*};

/// The migration.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// The tables, their numbers in the log of changes, and their columns with keys.
const TABLES: [(&str, i16, &[&str]); 2] =
    [("licence_pool", 49, &["id", "organisation_id"]), ("asset", 50, &["id", "organisation_id", "licence_pool_id"])];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let pool = Table::create()
            .table("licence_pool")
            .col(pk_uuid("id"))
            .col(uuid("organisation_id"))
            .col(uuid("feature_id"))
            .col(big_integer("used"))
            .foreign_key(&mut restrict("organisation_id", "organisation"))
            .foreign_key(&mut restrict("feature_id", "feature"))
            .check(is_not_negative("used"))
            .to_owned();
        manager.create_table(pool).await?;
        manager.create_index(unique("licence_pool", &["organisation_id", "feature_id"])).await?;
        manager.create_index(of_organisation("licence_pool")).await?;

        let asset = Table::create()
            .table("asset")
            .col(pk_uuid("id"))
            .col(uuid("organisation_id"))
            .col(uuid("licence_pool_id"))
            .col(uuid("feature_id"))
            .col(text("name"))
            .col(text("name_key"))
            .col(text("search_text"))
            .col(text("kind"))
            .col(text_null("external_id"))
            .col(string_len("state", 16))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone_null("deleted_at"))
            .foreign_key(&mut composite_fk("licence_pool_id", "licence_pool", ForeignKeyAction::Restrict))
            .foreign_key(&mut restrict("feature_id", "feature"))
            .check(one_of("state", &["ACTIVE", "DELETED"]))
            .to_owned();
        manager.create_table(asset).await?;
        for column in ["name_key", "search_text"] {
            by_bytes(manager, "asset", column).await?;
        }
        for index in [
            index("asset", &["organisation_id", "name_key", "id"]),
            index("asset", &["organisation_id", "created_at", "id"]),
            index("asset", &["licence_pool_id", "name_key", "id"]),
        ] {
            manager.create_index(index).await?;
        }
        // A deleted asset leaves its external id free.
        let counted = Expr::col("state").eq("ACTIVE");
        manager.create_index(unique("asset", &["organisation_id", "external_id"]).and_where(counted).take()).await?;
        for (table, number, columns) in TABLES {
            log_changes(db, table, number, columns).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, ..) in TABLES {
            stop_logging(manager.get_connection(), table).await?;
        }
        for table in ["asset", "licence_pool"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
