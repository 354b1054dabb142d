//! Indexes for totals over many organisations. They cover all columns of a total, so the tables are not read.

use crate::keys::index;
use sea_orm_migration::prelude::*;

/// The migration.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// Name of the index, its table, and its columns.
const INDEXES: [(&str, &str, &[&str]); 3] = [
    (
        "partnership_summary_idx",
        "partnership",
        &["reseller_id", "state", "client_id", "delegated", "includes_upstream", "starts_at", "ends_at"],
    ),
    (
        "subscription_sums_idx",
        "subscription",
        &["organisation_id", "state", "currency", "term", "quantity", "unit_price_minor"],
    ),
    ("invoice_sums_idx", "invoice", &["organisation_id", "state", "currency", "due_on", "total_minor", "paid_minor"]),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, table, columns) in INDEXES {
            manager.create_index(index(table, columns).name(name).take()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, table, _) in INDEXES {
            manager.drop_index(Index::drop().name(name).table(table).to_owned()).await?;
        }
        Ok(())
    }
}
