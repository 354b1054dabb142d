//! Invoices are listed by their days and by their number. A draft has none of these yet, and counts as later than all
//! others.

use crate::keys::index;
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// The migration.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// The columns that order invoices: name, type on SQLite and on PostgreSQL, and what it is computed from. No number has a
/// character behind the tilde.
const KEYS: [(&str, &str, &str, &str, &str); 3] = [
    ("issued_key", "date_text", "date", "COALESCE(issued_on, '9999-12-31')", "COALESCE(issued_on, DATE '9999-12-31')"),
    ("due_key", "date_text", "date", "COALESCE(due_on, '9999-12-31')", "COALESCE(due_on, DATE '9999-12-31')"),
    ("number_key", "text", "text COLLATE \"C\"", "COALESCE(number, '~')", "COALESCE(number, '~')"),
];

/// The sides of an invoice that have a list of it.
const SIDES: [&str; 2] = ["organisation_id", "payer_id"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (key, sqlite, postgres, of_sqlite, of_postgres) in KEYS {
            let sql = match manager.get_database_backend() {
                DbBackend::Postgres => {
                    format!(
                        "ALTER TABLE invoice ADD COLUMN {key} {postgres} GENERATED ALWAYS AS ({of_postgres}) STORED"
                    )
                }
                _ => format!("ALTER TABLE invoice ADD COLUMN {key} {sqlite} GENERATED ALWAYS AS ({of_sqlite}) VIRTUAL"),
            };
            manager.get_connection().execute_unprepared(&sql).await?;
            for side in SIDES {
                manager.create_index(index("invoice", &[side, key, "id"])).await?;
            }
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (key, ..) in KEYS {
            for side in SIDES {
                let name = format!("invoice_{side}_{key}_id_idx");
                manager.drop_index(Index::drop().name(name).table("invoice").to_owned()).await?;
            }
            let sql = format!("ALTER TABLE invoice DROP COLUMN {key}");
            manager.get_connection().execute_unprepared(&sql).await?;
        }
        Ok(())
    }
}
