//! Finding organisations and users by the beginning of a name or an address.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

/// The migration.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// Name of the index, and its table and column.
const INDEXES: [(&str, &str); 3] = [
    ("organisation_search_idx", "organisation (lower(name)"),
    ("user_search_idx", "\"user\" (lower(name)"),
    ("user_address_search_idx", "\"user\" (email"),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // PostgreSQL finds prefixes only with this operator class, unless the collation is C.
        let order = if manager.get_database_backend() == DbBackend::Postgres { " text_pattern_ops" } else { "" };
        for (name, column) in INDEXES {
            let sql = format!("CREATE INDEX {name} ON {column}{order})");
            manager.get_connection().execute_unprepared(&sql).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, _) in INDEXES {
            manager.get_connection().execute_unprepared(&format!("DROP INDEX {name}")).await?;
        }
        Ok(())
    }
}
