//! Invoices as they are issued: drafts without dates, buyer and seller as they were, lines of subscriptions and charges, VAT
//! by category and rate; and the runs that make them.
//!
//! SQLite cannot make a column nullable, so both tables are made anew, on both databases alike.

use crate::changes::{log_changes, stop_logging};
use crate::checks::{has_length, is_not_before, is_not_negative, is_positive, one_of};
use crate::keys::{composite_fk, index, of_organisation, restrict, unique};
use sea_orm_migration::{prelude::*, schema::*};

/// The migration.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// The new tables, their numbers in the log of changes, and their columns with keys.
const TABLES: [(&str, i16, &[&str]); 3] = [
    ("invoice_vat", 35, &["invoice_id"]),
    ("pending_charge", 36, &["id", "organisation_id"]),
    ("billing_run", 37, &["id", "issuer_id"]),
];
pub(crate) const CATEGORIES: [&str; 5] = ["S", "Z", "E", "AE", "O"];
const OLD: &str = "id, organisation_id, issuer_id, payer_id, number, state, currency, net_minor, vat_minor, total_minor, \
                   paid_minor, recipient_name, recipient_address, issued_on, due_on";
const OLD_LINE: &str = "id, organisation_id, invoice_id, position, description, quantity, unit_minor, net_minor, \
                        vat_basis_points, period_starts_on, period_ends_on";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        stop_logging(db, "invoice").await?;
        stop_logging(db, "invoice_line").await?;
        create_runs(manager).await?;
        manager.create_table(invoices()).await?;
        manager.create_index(of_organisation("invoice_new").name("invoice_organisation_key").take()).await?;
        let copy = format!(
            "INSERT INTO invoice_new ({OLD}, settled_minor, credited_minor, recipient_country, seller, buyer, vat_rule, \
             earns_when_paid, needs_documents, created_at) SELECT {}, 0, 0, COALESCE((SELECT country FROM billing_details d \
             WHERE d.organisation_id = i.payer_id), 'SE'), '{{}}', '{{}}', '{{}}', FALSE, FALSE, i.issued_on FROM invoice i",
            of_table("i", OLD)
                .replace("i.issued_on", "CASE i.state WHEN 'DRAFT' THEN NULL ELSE i.issued_on END")
                .replace("i.due_on", "CASE i.state WHEN 'DRAFT' THEN NULL ELSE i.due_on END")
        );
        db.execute_unprepared(&copy).await?;
        manager.create_table(lines()).await?;
        let copy = format!(
            "INSERT INTO invoice_line_new ({OLD_LINE}, product_code, revenue_key, tax_class, unit_code, vat_category, \
             is_commissionable, credited_minor, reopened_minor) SELECT {OLD_LINE}, '', '', 'STANDARD', 'C62', \
             CASE vat_basis_points WHEN 0 THEN 'Z' ELSE 'S' END, FALSE, 0, 0 FROM invoice_line"
        );
        db.execute_unprepared(&copy).await?;
        replace(manager).await?;
        for index in [
            of_organisation("invoice_line"),
            unique("invoice_line", &["invoice_id", "position"]),
            // A charge cannot be billed twice.
            unique("invoice_line", &["subscription_id", "interval_starts_on", "change_id"]),
            unique("invoice_line", &["charge_id"]),
            unique("invoice", &["issuer_id", "number"]),
            index("invoice", &["organisation_id", "created_at", "id"]),
            index("invoice", &["payer_id", "created_at", "id"]),
            index("invoice", &["organisation_id", "state", "due_on"]),
            sums(&["settled_minor"]),
            index("invoice", &["issuer_id", "issued_on", "id"]),
            index("invoice", &["issuer_id", "state", "due_on"]),
            index("invoice", &["run_id"]),
            index("invoice", &["payment_reference"]),
            documents_due("invoice"),
        ] {
            manager.create_index(index).await?;
        }
        create_vat_lines(manager).await?;
        let groups = "INSERT INTO invoice_vat (invoice_id, category, basis_points, base_minor, vat_minor) \
                      SELECT invoice_id, vat_category, vat_basis_points, SUM(net_minor), 0 FROM invoice_line \
                      GROUP BY invoice_id, vat_category, vat_basis_points";
        db.execute_unprepared(groups).await?;
        // An invoice from before has one rate.
        let vat = "UPDATE invoice_vat SET vat_minor = (SELECT i.vat_minor FROM invoice i WHERE i.id = invoice_id) \
                   WHERE 1 = (SELECT COUNT(*) FROM invoice_vat v WHERE v.invoice_id = invoice_vat.invoice_id)";
        db.execute_unprepared(vat).await?;
        create_unbilled(manager).await?;
        log_changes(db, "invoice", 12, &["id", "organisation_id", "payer_id"]).await?;
        log_changes(db, "invoice_line", 13, &["id", "invoice_id"]).await?;
        for (table, number, columns) in TABLES {
            log_changes(db, table, number, columns).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for (table, ..) in TABLES {
            stop_logging(db, table).await?;
        }
        stop_logging(db, "invoice").await?;
        stop_logging(db, "invoice_line").await?;
        for table in ["unbilled_subscription", "invoice_vat"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        manager.create_table(old_invoices()).await?;
        manager.create_index(of_organisation("invoice_new").name("invoice_id_organisation_id_key").take()).await?;
        // A draft has no place in the old table.
        let copy = format!("INSERT INTO invoice_new ({OLD}) SELECT {OLD} FROM invoice WHERE issued_on IS NOT NULL");
        db.execute_unprepared(&copy).await?;
        manager.create_table(old_lines()).await?;
        let copy = format!(
            "INSERT INTO invoice_line_new ({OLD_LINE}) SELECT {OLD_LINE} FROM invoice_line \
             WHERE quantity > 0 AND invoice_id IN (SELECT id FROM invoice_new)"
        );
        db.execute_unprepared(&copy).await?;
        replace(manager).await?;
        for table in ["pending_charge", "billing_run"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        for index in [
            unique("invoice_line", &["invoice_id", "position"]),
            unique("invoice", &["issuer_id", "number"]),
            index("invoice", &["organisation_id", "issued_on", "id"]),
            index("invoice", &["payer_id", "issued_on", "id"]),
            index("invoice", &["organisation_id", "state", "due_on"]),
            sums(&[]),
        ] {
            manager.create_index(index).await?;
        }
        log_changes(db, "invoice", 12, &["id", "organisation_id", "payer_id"]).await?;
        log_changes(db, "invoice_line", 13, &["id", "invoice_id"]).await
    }
}

/// For the sums of what is open.
fn sums(columns: &[&'static str]) -> IndexCreateStatement {
    let columns = [&["organisation_id", "state", "currency", "due_on", "total_minor", "paid_minor"], columns].concat();
    index("invoice", &columns).name("invoice_sums_idx").take()
}

/// For finding what has no documents yet.
pub(crate) fn documents_due(table: &'static str) -> IndexCreateStatement {
    let due = Expr::col("needs_documents");
    index(table, &["id"]).name(format!("{table}_needs_documents_idx")).and_where(due).take()
}

fn of_table(table: &str, columns: &str) -> String {
    columns.split(", ").map(|column| format!("{table}.{}", column.trim())).collect::<Vec<_>>().join(", ")
}

/// The new tables take the places of the old ones.
async fn replace(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    for table in ["invoice_line", "invoice"] {
        manager.drop_table(Table::drop().table(table).to_owned()).await?;
    }
    for (new, table) in [("invoice_new", "invoice"), ("invoice_line_new", "invoice_line")] {
        manager.rename_table(Table::rename().table(new, table).to_owned()).await?;
    }
    Ok(())
}

async fn create_runs(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let run = Table::create()
        .table("billing_run")
        .col(pk_uuid("id"))
        .col(uuid("issuer_id"))
        .col(date("until_on"))
        .col(string_len("state", 16))
        .col(string_len("mode", 16))
        .col(integer("invoices"))
        .col(integer("credit_notes"))
        .col(integer("left_out"))
        .col(text("sums"))
        .col(text("problems"))
        .col(boolean("is_confirmed"))
        .col(uuid_null("reached_id"))
        .col(timestamp_with_time_zone("lease_until"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("finished_at"))
        .foreign_key(&mut restrict("issuer_id", "organisation"))
        .check(one_of("mode", &["TRY", "DRAFT", "ISSUE"]))
        .check(one_of("state", &["RUNNING", "DONE", "STOPPED"]))
        .check(is_not_negative("invoices"))
        .check(is_not_negative("credit_notes"))
        .check(is_not_negative("left_out"))
        .to_owned();
    manager.create_table(run).await?;
    // An issuer has one run at a time.
    let running = unique("billing_run", &["issuer_id"]).and_where(Expr::col("state").eq("RUNNING")).take();
    manager.create_index(running).await?;
    manager.create_index(index("billing_run", &["issuer_id", "created_at", "id"])).await?;

    let charge = Table::create()
        .table("pending_charge")
        .col(pk_uuid("id"))
        .col(uuid("organisation_id"))
        .col(uuid_null("subscription_id"))
        .col(uuid_null("product_id"))
        .col(string("description"))
        .col(integer("quantity"))
        .col(big_integer("unit_minor"))
        .col(string_len("currency", 3))
        .col(string_len("unit_code", 8))
        .col(string_len("tax_class", 16))
        .col(string("revenue_key"))
        .col(date("performed_on"))
        .col(string_len("state", 16))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(&mut restrict("organisation_id", "organisation"))
        .foreign_key(&mut restrict("product_id", "product"))
        .foreign_key(&mut composite_fk("subscription_id", "subscription", ForeignKeyAction::Restrict))
        .check(has_length("currency", 3))
        .check(one_of("tax_class", &["STANDARD", "REDUCED", "EXEMPT"]))
        .check(one_of("state", &["PENDING", "BILLED", "WITHDRAWN"]))
        .check(is_not_negative("unit_minor"))
        .check(Expr::col("quantity").ne(0))
        .to_owned();
    manager.create_table(charge).await?;
    manager.create_index(of_organisation("pending_charge")).await?;
    manager.create_index(index("pending_charge", &["organisation_id", "created_at", "id"])).await?;
    manager.create_index(index("pending_charge", &["subscription_id"])).await?;
    manager.create_index(index("pending_charge", &["state", "organisation_id"])).await
}

fn invoices() -> TableCreateStatement {
    Table::create()
        .table("invoice_new")
        .col(pk_uuid("id"))
        .col(uuid("organisation_id"))
        .col(uuid("issuer_id"))
        .col(uuid("payer_id"))
        .col(string_null("number"))
        .col(string_len("state", 16))
        .col(string_len("currency", 3))
        .col(big_integer("net_minor"))
        .col(big_integer("vat_minor"))
        .col(big_integer("total_minor"))
        .col(big_integer("paid_minor"))
        .col(big_integer("settled_minor"))
        .col(big_integer("credited_minor"))
        .col(string("recipient_name"))
        .col(text("recipient_address"))
        .col(string_len("recipient_country", 2))
        .col(text("seller"))
        .col(text("buyer"))
        .col(text("vat_rule"))
        .col(string_len_null("accounting_currency", 3))
        .col(big_integer_null("accounting_vat_minor"))
        .col(string_null("payment_reference"))
        .col(string_null("purchase_order"))
        .col(date_null("issued_on"))
        .col(date_null("due_on"))
        .col(date_null("reminders_paused_until"))
        .col(boolean("earns_when_paid"))
        .col(boolean("needs_documents"))
        .col(uuid_null("run_id"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(&mut restrict("organisation_id", "organisation"))
        .foreign_key(&mut restrict("issuer_id", "organisation"))
        .foreign_key(&mut restrict("payer_id", "organisation"))
        .foreign_key(&mut restrict("run_id", "billing_run"))
        .check(one_of("state", &["DRAFT", "OPEN", "PAID", "VOID"]))
        .check(has_length("currency", 3))
        .check(is_not_negative("net_minor"))
        .check(is_not_negative("vat_minor"))
        .check(is_not_negative("total_minor"))
        .check(is_not_negative("paid_minor"))
        .check(is_not_negative("settled_minor"))
        .check(is_not_negative("credited_minor"))
        .check(Expr::cust("paid_minor + settled_minor <= total_minor"))
        .check(Expr::cust("credited_minor <= total_minor"))
        .check(is_not_before("due_on", "issued_on"))
        // Only a draft has neither number nor dates.
        .check(Expr::cust("(state = 'DRAFT') = (number IS NULL)"))
        .check(Expr::cust("(state = 'DRAFT') = (issued_on IS NULL)"))
        .check(Expr::cust("(state = 'DRAFT') = (due_on IS NULL)"))
        .to_owned()
}

fn lines() -> TableCreateStatement {
    Table::create()
        .table("invoice_line_new")
        .col(pk_uuid("id"))
        .col(uuid("organisation_id"))
        .col(uuid("invoice_id"))
        .col(integer("position"))
        .col(text("description"))
        .col(integer("quantity"))
        .col(big_integer("unit_minor"))
        .col(big_integer("net_minor"))
        .col(integer_null("days"))
        .col(integer_null("of_days"))
        .col(string_len("vat_category", 2))
        .col(integer("vat_basis_points"))
        .col(date_null("period_starts_on"))
        .col(date_null("period_ends_on"))
        .col(uuid_null("subscription_id"))
        .col(date_null("interval_starts_on"))
        .col(uuid_null("change_id"))
        .col(uuid_null("charge_id"))
        .col(uuid_null("product_id"))
        .col(string("product_code"))
        .col(string("revenue_key"))
        .col(string_len("tax_class", 16))
        .col(string_len("unit_code", 8))
        .col(boolean("is_commissionable"))
        .col(big_integer("credited_minor"))
        .col(big_integer("reopened_minor"))
        .foreign_key(&mut composite_fk("invoice_id", "invoice_new", ForeignKeyAction::Cascade))
        .foreign_key(&mut composite_fk("subscription_id", "subscription", ForeignKeyAction::Restrict))
        .foreign_key(&mut composite_fk("charge_id", "pending_charge", ForeignKeyAction::Restrict))
        .foreign_key(&mut restrict("change_id", "subscription_change"))
        .foreign_key(&mut restrict("product_id", "product"))
        .check(is_positive("position"))
        // A discount has a negative quantity: EN 16931 does not allow a negative price (BR-27).
        .check(Expr::col("quantity").ne(0))
        .check(is_not_negative("unit_minor"))
        .check(one_of("vat_category", &CATEGORIES))
        .check(is_not_negative("vat_basis_points"))
        .check(is_not_before("period_ends_on", "period_starts_on"))
        .check(Expr::cust("ABS(credited_minor) <= ABS(net_minor)"))
        .to_owned()
}

async fn create_vat_lines(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let group = Table::create()
        .table("invoice_vat")
        .col(uuid("invoice_id"))
        .col(string_len("category", 2))
        .col(integer("basis_points"))
        .col(big_integer("base_minor"))
        .col(big_integer("vat_minor"))
        .col(string_null("exemption"))
        .primary_key(Index::create().col("invoice_id").col("category").col("basis_points"))
        .foreign_key(
            ForeignKey::create()
                .from_col("invoice_id")
                .to_tbl("invoice")
                .to_col("id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .check(one_of("category", &CATEGORIES))
        .check(is_not_negative("basis_points"))
        .to_owned();
    manager.create_table(group).await
}

/// From which day on a subscription may have something that is not billed. What was billed before there were runs stays so:
/// billing begins with the next term.
async fn create_unbilled(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let unbilled = Table::create()
        .table("unbilled_subscription")
        .col(uuid("subscription_id").primary_key())
        .col(uuid("organisation_id"))
        .col(date("since"))
        .foreign_key(&mut composite_fk("subscription_id", "subscription", ForeignKeyAction::Restrict))
        .to_owned();
    manager.create_table(unbilled).await?;
    manager.create_index(index("unbilled_subscription", &["organisation_id", "since"])).await?;
    manager.create_index(index("unbilled_subscription", &["since"])).await?;
    let running = "INSERT INTO unbilled_subscription (subscription_id, organisation_id, since) \
                   SELECT id, organisation_id, committed_until FROM subscription WHERE state IN ('ACTIVE', 'PENDING')";
    manager.get_connection().execute_unprepared(running).await?;
    Ok(())
}

fn old_invoices() -> TableCreateStatement {
    Table::create()
        .table("invoice_new")
        .col(pk_uuid("id"))
        .col(uuid("organisation_id"))
        .col(uuid("issuer_id"))
        .col(uuid("payer_id"))
        .col(string_null("number"))
        .col(string_len("state", 16))
        .col(string_len("currency", 3))
        .col(big_integer("net_minor"))
        .col(big_integer("vat_minor"))
        .col(big_integer("total_minor"))
        .col(big_integer("paid_minor"))
        .col(string("recipient_name"))
        .col(text("recipient_address"))
        .col(date("issued_on"))
        .col(date("due_on"))
        .foreign_key(&mut restrict("organisation_id", "organisation"))
        .foreign_key(&mut restrict("issuer_id", "organisation"))
        .foreign_key(&mut restrict("payer_id", "organisation"))
        .check(one_of("state", &["DRAFT", "OPEN", "PAID", "VOID"]))
        .check(has_length("currency", 3))
        .check(is_not_negative("net_minor"))
        .check(is_not_negative("vat_minor"))
        .check(is_not_negative("total_minor"))
        .check(is_not_negative("paid_minor"))
        .check(is_not_before("due_on", "issued_on"))
        .to_owned()
}

fn old_lines() -> TableCreateStatement {
    Table::create()
        .table("invoice_line_new")
        .col(pk_uuid("id"))
        .col(uuid("organisation_id"))
        .col(uuid("invoice_id"))
        .col(integer("position"))
        .col(text("description"))
        .col(integer("quantity"))
        .col(big_integer("unit_minor"))
        .col(big_integer("net_minor"))
        .col(integer("vat_basis_points"))
        .col(date_null("period_starts_on"))
        .col(date_null("period_ends_on"))
        .foreign_key(&mut composite_fk("invoice_id", "invoice_new", ForeignKeyAction::Cascade))
        .check(is_positive("position"))
        .check(is_positive("quantity"))
        .check(is_not_negative("vat_basis_points"))
        .check(is_not_before("period_ends_on", "period_starts_on"))
        .to_owned()
}
