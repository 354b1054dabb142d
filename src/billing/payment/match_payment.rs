//! Matching a payment: a person says which invoices it is for.

use async_graphql::{ID, InputObject};
use entity::invoice;
use entity::payment::{self, State};
use macros::{mutation, payload};
use serde_json::json;
use uuid::Uuid;

use super::object::Payment;
use super::settle::{self, Source, put};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::message::Texts;
use crate::base::money::BigInt;
use crate::billing::invoice::{open_minor, store as invoices};
use crate::graphql::act::{ActOn, Find};
use crate::graphql::request::Work;
use crate::oversight::audit;
use crate::oversight::idempotency::once;

/// The most invoices of one call.
const MOST: usize = 100;

/// What of a payment an invoice gets.
#[derive(Clone, InputObject)]
pub struct MatchedInvoiceInput {
    /// Id of the invoice.
    pub invoice_id: ID,
    /// The amount in minor units. Without it, as much as is left of the payment and open of the invoice.
    pub amount_minor: Option<BigInt>,
}

/// What a payment is for.
#[derive(InputObject)]
pub struct MatchPaymentInput {
    /// Id of the payment.
    pub payment_id: ID,
    /// Id of the organisation that paid. Without it, the payer of the first invoice.
    pub payer_id: Option<ID>,
    /// The invoices, each once, 100 at most. All have the same payer. What is left becomes the payer's balance.
    #[graphql(default)]
    pub invoices: Vec<MatchedInvoiceInput>,
    /// A key of your choice, 1 to 255 characters. Within 30 days, a second call with the same key and the same input does
    /// nothing, and gets the answer of the first.
    pub idempotency_key: Option<String>,
}

/// The matched payment.
#[payload]
pub struct MatchPaymentPayload {
    /// The payment; null if it was not matched.
    pub payment: Option<Payment>,
}

/// Says which invoices a payment is for, or only whose it is. The balance of a matched payment can be put to invoices too.
#[mutation]
#[acts(PAYMENT_RECORD, on = input.payment_id)]
async fn match_payment(act: ActOn<'_, Payment>, input: MatchPaymentInput) -> Result<MatchPaymentPayload> {
    let id = act.object.key();
    let wrong = |field: &str, code, message: Texts| Error::from(UserError::at(field, code, message));
    if input.invoices.len() > MOST {
        return Err(wrong(
            "invoices",
            UserErrorCode::TooMany,
            ["Give at most 100 invoices.", "Geben Sie höchstens 100 Rechnungen an.", "Ange högst 100 fakturor."],
        ));
    }
    let payer = input.payer_id.as_ref().map(|id| Type::Organisation.parse(id)).transpose()?;
    let wanted: Vec<(Uuid, i64)> = input
        .invoices
        .iter()
        .map(|one| Ok((Type::Invoice.parse(&one.invoice_id)?, one.amount_minor.map_or(i64::MAX, |minor| minor.0))))
        .collect::<Result<_>>()?;
    let is_repeated =
        wanted.iter().enumerate().any(|(place, (id, _))| wanted[..place].iter().any(|(one, _)| one == id));
    if is_repeated {
        return Err(wrong(
            "invoices",
            UserErrorCode::InvalidInput,
            [
                "The same invoice stands twice.",
                "Dieselbe Rechnung steht zweimal da.",
                "Samma faktura finns två gånger.",
            ],
        ));
    }
    let call = act.call(input.idempotency_key.as_deref())?;
    let (issuer, wanted) = (act.organisation(), &wanted);
    let _: Uuid = act
        .request
        .transaction(async |work| {
            let (row, targets) = locked(work, id, wanted, issuer, payer).await?;
            act.authorise_in(work).await?;
            once(work, call.as_ref(), issuer, async || {
                let mut row = row.clone();
                let payer = payer.or(row.payer_id).or_else(|| targets.first().map(|row| row.payer_id));
                let payer = payer.ok_or_else(|| {
                    wrong(
                        "payerId",
                        UserErrorCode::InvalidInput,
                        [
                            "Name an invoice or the organisation that paid.",
                            "Nennen Sie eine Rechnung oder die Organisation, die bezahlt hat.",
                            "Ange en faktura eller organisationen som betalade.",
                        ],
                    )
                })?;
                let is_other = row.payer_id.is_some_and(|known| known != payer);
                if row.state == State::Returned || is_other {
                    let message = [
                        "This payment was returned, or belongs to another payer already.",
                        "Diese Zahlung wurde zurückgegeben, oder sie gehört schon einem anderen Zahler.",
                        "Betalningen har återförts, eller tillhör redan en annan betalare.",
                    ];
                    return Err(wrong("paymentId", UserErrorCode::StaleState, message));
                }
                if payer_is_unknown(work, payer).await? {
                    return Err(Error::NotFound);
                }
                row.payer_id = Some(payer);
                row.state = State::Matched;
                let mut rows = Vec::new();
                let mut targets = targets.clone();
                for (target, (_, most)) in targets.iter_mut().zip(wanted) {
                    check("invoices", target, (payer, &row.currency), *most, row.amount_minor - row.allocated_minor)?;
                    put(work, &mut Source::Payment(&mut row), target, *most, &mut rows);
                }
                settle::write(work, rows, &[&row], &[], &targets.iter().collect::<Vec<_>>()).await?;
                let numbers: Vec<_> = targets.iter().map(|row| row.number.clone()).collect();
                let event = act.event().to(input.payment_id.clone());
                let after = json!({ "payer": Type::Organisation.id(payer).as_str(), "invoices": numbers });
                audit::record(work, event.changing(json!(null), after)).await?;
                Ok(id)
            })
            .await
        })
        .await?;
    Ok(MatchPaymentPayload { payment: Payment::find(act.request, id).await?, ..Default::default() })
}

