//! Transfers of ownership, and the suspension and closing of organisations.

use crate::{
    checks::one_of,
    keys::{foreign_key, index, restrict, unique},
};
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
        let transfer = Table::create()
            .table("ownership_transfer")
            .col(pk_uuid("id"))
            .col(uuid("organisation_id"))
            .col(string_len("kind", 16))
            .col(string_len("state", 16))
            .col(string("email"))
            .col(string_len("token_hash", 64))
            // The owner who offers it, or the member of the operator's staff who recovers it.
            .col(uuid("offered_by_id"))
            .col(boolean("leaves"))
            // Why the operator recovers it.
            .col(text_null("reason"))
            .col(uuid_null("accepted_user_id"))
            // From when it can be accepted.
            .col(timestamp_with_time_zone("opens_at"))
            .col(timestamp_with_time_zone("expires_at"))
            .col(timestamp_with_time_zone_null("answered_at"))
            .col(timestamp_with_time_zone("created_at"))
            .foreign_key(&mut restrict("organisation_id", "organisation"))
            .foreign_key(&mut restrict("offered_by_id", "user"))
            .foreign_key(&mut foreign_key("accepted_user_id", "user", ForeignKeyAction::SetNull))
            .check(one_of("kind", &["OFFER", "RECOVERY"]))
            .check(one_of("state", &["OFFERED", "ACCEPTED", "DECLINED", "WITHDRAWN", "VOID", "EXPIRED"]))
            .to_owned();
        manager.create_table(transfer).await?;
        manager.create_index(unique("ownership_transfer", &["token_hash"])).await?;
        let mut open = unique("ownership_transfer", &["organisation_id"]);
        manager.create_index(open.and_where(Expr::col("state").eq("OFFERED")).take()).await?;
        manager.create_index(index("ownership_transfer", &["organisation_id", "created_at", "id"])).await?;
        manager.create_index(index("ownership_transfer", &["email"])).await?;
        // For counting a user's recent transfers.
        manager.create_index(index("ownership_transfer", &["offered_by_id", "created_at"])).await?;

        let halt = Table::create()
            .table("organisation_halt")
            .col(pk_uuid("organisation_id"))
            .col(timestamp_with_time_zone_null("suspended_at"))
            .col(text_null("suspended_because"))
            .col(timestamp_with_time_zone_null("closed_at"))
            .foreign_key(&mut restrict("organisation_id", "organisation"))
            .to_owned();
        manager.create_table(halt).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("organisation_halt").to_owned()).await?;
        manager.drop_table(Table::drop().table("ownership_transfer").to_owned()).await
    }
}
