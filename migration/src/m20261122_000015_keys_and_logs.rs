//! The prefix, the rotation and the last use of API keys; and the person that an event names, for erasure.

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
        for (table, column) in columns() {
            manager.alter_table(Table::alter().table(table).add_column(column).to_owned()).await?;
        }
        manager.create_index(index("api_key", &["previous_hash"])).await?;
        manager.create_index(index("audit_event", &["person_id"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, name) in [("audit_event", "audit_event_person_id_idx"), ("api_key", "api_key_previous_hash_idx")] {
            manager.drop_index(Index::drop().table(table).name(name).to_owned()).await?;
        }
        for (table, column) in columns() {
            let name = column.get_column_name().clone();
            manager.alter_table(Table::alter().table(table).drop_column(name).to_owned()).await?;
        }
        Ok(())
    }
}

fn columns() -> [(&'static str, ColumnDef); 6] {
    [
        // The first letters of the secret, so that people recognise the key.
        ("api_key", string_len("prefix", 32).default("").to_owned()),
        ("api_key", uuid_null("created_by_id")),
        ("api_key", timestamp_with_time_zone_null("last_used_at")),
        // The secret before the last rotation. It stays valid for a while.
        ("api_key", string_len_null("previous_hash", 64)),
        ("api_key", timestamp_with_time_zone_null("previous_until")),
        // For the events that name a user, when the user is erased.
        ("audit_event", uuid_null("person_id")),
    ]
}
