//! Commission: rates with their history, the lines that partners earn, and the statements of months.

use crate::changes::{log_changes, stop_logging};
use crate::checks::{has_length, is_not_before, is_not_negative, one_of};
use crate::keys::{index, restrict, unique};
use sea_orm_migration::{prelude::*, schema::*};

/// The migration.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// The tables, their numbers in the log of changes, and their columns with keys. A table comes after those that it names.
const TABLES: [(&str, i16, &[&str]); 3] = [
    ("commission_rate", 46, &["id", "reseller_id", "partnership_id"]),
    ("commission_statement", 47, &["id", "reseller_id"]),
    ("commission_line", 48, &["id", "reseller_id", "statement_id"]),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let rate = Table::create()
            .table("commission_rate")
            .col(pk_uuid("id"))
            .col(uuid("reseller_id"))
            .col(uuid_null("partnership_id"))
            .col(uuid_null("product_id"))
            .col(integer("basis_points"))
            .col(date("valid_from"))
            .col(timestamp_with_time_zone("created_at"))
            .foreign_key(&mut restrict("reseller_id", "organisation"))
            .foreign_key(&mut restrict("partnership_id", "partnership"))
            .foreign_key(&mut restrict("product_id", "product"))
            .check(is_not_negative("basis_points"))
            .check(Expr::col("basis_points").lte(10_000))
            .to_owned();
        manager.create_table(rate).await?;
        manager.create_index(index("commission_rate", &["reseller_id", "valid_from", "id"])).await?;
        manager.create_index(index("commission_rate", &["partnership_id", "valid_from"])).await?;

        let statement = Table::create()
            .table("commission_statement")
            .col(pk_uuid("id"))
            .col(uuid("reseller_id"))
            .col(date("month"))
            .col(string_len("currency", 3))
            .col(big_integer("opening_minor"))
            .col(big_integer("total_minor"))
            .col(big_integer("payout_minor"))
            .col(string_len("state", 16))
            .col(timestamp_with_time_zone("closed_at"))
            .col(date_null("paid_on"))
            .col(string_null("payout_reference"))
            .foreign_key(&mut restrict("reseller_id", "organisation"))
            .check(has_length("currency", 3))
            .check(is_not_negative("payout_minor"))
            .check(one_of("state", &["CLOSED", "PAID"]))
            .to_owned();
        manager.create_table(statement).await?;
        manager.create_index(unique("commission_statement", &["reseller_id", "month", "currency"])).await?;
        manager.create_index(index("commission_statement", &["month", "reseller_id"])).await?;

        let line = Table::create()
            .table("commission_line")
            .col(pk_uuid("id"))
            .col(uuid("reseller_id"))
            .col(uuid("client_id"))
            .col(uuid("partnership_id"))
            .col(uuid("invoice_line_id"))
            .col(uuid_null("credit_note_id"))
            .col(uuid_null("allocation_id"))
            .col(uuid_null("product_id"))
            .col(text("description"))
            .col(date_null("period_starts_on"))
            .col(date_null("period_ends_on"))
            .col(string_len("currency", 3))
            .col(big_integer("base_minor"))
            .col(integer("basis_points"))
            .col(integer("lower_basis_points"))
            .col(integer("tier"))
            .col(big_integer("amount_minor"))
            .col(date("month"))
            .col(uuid_null("statement_id"))
            .col(timestamp_with_time_zone("created_at"))
            .foreign_key(&mut restrict("reseller_id", "organisation"))
            .foreign_key(&mut restrict("client_id", "organisation"))
            .foreign_key(&mut restrict("partnership_id", "partnership"))
            .foreign_key(&mut restrict("invoice_line_id", "invoice_line"))
            .foreign_key(&mut restrict("credit_note_id", "credit_note"))
            .foreign_key(&mut restrict("allocation_id", "allocation"))
            .foreign_key(&mut restrict("product_id", "product"))
            .foreign_key(&mut restrict("statement_id", "commission_statement"))
            .check(has_length("currency", 3))
            .check(is_not_negative("lower_basis_points"))
            .check(is_not_negative("tier"))
            .check(is_not_before("period_ends_on", "period_starts_on"))
            .to_owned();
        manager.create_table(line).await?;
        for index in [
            index("commission_line", &["reseller_id", "statement_id", "month"]),
            index("commission_line", &["statement_id", "created_at", "id"]),
            index("commission_line", &["reseller_id", "created_at", "id"]),
            index("commission_line", &["invoice_line_id"]),
        ] {
            manager.create_index(index).await?;
        }
        // What the programme pays today is the first row of the history.
        let first = "INSERT INTO commission_rate (id, reseller_id, basis_points, valid_from, created_at) \
                     SELECT organisation_id, organisation_id, commission_basis_points, DATE(approved_at), approved_at \
                     FROM reseller_programme";
        db.execute_unprepared(first).await?;
        for (table, number, columns) in TABLES {
            log_changes(db, table, number, columns).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, ..) in TABLES {
            stop_logging(manager.get_connection(), table).await?;
        }
        for table in ["commission_line", "commission_statement", "commission_rate"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
