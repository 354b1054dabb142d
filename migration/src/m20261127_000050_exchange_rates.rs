//! Rates between currencies are facts of an issuer: each has its source, and a correction is a further row. An invoice keeps
//! the rate that its VAT was converted with.

use crate::checks::{differ, has_length, is_positive};
use crate::keys::{index, restrict};
use sea_orm_migration::sea_orm::DbBackend;
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
        let rates = Table::create()
            .table("exchange_rate_new")
            .col(pk_uuid("id"))
            .col(uuid("issuer_id"))
            .col(date("day"))
            .col(string_len("from_currency", 3))
            .col(string_len("to_currency", 3))
            .col(big_integer("billionths"))
            .col(string("source"))
            .col(timestamp_with_time_zone("created_at"))
            .foreign_key(&mut restrict("issuer_id", "organisation"))
            .check(has_length("from_currency", 3))
            .check(has_length("to_currency", 3))
            .check(differ("from_currency", "to_currency"))
            .check(is_positive("billionths"))
            .to_owned();
        manager.create_table(rates).await?;
        let id = match manager.get_database_backend() {
            DbBackend::Postgres => "gen_random_uuid()",
            _ => "randomblob(16)",
        };
        let copy = format!(
            "INSERT INTO exchange_rate_new \
             (id, issuer_id, day, from_currency, to_currency, billionths, source, created_at) \
             SELECT {id}, o.id, r.day, r.from_currency, r.to_currency, r.ten_thousandths * 100000, 'By hand', \
             CURRENT_TIMESTAMP FROM exchange_rate r JOIN organisation o ON o.kind = 'OPERATOR'"
        );
        manager.get_connection().execute_unprepared(&copy).await?;
        replace(manager).await?;
        manager.create_index(index("exchange_rate", &["issuer_id", "day", "id"])).await?;
        manager.alter_table(Table::alter().table("invoice").add_column(text_null("exchange")).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("invoice").drop_column("exchange").to_owned()).await?;
        let rates = Table::create()
            .table("exchange_rate_new")
            .col(date("day"))
            .col(string_len("from_currency", 3))
            .col(string_len("to_currency", 3))
            .col(big_integer("ten_thousandths"))
            .primary_key(Index::create().col("from_currency").col("to_currency").col("day"))
            .check(has_length("from_currency", 3))
            .check(has_length("to_currency", 3))
            .check(differ("from_currency", "to_currency"))
            .check(is_positive("ten_thousandths"))
            .to_owned();
        manager.create_table(rates).await?;
        // Of each pair and day, the row that was recorded last counts. Four decimals are left of it.
        let copy = "INSERT INTO exchange_rate_new (day, from_currency, to_currency, ten_thousandths) \
                    SELECT r.day, r.from_currency, r.to_currency, \
                    CASE WHEN r.billionths < 50000 THEN 1 ELSE (r.billionths + 50000) / 100000 END \
                    FROM exchange_rate r WHERE NOT EXISTS (SELECT 1 FROM exchange_rate n WHERE n.day = r.day \
                    AND n.from_currency = r.from_currency AND n.to_currency = r.to_currency \
                    AND (n.created_at, n.id) > (r.created_at, r.id))";
        manager.get_connection().execute_unprepared(copy).await?;
        replace(manager).await
    }
}

async fn replace(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager.drop_table(Table::drop().table("exchange_rate").to_owned()).await?;
    manager.rename_table(Table::rename().table("exchange_rate_new", "exchange_rate").to_owned()).await
}
