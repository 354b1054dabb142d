//! What invoices need to know: who issues them, how they are taxed, and how they are numbered.

use crate::changes::{log_changes, stop_logging};
use crate::checks::{differ, has_length, is_not_before, is_not_negative, is_positive, one_of};
use crate::keys::{index, restrict, unique};
use sea_orm_migration::{prelude::*, schema::*};

/// The migration.
#[derive(DeriveMigrationName)]
pub struct Migration;

const CLASSES: [&str; 3] = ["STANDARD", "REDUCED", "EXEMPT"];
/// The columns that billing details and billing contacts get, with their types.
const ADDED: [&str; 8] = [
    "post_code",
    "city",
    "registration_no",
    "buyer_reference",
    "electronic_address",
    "electronic_scheme",
    "language",
    "vat_id",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["billing_details", "billing_contact"] {
            for column in added(table) {
                let alter = Table::alter().table(table).add_column(string_null(column)).to_owned();
                manager.alter_table(alter).await?;
            }
            let attaches = boolean("attaches_pdf").default(false).take();
            manager.alter_table(Table::alter().table(table).add_column(attaches).to_owned()).await?;
        }
        manager.create_table(issuer()).await?;
        create_vat(manager).await?;
        number_by_issuer(manager).await?;
        log_changes(manager.get_connection(), "issuer", 34, &["organisation_id"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        stop_logging(db, "issuer").await?;
        manager.create_table(old_series()).await?;
        let copy =
            "INSERT INTO number_series_new (name, next) SELECT kind, next FROM number_series WHERE kind = 'ORDER'";
        db.execute_unprepared(copy).await?;
        replace_series(manager).await?;
        for table in ["exchange_rate", "vat_override", "vat_check", "vat_rate", "issuer"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        for table in ["billing_details", "billing_contact"] {
            for column in added(table).chain(["attaches_pdf"]) {
                manager.alter_table(Table::alter().table(table).drop_column(column).to_owned()).await?;
            }
        }
        Ok(())
    }
}

/// Billing details have a VAT number already.
fn added(table: &str) -> impl Iterator<Item = &'static str> {
    let count = if table == "billing_details" { ADDED.len() - 1 } else { ADDED.len() };
    ADDED.into_iter().take(count)
}

fn issuer() -> TableCreateStatement {
    Table::create()
        .table("issuer")
        .col(uuid("organisation_id").primary_key())
        .col(string("legal_name"))
        .col(text("address"))
        .col(string("post_code"))
        .col(string("city"))
        .col(string_len("country", 2))
        .col(string("registration_no"))
        .col(string_null("vat_id"))
        .col(boolean("in_oss"))
        .col(boolean("has_f_tax"))
        .col(string_len("currency", 3))
        .col(string_null("iban"))
        .col(string_null("bic"))
        .col(string_null("bankgiro"))
        .col(string_null("electronic_address"))
        .col(string_null("electronic_scheme"))
        .col(string_len("reference_kind", 16))
        .col(string("contact_name"))
        .col(string("telephone"))
        .col(string("email"))
        .col(integer("payment_days"))
        .col(integer("lead_days"))
        .col(integer_null("stop_above_percent"))
        .col(text("reminders"))
        .col(text("accounts"))
        .col(string_len("commission_basis", 16))
        .col(big_integer("commission_threshold_minor"))
        .foreign_key(&mut restrict("organisation_id", "organisation"))
        .check(has_length("country", 2))
        .check(has_length("currency", 3))
        .check(one_of("reference_kind", &["OCR", "RF"]))
        .check(one_of("commission_basis", &["INVOICED", "PAID"]))
        .check(is_not_negative("payment_days"))
        .check(is_not_negative("lead_days"))
        .check(is_not_negative("stop_above_percent"))
        .check(is_not_negative("commission_threshold_minor"))
        .to_owned()
}

async fn create_vat(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let rate = Table::create()
        .table("vat_rate")
        .col(pk_uuid("id"))
        .col(string_len("country", 2))
        .col(string_len("class", 16))
        .col(integer("basis_points"))
        .col(date("valid_from"))
        .col(string("source"))
        .col(timestamp_with_time_zone("created_at"))
        .check(has_length("country", 2))
        .check(one_of("class", &CLASSES))
        .check(is_not_negative("basis_points"))
        .to_owned();
    manager.create_table(rate).await?;
    manager.create_index(unique("vat_rate", &["country", "class", "valid_from"])).await?;

    let check = Table::create()
        .table("vat_check")
        .col(pk_uuid("id"))
        .col(string("vat_id"))
        .col(boolean("is_valid"))
        .col(date("checked_on"))
        .col(string_len("source", 16))
        .col(string_null("reference"))
        .col(timestamp_with_time_zone("created_at"))
        .check(one_of("source", &["MANUAL", "VIES"]))
        .to_owned();
    manager.create_table(check).await?;
    manager.create_index(index("vat_check", &["vat_id", "checked_on", "id"])).await?;

    let exception = Table::create()
        .table("vat_override")
        .col(pk_uuid("id"))
        .col(uuid("organisation_id"))
        .col(string_len("category", 2))
        .col(string("reason"))
        .col(date("starts_on"))
        .col(date_null("ends_on"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(&mut restrict("organisation_id", "organisation"))
        .check(one_of("category", &["E", "Z"]))
        .check(is_not_before("ends_on", "starts_on"))
        .to_owned();
    manager.create_table(exception).await?;
    manager.create_index(index("vat_override", &["organisation_id", "starts_on", "id"])).await?;

    let exchange = Table::create()
        .table("exchange_rate")
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
    manager.create_table(exchange).await
}

/// Each issuer has its own series of each kind. Orders are numbered as before.
async fn number_by_issuer(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let series = Table::create()
        .table("number_series_new")
        .col(uuid("issuer_id"))
        .col(string_len("kind", 16))
        .col(string_len("format", 40))
        .col(string_len("restarts", 16))
        .col(big_integer("next"))
        .col(date_null("last_on"))
        .primary_key(Index::create().col("issuer_id").col("kind"))
        .foreign_key(&mut restrict("issuer_id", "organisation"))
        .check(one_of("kind", &["ORDER", "INVOICE", "CREDIT_NOTE"]))
        .check(one_of("restarts", &["YEARLY", "NEVER"]))
        .check(is_positive("next"))
        .to_owned();
    manager.create_table(series).await?;
    let copy = "INSERT INTO number_series_new (issuer_id, kind, format, restarts, next) \
                SELECT o.id, s.name, '{year}-{n:6}', 'NEVER', s.next FROM number_series s \
                JOIN organisation o ON o.kind = 'OPERATOR' WHERE s.name = 'ORDER'";
    manager.get_connection().execute_unprepared(copy).await?;
    replace_series(manager).await
}

async fn replace_series(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager.drop_table(Table::drop().table("number_series").to_owned()).await?;
    manager.rename_table(Table::rename().table("number_series_new", "number_series").to_owned()).await
}

fn old_series() -> TableCreateStatement {
    Table::create()
        .table("number_series_new")
        .col(string_len("name", 40).primary_key())
        .col(big_integer("next"))
        .check(is_positive("next"))
        .to_owned()
}
