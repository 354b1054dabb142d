//! Examples of the mutations of billing.

use tenantry::base::id::{self, Type};
use uuid::Uuid;

use crate::billing::issued::db_issuer;
use crate::world::*;

fn hub() -> String {
    Type::Organisation.id(HUB.id()).0
}

/// The key of an object of the hub that its members see.
fn key_at_the_hub(type_name: &str, side: &str) -> Uuid {
    let (_, fixtures) = HUB.rows();
    id::parse(&fixtures.id(type_name, "", side).into()).unwrap().1
}

/// The hub can issue invoices, and everybody can be billed.
async fn db_ready(world: &World) {
    db_issuer(world, HUB.id()).await;
    let sql = "INSERT INTO billing_details (organisation_id, legal_name, address, country, email, currency) \
               SELECT id, name, 'Storgatan 1', 'SE', 'bills@example.org', 'SEK' FROM organisation o \
               WHERE NOT EXISTS (SELECT 1 FROM billing_details d WHERE d.organisation_id = o.id)";
    world.db_execute(sql, []).await;
}

/// An issued invoice of the hub, of which nothing is paid or credited.
async fn db_invoice(world: &World) -> String {
    let invoice = key_at_the_hub("Invoice", "ORGANISATION");
    db_ready(world).await;
    let sql = "UPDATE invoice SET state = 'OPEN', number = 'EXAMPLE', issued_on = '2026-03-01', due_on = '2026-03-31', \
               paid_minor = 0, settled_minor = 0, credited_minor = 0 WHERE id = $1";
    world.db_execute(sql, [invoice.into()]).await;
    let sql = "UPDATE invoice_line SET credited_minor = 0, reopened_minor = 0 WHERE invoice_id = $1";
    world.db_execute(sql, [invoice.into()]).await;
    format!("invoiceId: {:?}", Type::Invoice.id(invoice).0)
}

/// A draft that nothing points to.
async fn db_draft(world: &World) -> String {
    db_ready(world).await;
    let mut rows = Rows::starting_at(HUB.tree, 860_000);
    let id = rows.invoice(HUB.id(), HUB.id(), HUB.id(), "Draft");
    for table in ["invoice_line", "invoice"] {
        let column = if table == "invoice" { "id" } else { "invoice_id" };
        world.db_execute(&format!("DELETE FROM {table} WHERE {column} = $1"), [id.into()]).await;
    }
    rows.db_write(world.db().writer()).await;
    let sql = "UPDATE invoice SET state = 'DRAFT', number = NULL, issued_on = NULL, due_on = NULL WHERE id = $1";
    world.db_execute(sql, [id.into()]).await;
    format!("invoiceId: {:?}", Type::Invoice.id(id).0)
}

/// A charge of the hub that is pending, or billed.
async fn db_charge(world: &World, state: &str) -> String {
    let charge = key_at_the_hub("Charge", "");
    world.db_execute("UPDATE pending_charge SET state = $2 WHERE id = $1", [charge.into(), state.into()]).await;
    format!("chargeId: {:?}", Type::Charge.id(charge).0)
}

fn reseller() -> String {
    Type::Reseller.id(HUB.id()).0
}

/// A statement of the hub that is not paid out yet, with this payout.
async fn db_statement(world: &World, payout: i64) -> String {
    let statement = key_at_the_hub("CommissionStatement", "");
    let sql = "UPDATE commission_statement SET state = 'CLOSED', paid_on = NULL, payout_reference = NULL, payout_minor = $2 \
               WHERE id = $1";
    world.db_execute(sql, [statement.into(), payout.into()]).await;
    format!("statementId: {:?}", Type::CommissionStatement.id(statement).0)
}

