//! What mutations with an idempotency key have answered, so that a repeated request gets the same answer.

use crate::checks::one_of;
use crate::keys::index;
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
        let key = Table::create()
            .table("idempotency_key")
            .col(string_len("actor_kind", 16))
            .col(uuid("actor_id"))
            .col(uuid("organisation_id"))
            .col(string_len("mutation", 60))
            // `key` is a reserved word of SQL, so handwritten statements quote it.
            .col(string("key"))
            .col(string_len("request_sha256", 64))
            .col(text("outcome"))
            .col(timestamp_with_time_zone("created_at"))
            .primary_key(
                Index::create().col("actor_kind").col("actor_id").col("organisation_id").col("mutation").col("key"),
            )
            .check(one_of("actor_kind", &["USER", "API_KEY"]))
            .to_owned();
        manager.create_table(key).await?;
        // For cleaning up.
        manager.create_index(index("idempotency_key", &["created_at"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("idempotency_key").to_owned()).await
    }
}
