//! People who ask for a permission.

use crate::checks::{exactly_one, one_of};
use crate::keys::{cascade, index, restrict};
use sea_orm_migration::{prelude::*, schema::*};

/// The migration.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let request = Table::create()
            .table("access_request")
            .col(pk_uuid("id"))
            .col(uuid("organisation_id"))
            .col(uuid("user_id"))
            .col(uuid("target_id"))
            .col(string_len("permission", 40))
            // The membership that would get another role, or the partnership that would delegate more.
            .col(uuid_null("membership_id"))
            .col(uuid_null("partnership_id"))
            .col(text("message"))
            .col(string_len("state", 16))
            .col(text_null("answer"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("expires_at"))
            .col(timestamp_with_time_zone_null("answered_at"))
            .foreign_key(&mut restrict("organisation_id", "organisation"))
            .foreign_key(&mut restrict("target_id", "organisation"))
            .foreign_key(&mut cascade("user_id", "user"))
            .foreign_key(&mut cascade("membership_id", "membership"))
            .foreign_key(&mut cascade("partnership_id", "partnership"))
            .check(exactly_one("membership_id", "partnership_id"))
            .check(one_of("state", &["PENDING", "GRANTED", "DECLINED"]))
            .to_owned();
        manager.create_table(request).await?;
        for columns in [["organisation_id", "created_at", "id"], ["user_id", "created_at", "id"]] {
            manager.create_index(index("access_request", &columns)).await?;
        }
        for column in ["membership_id", "partnership_id", "target_id"] {
            manager.create_index(index("access_request", &[column])).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("access_request").to_owned()).await
    }
}
