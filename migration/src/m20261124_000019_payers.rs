//! Requests for payers and their answers. A payer can be named by a code, which may be unknown.
//!
//! The table is created again, because SQLite cannot change the constraints of a column. Nothing points to it.

use crate::{
    checks::{differ, is_not_before, one_of},
    keys::{foreign_key, index, restrict, unique},
};
use sea_orm_migration::sea_orm::ConnectionTrait;
use sea_orm_migration::{prelude::*, schema::*};

/// The migration.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// The name of the new table while it is filled.
const NEXT: &str = "payer_next";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let consents = Expr::col("state").ne("ACTIVE").or(Expr::col("payer_id").is_not_null());
        let seeks = Expr::col("payer_id").is_not_null().or(Expr::col("sought_code").is_not_null());
        let payer = Table::create()
            .table(NEXT)
            .col(pk_uuid("id"))
            .col(uuid("organisation_id"))
            // NULL if the request named a code that no organisation has.
            .col(uuid_null("payer_id"))
            .col(string_len_null("sought_code", 32))
            .col(string_len("state", 16))
            .col(date("starts_on"))
            .col(date_null("ends_on"))
            .col(uuid_null("requested_by_id"))
            .col(uuid_null("answered_by_id"))
            .col(timestamp_with_time_zone_null("answered_at"))
            .col(timestamp_with_time_zone("created_at"))
            .foreign_key(&mut restrict("organisation_id", "organisation"))
            .foreign_key(&mut restrict("payer_id", "organisation"))
            .foreign_key(&mut foreign_key("requested_by_id", "user", ForeignKeyAction::SetNull))
            .foreign_key(&mut foreign_key("answered_by_id", "user", ForeignKeyAction::SetNull))
            .check(differ("organisation_id", "payer_id"))
            .check(one_of("state", &["PROPOSED", "ACTIVE", "ENDED", "DECLINED", "WITHDRAWN"]))
            .check(is_not_before("ends_on", "starts_on"))
            .check(consents)
            .check(seeks)
            .to_owned();
        manager.create_table(payer).await?;
        let fill = format!(
            "INSERT INTO {NEXT} (id, organisation_id, payer_id, state, starts_on, ends_on, answered_at, created_at) \
             SELECT id, organisation_id, payer_id, state, starts_on, ends_on, \
             CASE state WHEN 'PROPOSED' THEN NULL ELSE created_at END, created_at FROM payer"
        );
        take_over(manager, &fill).await?;
        // Two payers of an organisation never begin on the same day.
        let beginning = unique("payer", &["organisation_id", "starts_on"]).and_where(is_active()).take();
        manager.create_index(beginning).await?;
        manager.create_index(index("payer", &["organisation_id", "created_at", "id"])).await?;
        // For counting a user's recent requests.
        manager.create_index(index("payer", &["requested_by_id", "created_at"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let payer = Table::create()
            .table(NEXT)
            .col(pk_uuid("id"))
            .col(uuid("organisation_id"))
            .col(uuid("payer_id"))
            .col(string_len("state", 16))
            .col(date("starts_on"))
            .col(date_null("ends_on"))
            .col(timestamp_with_time_zone("created_at"))
            .foreign_key(&mut restrict("organisation_id", "organisation"))
            .foreign_key(&mut restrict("payer_id", "organisation"))
            .check(differ("organisation_id", "payer_id"))
            .check(one_of("state", &["PROPOSED", "ACTIVE", "ENDED"]))
            .to_owned();
        manager.create_table(payer).await?;
        // The old table cannot hold declined or withdrawn requests, or requests with an unknown code.
        let fill = format!(
            "INSERT INTO {NEXT} (id, organisation_id, payer_id, state, starts_on, ends_on, created_at) \
             SELECT id, organisation_id, payer_id, state, starts_on, ends_on, created_at FROM payer \
             WHERE payer_id IS NOT NULL AND state IN ('PROPOSED', 'ACTIVE', 'ENDED')"
        );
        take_over(manager, &fill).await
    }
}

fn is_active() -> Expr {
    Expr::col("state").eq("ACTIVE")
}

/// Fills the new table, replaces the old one with it, and creates the indexes that both have.
async fn take_over(manager: &SchemaManager<'_>, fill: &str) -> Result<(), DbErr> {
    manager.get_connection().execute_unprepared(fill).await?;
    manager.drop_table(Table::drop().table("payer").to_owned()).await?;
    manager.rename_table(Table::rename().table(NEXT, "payer").to_owned()).await?;
    // At most one payer has no end: a change sets the last day of the payer before.
    let open =
        unique("payer", &["organisation_id"]).and_where(is_active()).and_where(Expr::col("ends_on").is_null()).take();
    manager.create_index(open).await?;
    manager.create_index(index("payer", &["payer_id", "created_at", "id"])).await?;
    manager.create_index(index("payer", &["organisation_id", "state"])).await
}