/// Valid arguments.
pub async fn valid(world: &World, mutation: &str) -> Option<String> {
    Some(match mutation {
        "setIssuer" => "(input: {legalName: \"Issuer\", address: \"Storgatan 1\", postCode: \"11122\", city: \"Stockholm\", \
                        country: \"SE\", registrationNumber: \"556677-8899\", currency: \"SEK\", contactName: \"Accounts\", \
                        telephone: \"+46 8 1\", email: \"accounts@example.org\", reminderSteps: [{afterDays: 5, \
                        kind: REMIND}, {afterDays: 10, kind: FEE, feeMinor: \"6000\"}]})"
            .to_owned(),
        "setNumberSeries" => "(input: {kind: CREDIT_NOTE, format: \"C{year}-{n:5}\"})".to_owned(),
        "addVatRates" => "(input: {rates: [{country: \"NO\", taxClass: STANDARD, basisPoints: 2500, \
                          validFrom: \"2026-01-01\", source: \"Lovdata\"}]})"
            .to_owned(),
        "addExchangeRates" => "(input: {rates: [{from: \"EUR\", to: \"SEK\", day: \"2026-03-01\", rate: \"11.2345\", \
                               source: \"Riksbank\"}]})"
            .to_owned(),
        "recordVatCheck" => "(input: {country: \"DE\", vatId: \"DE123456788\", isValid: true})".to_owned(),
        "setVatOverride" => {
            format!("(input: {{organisationId: {:?}, category: ZERO_RATED, reason: \"A ship at sea\"}})", hub())
        }
        "addCharge" => format!(
            "(input: {{organisationId: {:?}, description: \"Hours\", unitPrice: {{amountMinor: \"100\", currency: \"SEK\"}}}})",
            hub()
        ),
        "withdrawCharge" => format!("(input: {{{}}})", db_charge(world, "PENDING").await),
        "runBilling" => {
            db_issuer(world, OPERATOR.id).await;
            world.db_execute("DELETE FROM billing_run WHERE state = 'RUNNING'", []).await;
            "(input: {mode: TRY})".to_owned()
        }
        "issueInvoice" | "discardDraft" => format!("(input: {{{}}})", db_draft(world).await),
        "creditInvoice" => {
            let invoice = db_invoice(world).await;
            format!("(input: {{{invoice}, reason: \"Too much\", lines: [{{position: 1, netMinor: \"100\"}}]}})")
        }
        "voidInvoice" => format!("(input: {{{}, reason: \"Wrong\"}})", db_invoice(world).await),
        "addCommissionRate" => format!("(input: {{resellerId: {:?}, basisPoints: 1250}})", reseller()),
        "closeCommissionMonth" => {
            // A later month than those of the statements: the day of the tests is in March.
            world.db_execute("UPDATE commission_statement SET month = '2025-01-01' WHERE month = '2026-02-01'", []).await;
            "(input: {month: \"2026-02-01\"})".to_owned()
        }
        "recordCommissionPayout" => format!("(input: {{{}, reference: \"B-1\"}})", db_statement(world, 3_000).await),
        "createAccountingBatch" => {
            db_issuer(world, OPERATOR.id).await;
            world.db_execute("DELETE FROM accounting_batch WHERE format = 'SIE'", []).await;
            "(input: {from: \"2020-01-01\", until: \"2020-01-31\", format: SIE})".to_owned()
        }
        _ => return None,
    })
}

/// Invalid arguments.
pub async fn invalid(world: &World, mutation: &str) -> Option<String> {
    Some(match mutation {
        "setIssuer" => "(input: {paymentDays: 366})".to_owned(),
        "setNumberSeries" => "(input: {kind: INVOICE, format: \"{n:5}\"})".to_owned(),
        "addVatRates" | "addExchangeRates" => "(input: {rates: []})".to_owned(),
        "recordVatCheck" => "(input: {country: \"DE\", vatId: \"12\", isValid: true})".to_owned(),
        "setVatOverride" => format!("(input: {{organisationId: {:?}, category: EXEMPT}})", hub()),
        "addCharge" => format!(
            "(input: {{organisationId: {:?}, description: \"Hours\", quantity: 0, \
             unitPrice: {{amountMinor: \"100\", currency: \"SEK\"}}}})",
            hub()
        ),
        "withdrawCharge" => format!("(input: {{{}}})", db_charge(world, "BILLED").await),
        "runBilling" => "(input: {until: \"2020-01-01\"})".to_owned(),
        "issueInvoice" | "discardDraft" => format!("(input: {{{}}})", db_invoice(world).await),
        "creditInvoice" => {
            let invoice = db_invoice(world).await;
            format!("(input: {{{invoice}, reason: \"Too much\", lines: []}})")
        }
        "voidInvoice" => format!("(input: {{{}, reason: \" \"}})", db_invoice(world).await),
        "addCommissionRate" => format!("(input: {{resellerId: {:?}, basisPoints: 10001}})", reseller()),
        "closeCommissionMonth" => "(input: {month: \"2026-02-02\"})".to_owned(),
        "recordCommissionPayout" => format!("(input: {{{}, reference: \"B-1\"}})", db_statement(world, 0).await),
        "createAccountingBatch" => "(input: {from: \"2020-02-01\", until: \"2020-01-31\", format: SIE})".to_owned(),
        _ => return None,
    })
}
