//! Issuing an invoice: it gets its number, its dates and its payment reference, and is sent to the buyer.

use async_graphql::{ID, InputObject};
use entity::invoice::{Model, State};
use entity::issuer;
use entity::number_series::Kind as Series;
use macros::{mutation, payload};
use sea_orm::prelude::Date;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::buyer::Buyer;
use super::compose::{Composed, Parties, tax};
use super::letters;
use super::object::Invoice;
use super::store;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::billing::issuer::rules::due_on;
use crate::billing::payment::reference::{ReferenceKind, make};
use crate::billing::vat::tables::Tables;
use crate::billing::{details, issuer as issuers, payer, series};
use crate::graphql::act::{ActOn, Find};
use crate::graphql::request::Work;
use crate::mail::{self, Recipient};
use crate::oversight::audit::{self, Event};

/// The draft to issue.
#[derive(InputObject)]
pub struct IssueInvoiceInput {
    /// Id of the draft.
    pub invoice_id: ID,
    /// A key of your choice, 1 to 255 characters. Within 30 days, a second call with the same key and the same input does
    /// nothing, and gets the answer of the first.
    pub idempotency_key: Option<String>,
}

/// The issued invoice.
#[payload]
pub struct IssueInvoicePayload {
    /// The invoice; null if it was not issued.
    pub invoice: Option<Invoice>,
}

/// Issues a draft: it gets its number, and payer, address and VAT of today. It is mailed to the buyer. An issued invoice
/// never changes; a credit note takes it back.
#[mutation]
#[acts(INVOICE_ISSUE, on = input.invoice_id)]
async fn issue_invoice(act: ActOn<'_, Invoice>, input: IssueInvoiceInput) -> Result<IssueInvoicePayload> {
    let id = act.object.key();
    let _: Uuid = act
        .once(input.idempotency_key.as_deref(), async |work, _| {
            let mut one = store::load_in(work.tx, &[id]).await?.remove(&id).ok_or(Error::NotFound)?;
            if one.invoice.state != State::Draft {
                let message = "Only a draft can be issued. This invoice has its number already.";
                return Err(UserError::at("invoiceId", UserErrorCode::StaleState, message).into());
            }
            let issuer = require_issuer(work, one.invoice.issuer_id).await?;
            address(work, &issuer, &mut one).await?;
            let taken = series::store::take(work.tx, issuer.organisation_id, Series::Invoice, work.today(), 1).await?;
            let refused = |why: String| UserError::at("invoiceId", UserErrorCode::InvalidInput, why);
            let mut numbers = taken.map_err(|none| refused(none.to_string()))?;
            number(&mut one.invoice, &issuer, numbers.pop().unwrap_or_default(), work.today());
            store::save(work.tx, &one).await?;
            let event = act.event().to(input.invoice_id.clone());
            audit::record(work, event.changing(json!({ "state": "DRAFT" }), audit_snapshot(&one.invoice))).await?;
            send(work, std::slice::from_ref(&one)).await?;
            Ok(id)
        })
        .await?;
    Ok(IssueInvoicePayload { invoice: Invoice::find(act.request, id).await?, ..Default::default() })
}

/// The issuer, or an error that says how to set it.
pub async fn require_issuer(work: &Work<'_>, organisation: Uuid) -> Result<issuer::Model> {
    let issuer = issuers::store::find(work.tx, organisation).await?;
    issuer.ok_or_else(|| {
        let message = "The issuer has no details yet. Set them with setIssuer.";
        UserError::general(UserErrorCode::InvalidInput, message).into()
    })
}

/// Sets payer, buyer, seller and VAT of a draft as they are today.
async fn address(work: &Work<'_>, issuer: &issuer::Model, one: &mut Composed) -> Result<()> {
    let refused = |message: String| Error::from(UserError::at("invoiceId", UserErrorCode::BuyerIncomplete, message));
    let organisation = one.invoice.organisation_id;
    let ends = payer::store::ends_of_chains(work.tx, &[organisation], work.today()).await?;
    let payer = ends.get(&organisation).copied().unwrap_or(organisation);
    let recipients = details::store::recipients(work.tx, &[payer]).await?;
    let (details, contact) = recipients.get(&payer).ok_or_else(|| {
        refused("The payer has no billing details. Fill them in with updateBillingDetails.".to_owned())
    })?;
    let buyer = Buyer::of(details, contact.as_ref());
    let vat = Tables::load(work.tx, std::iter::once((payer, &buyer)), work.today()).await?;
    let parties = Parties { organisation, payer, issuer, buyer: &buyer };
    tax(one, &parties, |class| vat.treatment(issuer, (payer, &buyer), class)).map_err(|why| refused(why.to_string()))
}

/// Gives an invoice its number, its dates and its reference.
pub fn number(row: &mut Model, issuer: &issuer::Model, number: String, today: Date) {
    let kind = match issuer.reference_kind {
        issuer::ReferenceKind::Ocr => ReferenceKind::Ocr,
        issuer::ReferenceKind::Rf => ReferenceKind::Rf,
    };
    // A number that the reference cannot hold is paid by naming it.
    row.payment_reference = make(kind, &number).ok().or_else(|| Some(number.clone()));
    row.number = Some(number);
    row.issued_on = Some(today);
    row.due_on = Some(due_on(issuer, today));
    row.state = if row.total_minor == 0 { State::Paid } else { State::Open };
}

/// Records invoices that the server issued by itself, and mails them.
pub async fn announce(work: &Work<'_>, invoices: &[Composed]) -> Result<()> {
    for one in invoices {
        let event = Event::done("issueInvoice", one.invoice.organisation_id, None).to(Type::Invoice.id(one.invoice.id));
        let event = event.changing(Json::Null, audit_snapshot(&one.invoice));
        audit::record_by_system(work.tx, work.random, work.now, event).await?;
    }
    send(work, invoices).await
}

/// Mails invoices to their buyers: one statement.
async fn send(work: &Work<'_>, invoices: &[Composed]) -> Result<()> {
    let letters = invoices.iter().filter_map(|one| {
        let buyer: Buyer = serde_json::from_str(&one.invoice.buyer).ok()?;
        let locale = buyer.locale();
        let recipient = Recipient { user: None, address: buyer.email, locale };
        Some((recipient, letters::issued(locale, &one.invoice)))
    });
    Ok(mail::queue(work.tx, work.random, work.now, letters.collect::<Vec<_>>()).await?)
}

/// An invoice as the audit log keeps it.
pub fn audit_snapshot(row: &Model) -> Json {
    json!({
        "number": row.number,
        "totalMinor": row.total_minor,
        "currency": row.currency,
        "dueOn": row.due_on,
    })
}
