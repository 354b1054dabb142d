//! Payers are asked for and answer: the payer may be sought by its code, and is then known only if the code is right.
//!
//! The table is made anew, because SQLite cannot change what a column or a check allows. Nothing points to it.

use crate::{
    checks::{differ, is_not_before, one_of},
    keys::{foreign_key, index, restrict, unique},
};
use sea_orm_migration::sea_orm::ConnectionTrait;
use sea_orm_migration::{prelude::*, schema::*};

/// The step that this module describes.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// Under this name the new table is filled.
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
            // None if it was sought by a code that nobody has.
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
        // Two payers of one organisation never begin on the same day.
        let beginning = unique("payer", &["organisation_id", "starts_on"]).and_where(is_active()).take();
        manager.create_index(beginning).await?;
        manager.create_index(index("payer", &["organisation_id", "created_at", "id"])).await?;
        // How many somebody has asked for of late.
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
        // What was declined or withdrawn, or sought in vain, has no place there.
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

/// Fills the new table, puts it in the place of the old one, and gives it the indexes that both have.
async fn take_over(manager: &SchemaManager<'_>, fill: &str) -> Result<(), DbErr> {
    manager.get_connection().execute_unprepared(fill).await?;
    manager.drop_table(Table::drop().table("payer").to_owned()).await?;
    manager.rename_table(Table::rename().table(NEXT, "payer").to_owned()).await?;
    // At most one payer without an end: a change gives the one before its last day.
    let open =
        unique("payer", &["organisation_id"]).and_where(is_active()).and_where(Expr::col("ends_on").is_null()).take();
    manager.create_index(open).await?;
    manager.create_index(index("payer", &["payer_id", "created_at", "id"])).await?;
    manager.create_index(index("payer", &["organisation_id", "state"])).await
}
