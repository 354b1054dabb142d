//! Sessions of the console: a cookie holds a secret, and the session keeps its hash.

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
        let column = string_len_null("cookie_hash", 64);
        manager.alter_table(Table::alter().table("session").add_column(column).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Without their cookies, nobody can use these sessions any more.
        let ended = "UPDATE session SET revoked_at = last_used_at WHERE cookie_hash IS NOT NULL AND revoked_at IS NULL";
        manager.get_connection().execute_unprepared(ended).await?;
        manager.alter_table(Table::alter().table("session").drop_column("cookie_hash").to_owned()).await
    }
}