/// The payment, and the invoices in the order of the request, under the locks that this needs.
async fn locked(
    work: &Work<'_>,
    payment: Uuid,
    wanted: &[(Uuid, i64)],
    issuer: Uuid,
    payer: Option<Uuid>,
) -> Result<(payment::Model, Vec<invoice::Model>)> {
    let ids: Vec<Uuid> = wanted.iter().map(|(id, _)| *id).collect();
    let found = invoices::rows_in(work.tx, &ids).await?;
    let row = settle::locked(work, payment, (issuer, payer), &found).await?.ok_or(Error::NotFound)?;
    let found = invoices::rows_in(work.tx, &ids).await?;
    let of = |id: &Uuid| found.iter().find(|row| row.id == *id && row.issuer_id == issuer).cloned();
    let targets = ids.iter().map(|id| of(id).ok_or(Error::NotFound)).collect::<Result<_>>()?;
    Ok((row, targets))
}

async fn payer_is_unknown(work: &Work<'_>, payer: Uuid) -> Result<bool> {
    Ok(work.request.access.look(payer).await?.is_none())
}

/// Refuses an invoice that cannot get what was asked for.
pub fn check(
    field: &str,
    target: &invoice::Model,
    (payer, currency): (Uuid, &str),
    most: i64,
    left: i64,
) -> Result<(), UserError> {
    let of_draft = ["the draft", "den Entwurf", "utkastet"];
    let [en, de, sv] = of_draft.map(|draft| target.number.as_deref().unwrap_or(draft));
    let refuse = |code, message: [String; 3]| Err(UserError::at(field, code, message));
    if target.payer_id != payer {
        let message = [
            format!("Another organisation pays {en}."),
            format!("Eine andere Organisation bezahlt {de}."),
            format!("En annan organisation betalar {sv}."),
        ];
        return refuse(UserErrorCode::InvalidInput, message);
    }
    if target.currency != currency {
        let other = &target.currency;
        let message = [
            format!("{en} is in {other}."),
            format!("Die Währung für {de} ist {other}."),
            format!("Valutan för {sv} är {other}."),
        ];
        return refuse(UserErrorCode::CurrencyDiffers, message);
    }
    if open_minor(target) <= 0 {
        let message = [
            format!("Nothing is left to pay of {en}."),
            format!("Für {de} ist nichts mehr zu zahlen."),
            format!("Inget återstår att betala för {sv}."),
        ];
        return refuse(UserErrorCode::StaleState, message);
    }
    if most != i64::MAX && (most <= 0 || most > open_minor(target) || most > left) {
        let most = open_minor(target).min(left);
        let message = [
            format!("{en} can get 1 to {most} minor units."),
            format!("Für {de} sind 1 bis {most} kleinste Einheiten der Währung möglich."),
            format!("{sv} kan få 1 till {most} av valutans minsta enheter."),
        ];
        return refuse(UserErrorCode::InvalidInput, message);
    }
    Ok(())
}
