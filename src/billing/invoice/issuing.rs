//! What issuing an invoice does: it gets payer, address and VAT of the day, its number, its dates and its payment
//! reference, and is mailed to the buyer.

use entity::invoice::{Model, State};
use entity::issuer;
use sea_orm::prelude::Date;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::compose::{Composed, Parties, tax};
use super::letters;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::message::Message;
use crate::billing::details::{self, Buyer};
use crate::billing::invoice::reference::{ReferenceKind, make};
use crate::billing::issuer::rules::due_on;
use crate::billing::vat::tables::Tables;
use crate::billing::{issuer as issuers, payer};
use crate::catalogue::product::store as products;
use crate::graphql::request::Work;
use crate::mail::{self, Attached};
use crate::organisation::store as organisations;
use crate::oversight::audit::{self, Event};

/// The issuer, or an error that says how to set it.
pub async fn require_issuer(work: &Work<'_>, organisation: Uuid) -> Result<issuer::Model> {
    let issuer = issuers::store::find(work.tx, organisation).await?;
    issuer.ok_or_else(|| {
        let message = [
            "The issuer has no details yet. Set them with setIssuer.",
            "Der Aussteller hat noch keine Angaben. Tragen Sie sie mit setIssuer ein.",
            "Utfärdaren har inga uppgifter ännu. Fyll i dem med setIssuer.",
        ];
        UserError::general(UserErrorCode::InvalidInput, message).into()
    })
}

/// Sets payer, buyer, seller and VAT of a draft as they are today.
pub async fn address(work: &Work<'_>, issuer: &issuer::Model, one: &mut Composed) -> Result<()> {
    let refused = |message: Message| Error::from(UserError::at("invoiceId", UserErrorCode::BuyerIncomplete, message));
    let organisation = one.invoice.organisation_id;
    classify(work, issuer, one).await?;
    let ends = payer::store::ends_of_chains(work.tx, &[organisation], work.today()).await?;
    let payer = ends.get(&organisation).copied().unwrap_or(organisation);
    if payer != organisation && !organisations::closed_of(work.tx, &[payer]).await?.is_empty() {
        return Err(refused(
            [
                "The payer is closed. End the agreement with endPayer, or find another payer.",
                "Der Zahler ist geschlossen. Beenden Sie die Vereinbarung mit endPayer, oder suchen Sie einen anderen \
                 Zahler.",
                "Betalaren är stängd. Avsluta avtalet med endPayer, eller hitta en annan betalare.",
            ]
            .into(),
        ));
    }
    let recipients = details::store::recipients(work.tx, &[payer]).await?;
    let (details, contact) = recipients.get(&payer).ok_or_else(|| {
        refused(
            [
                "The payer has no billing details. Fill them in with updateBillingDetails.",
                "Der Zahler hat keine Abrechnungsdaten. Tragen Sie sie mit updateBillingDetails ein.",
                "Betalaren har inga faktureringsuppgifter. Fyll i dem med updateBillingDetails.",
            ]
            .into(),
        )
    })?;
    let buyer = Buyer::of(details, contact.as_ref());
    let at = (work.today(), work.request.config.billing.exchange_rate_days);
    let vat = Tables::load(work.tx, issuer, std::iter::once((payer, &buyer)), at).await?;
    let exchange = |from: &str| vat.exchange(from);
    let parties = Parties { organisation, payer, issuer, buyer: &buyer, exchange: &exchange };
    tax(one, &parties, |class| vat.treatment(issuer, (payer, &buyer), class)).map_err(|why| refused(why.message()))
}

/// Gives the lines of subscriptions the tax class and the revenue key that their products have today. Charges keep theirs.
async fn classify(work: &Work<'_>, issuer: &issuer::Model, one: &mut Composed) -> Result<()> {
    let ids: Vec<Uuid> = one.lines.iter().filter_map(|line| line.product_id).collect();
    let products = products::find_rows(work.tx, issuer.organisation_id, &ids).await?;
    for line in one.lines.iter_mut().filter(|line| line.charge_id.is_none()) {
        if let Some(product) = products.iter().find(|product| Some(product.id) == line.product_id) {
            line.tax_class = product.tax_class;
            line.revenue_key.clone_from(&product.revenue_key);
        }
    }
    Ok(())
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
    row.needs_documents = true;
    row.earns_when_paid = issuer.commission_basis == issuer::CommissionBasis::Paid;
    row.state = if row.total_minor == 0 { State::Paid } else { State::Open };
}

/// Records invoices that the server issued by itself, and mails them: three statements for up to 500. The caller has locked
/// their organisations.
pub async fn announce(work: &Work<'_>, invoices: &[Composed]) -> Result<()> {
    let events = invoices.iter().map(|one| {
        let event = Event::done("issueInvoice", one.invoice.organisation_id, None).to(Type::Invoice.id(one.invoice.id));
        event.changing(Json::Null, audit_snapshot(&one.invoice))
    });
    audit::record_all_by_system(work, events.collect()).await?;
    send(work, invoices).await
}

/// Mails invoices to those of their buyers that have given an address: one statement.
pub async fn send(work: &Work<'_>, invoices: &[Composed]) -> Result<()> {
    let letters = invoices.iter().filter_map(|one| {
        let buyer: Buyer = serde_json::from_str(&one.invoice.buyer).ok()?;
        let recipient = buyer.recipient()?;
        let letter = letters::issued(recipient.locale, &one.invoice);
        let letter = letter.carrying(buyer.attached(Attached::Invoice(one.invoice.id)));
        Some((recipient, letter))
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
