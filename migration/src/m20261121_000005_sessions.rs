//! Sessions of users, and the refresh tokens of each.
//!
//! They come after the organisations, because a session works in one.

use crate::keys::{cascade, foreign_key, index};
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
        let session = Table::create()
            .table("session")
            .col(pk_uuid("id"))
            .col(uuid("user_id"))
            .col(uuid_null("active_organisation_id"))
            .col(text_null("user_agent"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("last_used_at"))
            .col(timestamp_with_time_zone("expires_at"))
            .col(timestamp_with_time_zone_null("revoked_at"))
            .foreign_key(&mut cascade("user_id", "user"))
            .foreign_key(&mut foreign_key("active_organisation_id", "organisation", ForeignKeyAction::SetNull))
            .to_owned();
        manager.create_table(session).await?;
        manager.create_index(index("session", &["user_id"])).await?;

        let refresh_token = Table::create()
            .table("refresh_token")
            .col(string_len("token_hash", 64).primary_key())
            .col(uuid("session_id"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone_null("used_at"))
            .foreign_key(&mut cascade("session_id", "session"))
            .to_owned();
        manager.create_table(refresh_token).await?;
        manager.create_index(index("refresh_token", &["session_id"])).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("refresh_token").to_owned()).await?;
        manager.drop_table(Table::drop().table("session").to_owned()).await
    }
}
