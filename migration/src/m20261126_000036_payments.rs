//! Credit notes, payments, refunds, what was allocated to what, reminders, and the documents that were written.

use crate::changes::{log_changes, stop_logging};
use crate::checks::{exactly_one, has_length, is_not_negative, is_positive, one_of};
use crate::keys::{cascade, composite_fk, index, of_organisation, restrict, unique};
use crate::m20261126_000035_invoices::{CATEGORIES, documents_due};
use sea_orm_migration::{prelude::*, schema::*};

/// The migration.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// The tables, their numbers in the log of changes, and their columns with keys. A table comes after those that it names.
const TABLES: [(&str, i16, &[&str]); 8] = [
    ("credit_note", 38, &["id", "organisation_id", "payer_id", "invoice_id"]),
    ("credit_note_line", 39, &["id", "credit_note_id"]),
    ("credit_note_vat", 40, &["credit_note_id"]),
    ("payment", 41, &["id", "issuer_id", "payer_id"]),
    ("refund", 42, &["id", "payer_id"]),
    ("allocation", 43, &["id", "payment_id", "credit_note_id", "invoice_id", "refund_id"]),
    ("reminder", 44, &["id", "invoice_id"]),
    ("document", 45, &["id", "invoice_id", "credit_note_id"]),
];
const ATTACHED: [&str; 2] = ["invoice_id", "credit_note_id"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_credit_notes(manager).await?;
        create_payments(manager).await?;
        create_documents(manager).await?;
        // Mails may carry the PDF of an invoice or a credit note.
        for column in ATTACHED {
            let alter = Table::alter().table("outgoing_mail").add_column(uuid_null(column)).to_owned();
            manager.alter_table(alter).await?;
        }
        for (table, number, columns) in TABLES {
            log_changes(manager.get_connection(), table, number, columns).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, ..) in TABLES {
            stop_logging(manager.get_connection(), table).await?;
        }
        for column in ATTACHED {
            manager.alter_table(Table::alter().table("outgoing_mail").drop_column(column).to_owned()).await?;
        }
        for table in ["accounting_entry", "accounting_batch"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        for (table, ..) in TABLES.into_iter().rev() {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

async fn create_credit_notes(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let note = Table::create()
        .table("credit_note")
        .col(pk_uuid("id"))
        .col(uuid("organisation_id"))
        .col(uuid("issuer_id"))
        .col(uuid("payer_id"))
        .col(uuid("invoice_id"))
        .col(string("number"))
        .col(string_len("currency", 3))
        .col(big_integer("net_minor"))
        .col(big_integer("vat_minor"))
        .col(big_integer("total_minor"))
        .col(big_integer("allocated_minor"))
        .col(string("reason"))
        .col(date("issued_on"))
        .col(string_len_null("accounting_currency", 3))
        .col(big_integer_null("accounting_vat_minor"))
        .col(boolean("needs_documents"))
        .col(uuid_null("run_id"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(&mut restrict("organisation_id", "organisation"))
        .foreign_key(&mut restrict("issuer_id", "organisation"))
        .foreign_key(&mut restrict("payer_id", "organisation"))
        .foreign_key(&mut restrict("run_id", "billing_run"))
        .foreign_key(&mut composite_fk("invoice_id", "invoice", ForeignKeyAction::Restrict))
        .check(has_length("currency", 3))
        .check(is_not_negative("total_minor"))
        .check(is_not_negative("allocated_minor"))
        .check(Expr::cust("allocated_minor <= total_minor"))
        .to_owned();
    manager.create_table(note).await?;
    for index in [
        of_organisation("credit_note"),
        unique("credit_note", &["issuer_id", "number"]),
        index("credit_note", &["organisation_id", "created_at", "id"]),
        index("credit_note", &["payer_id", "created_at", "id"]),
        index("credit_note", &["invoice_id", "created_at", "id"]),
        index("credit_note", &["issuer_id", "issued_on", "id"]),
        documents_due("credit_note"),
    ] {
        manager.create_index(index).await?;
    }

    let line = Table::create()
        .table("credit_note_line")
        .col(pk_uuid("id"))
        .col(uuid("organisation_id"))
        .col(uuid("credit_note_id"))
        .col(uuid("invoice_line_id"))
        .col(integer("position"))
        .col(text("description"))
        .col(big_integer("net_minor"))
        .col(string_len("vat_category", 2))
        .col(integer("vat_basis_points"))
        .foreign_key(&mut composite_fk("credit_note_id", "credit_note", ForeignKeyAction::Restrict))
        .foreign_key(&mut composite_fk("invoice_line_id", "invoice_line", ForeignKeyAction::Restrict))
        .check(is_positive("position"))
        .check(one_of("vat_category", &CATEGORIES))
        .check(is_not_negative("vat_basis_points"))
        .to_owned();
    manager.create_table(line).await?;
    manager.create_index(unique("credit_note_line", &["credit_note_id", "position"])).await?;
    manager.create_index(index("credit_note_line", &["invoice_line_id"])).await?;

    let group = Table::create()
        .table("credit_note_vat")
        .col(uuid("credit_note_id"))
        .col(string_len("category", 2))
        .col(integer("basis_points"))
        .col(big_integer("base_minor"))
        .col(big_integer("vat_minor"))
        .primary_key(Index::create().col("credit_note_id").col("category").col("basis_points"))
        .foreign_key(&mut restrict("credit_note_id", "credit_note"))
        .check(one_of("category", &CATEGORIES))
        .check(is_not_negative("basis_points"))
        .to_owned();
    manager.create_table(group).await
}

async fn create_payments(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let payment = Table::create()
        .table("payment")
        .col(pk_uuid("id"))
        .col(uuid("issuer_id"))
        .col(uuid_null("payer_id"))
        .col(big_integer("amount_minor"))
        .col(string_len("currency", 3))
        .col(date("received_on"))
        .col(date_null("returned_on"))
        .col(string("source_key"))
        .col(string_null("bank_reference"))
        .col(string_null("end_to_end_id"))
        .col(string_null("return_key"))
        .col(string_null("reference"))
        .col(text("text"))
        .col(string_null("paid_by"))
        .col(string_len("state", 16))
        .col(big_integer("allocated_minor"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(&mut restrict("issuer_id", "organisation"))
        .foreign_key(&mut restrict("payer_id", "organisation"))
        .check(is_positive("amount_minor"))
        .check(has_length("currency", 3))
        .check(one_of("state", &["UNMATCHED", "MATCHED", "RETURNED"]))
        .check(is_not_negative("allocated_minor"))
        .check(Expr::cust("allocated_minor <= amount_minor"))
        .check(Expr::cust("state <> 'MATCHED' OR payer_id IS NOT NULL"))
        .check(Expr::cust("(state = 'RETURNED') = (returned_on IS NOT NULL)"))
        .to_owned();
    manager.create_table(payment).await?;
    for index in [
        // The same entry of a bank statement is recorded once.
        unique("payment", &["issuer_id", "source_key"]),
        // So is the entry that takes it back.
        unique("payment", &["issuer_id", "return_key"]),
        index("payment", &["issuer_id", "amount_minor"]),
        index("payment", &["issuer_id", "created_at", "id"]),
        index("payment", &["payer_id", "created_at", "id"]),
        index("payment", &["issuer_id", "state", "created_at", "id"]),
    ] {
        manager.create_index(index).await?;
    }

    let refund = Table::create()
        .table("refund")
        .col(pk_uuid("id"))
        .col(uuid("issuer_id"))
        .col(uuid("payer_id"))
        .col(big_integer("amount_minor"))
        .col(string_len("currency", 3))
        .col(date("paid_on"))
        .col(string("reference"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(&mut restrict("issuer_id", "organisation"))
        .foreign_key(&mut restrict("payer_id", "organisation"))
        .check(is_positive("amount_minor"))
        .check(has_length("currency", 3))
        .to_owned();
    manager.create_table(refund).await?;
    manager.create_index(index("refund", &["payer_id", "created_at", "id"])).await?;

    // Rows are only added. What is taken back is a row with a negative amount.
    let allocation = Table::create()
        .table("allocation")
        .col(pk_uuid("id"))
        .col(uuid("payer_id"))
        .col(uuid_null("payment_id"))
        .col(uuid_null("credit_note_id"))
        .col(uuid_null("invoice_id"))
        .col(uuid_null("refund_id"))
        .col(big_integer("amount_minor"))
        .col(date("allocated_on"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(&mut restrict("payer_id", "organisation"))
        .foreign_key(&mut restrict("payment_id", "payment"))
        .foreign_key(&mut restrict("credit_note_id", "credit_note"))
        .foreign_key(&mut restrict("invoice_id", "invoice"))
        .foreign_key(&mut restrict("refund_id", "refund"))
        .check(exactly_one("payment_id", "credit_note_id"))
        .check(exactly_one("invoice_id", "refund_id"))
        .check(Expr::col("amount_minor").ne(0))
        .to_owned();
    manager.create_table(allocation).await?;
    for column in ["payment_id", "credit_note_id", "invoice_id", "refund_id"] {
        manager.create_index(index("allocation", &[column, "created_at", "id"])).await?;
    }

    let reminder = Table::create()
        .table("reminder")
        .col(pk_uuid("id"))
        .col(uuid("organisation_id"))
        .col(uuid("invoice_id"))
        .col(integer("position"))
        .col(string_len("kind", 16))
        .col(date("sent_on"))
        .col(big_integer("open_minor"))
        .col(uuid_null("charge_id"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(&mut composite_fk("invoice_id", "invoice", ForeignKeyAction::Restrict))
        .foreign_key(&mut composite_fk("charge_id", "pending_charge", ForeignKeyAction::Restrict))
        .check(one_of("kind", &["REMIND", "FEE", "SUSPEND", "END"]))
        .check(is_positive("position"))
        .to_owned();
    manager.create_table(reminder).await?;
    manager.create_index(unique("reminder", &["invoice_id", "position"])).await
}

async fn create_documents(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let document = Table::create()
        .table("document")
        .col(pk_uuid("id"))
        .col(uuid("organisation_id"))
        .col(uuid_null("invoice_id"))
        .col(uuid_null("credit_note_id"))
        .col(string_len("kind", 16))
        .col(string_len("sha256", 64))
        .col(blob("bytes"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(&mut composite_fk("invoice_id", "invoice", ForeignKeyAction::Restrict))
        .foreign_key(&mut composite_fk("credit_note_id", "credit_note", ForeignKeyAction::Restrict))
        .check(exactly_one("invoice_id", "credit_note_id"))
        .check(one_of("kind", &["PDF", "UBL", "CII"]))
        .check(has_length("sha256", 64))
        .to_owned();
    manager.create_table(document).await?;
    manager.create_index(unique("document", &["invoice_id", "kind"])).await?;
    manager.create_index(unique("document", &["credit_note_id", "kind"])).await?;
    // A batch of the accounting can be fetched again. An entry says what is in it: each document is in one batch of a format.
    let batch = Table::create()
        .table("accounting_batch")
        .col(pk_uuid("id"))
        .col(uuid("issuer_id"))
        .col(string_len("format", 16))
        .col(date("from_on"))
        .col(date("until_on"))
        .col(integer("vouchers"))
        .col(string_len("sha256", 64))
        .col(blob("bytes"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(&mut restrict("issuer_id", "organisation"))
        .check(one_of("format", &["SIE", "DATEV", "NDJSON"]))
        .to_owned();
    manager.create_table(batch).await?;
    manager.create_index(index("accounting_batch", &["issuer_id", "created_at", "id"])).await?;
    let entry = Table::create()
        .table("accounting_entry")
        .col(string_len("format", 16))
        .col(string_len("kind", 16))
        .col(uuid("source_id"))
        .col(uuid("batch_id"))
        .primary_key(Index::create().col("source_id").col("kind").col("format"))
        .foreign_key(&mut cascade("batch_id", "accounting_batch"))
        .check(one_of("format", &["SIE", "DATEV", "NDJSON"]))
        .check(one_of("kind", &["INVOICE", "CREDIT_NOTE", "PAYMENT", "ALLOCATION", "RETURN", "REFUND"]))
        .to_owned();
    manager.create_table(entry).await?;
    manager.create_index(index("accounting_entry", &["batch_id"])).await
}
