//! Recording a payment.

use async_graphql::{ID, InputObject};
use entity::payment::{Model, State};
use macros::{mutation, payload};
use sea_orm::prelude::Date;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::bank::MOST_MINOR;
use super::object::Payment;
use super::settle::{self, Source, lock, put};
use super::{statement, store};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::message::Texts;
use crate::base::money::MoneyInput;
use crate::base::text;
use crate::billing::details::rules::currency;
use crate::billing::invoice::store as invoices;
use crate::graphql::act::{ActOn, Find};
use crate::oversight::audit;
use crate::oversight::idempotency::once;
use crate::oversight::operator::Operator;

/// The payment.
#[derive(InputObject)]
pub struct RecordPaymentInput {
    /// The amount, more than 0.
    pub amount: MoneyInput,
    /// The day on which it was received; without it, today. It cannot be in the future.
    pub received_on: Option<Date>,
    /// The reference that the payer named. With a valid one of an open invoice in this currency, it settles that invoice.
    pub reference: Option<String>,
    /// What tells this payment from all others, for example the reference of the bank: 1 to 200 characters. The same one is
    /// recorded once.
    pub source_key: String,
    /// What the payer wrote.
    #[graphql(default)]
    pub text: String,
    /// The name of the account that it came from.
    pub paid_by: Option<String>,
    /// Id of the invoice that it is for, if a person knows that.
    pub invoice_id: Option<ID>,
    /// A key of your choice, 1 to 255 characters. Within 30 days, a second call with the same key and the same input does
    /// nothing, and gets the answer of the first.
    pub idempotency_key: Option<String>,
}

/// The recorded payment.
#[payload]
pub struct RecordPaymentPayload {
    /// The payment; null if it was not recorded.
    pub payment: Option<Payment>,
}

/// Records a payment that the operator received. It settles the invoice that its reference or `invoiceId` names: wholly,
/// in part, or with the rest as the payer's balance. Without either, it waits for `matchPayment`.
#[mutation]
#[acts(PAYMENT_RECORD, on = ())]
async fn record_payment(act: ActOn<'_, Operator>, input: RecordPaymentInput) -> Result<RecordPaymentPayload> {
    let request = act.request;
    let row = input.row(request.random.id(request.now()), act.organisation(), request.today())?;
    let row = Model { created_at: request.now(), ..row };
    let named = match &input.invoice_id {
        Some(id) => Some(Type::Invoice.parse(id)?),
        None => statement::named(request, act.organisation(), &row).await?,
    };
    let target = match named {
        Some(id) => invoices::find_row(request, id).await?.filter(|row| row.issuer_id == act.organisation()),
        None => None,
    };
    if input.invoice_id.is_some() && target.is_none() {
        return Err(Error::NotFound);
    }
    let call = act.call(input.idempotency_key.as_deref())?;
    let id: Uuid = request
        .transaction(async |work| {
            let places = target.iter().flat_map(|row| [row.organisation_id, row.payer_id]);
            lock(work, places.chain([act.organisation()])).await?;
            act.authorise_in(work).await?;
            once(work, call.as_ref(), act.organisation(), async || {
                if !store::known_keys(work.tx, row.issuer_id, std::slice::from_ref(&row.source_key)).await?.is_empty() {
                    let message = [
                        "A payment with this sourceKey is recorded already.",
                        "Eine Zahlung mit diesem sourceKey ist schon erfasst.",
                        "En betalning med den här sourceKey är redan registrerad.",
                    ];
                    return Err(UserError::at("sourceKey", UserErrorCode::Duplicate, message).into());
                }
                let mut row = row.clone();
                let ids: Vec<Uuid> = target.iter().map(|row| row.id).collect();
                let mut targets = invoices::rows_in(work.tx, &ids).await?;
                let mut rows = Vec::new();
                if let Some(target) = targets.first_mut() {
                    if target.currency != row.currency {
                        let message = [
                            format!(
                                "The invoice is in {}. A payment in {} waits for a person.",
                                target.currency, row.currency
                            ),
                            format!(
                                "Die Rechnung ist in {}. Eine Zahlung in {} wartet auf eine Person.",
                                target.currency, row.currency
                            ),
                            format!(
                                "Fakturan är i {}. En betalning i {} väntar på en person.",
                                target.currency, row.currency
                            ),
                        ];
                        return Err(UserError::at("amount", UserErrorCode::CurrencyDiffers, message).into());
                    }
                    row.payer_id = Some(target.payer_id);
                    row.state = State::Matched;
                    put(work, &mut Source::Payment(&mut row), target, i64::MAX, &mut rows);
                }
                store::add(work.tx, vec![row.clone()]).await?;
                settle::write(work, rows, &[], &[], &targets.iter().collect::<Vec<_>>()).await?;
                let snapshot = json!({ "amountMinor": row.amount_minor, "currency": row.currency,
                                       "receivedOn": row.received_on, "state": format!("{:?}", row.state) });
                let event = act.event().to(Type::Payment.id(row.id)).changing(Json::Null, snapshot);
                audit::record(work, event).await?;
                Ok(row.id)
            })
            .await
        })
        .await?;
    Ok(RecordPaymentPayload { payment: Payment::find(request, id).await?, ..Default::default() })
}

impl RecordPaymentInput {
    fn row(&self, id: Uuid, issuer_id: Uuid, today: Date) -> Result<Model, UserError> {
        let wrong = |field: &str, message: Texts| Err(UserError::at(field, UserErrorCode::InvalidInput, message));
        if self.amount.amount_minor.0 <= 0 {
            return wrong(
                "amount",
                [
                    "The amount is more than 0. returnPayment takes a payment back.",
                    "Der Betrag ist größer als 0. returnPayment nimmt eine Zahlung zurück.",
                    "Beloppet är större än 0. returnPayment återför en betalning.",
                ],
            );
        }
        if self.amount.amount_minor.0 > MOST_MINOR {
            return wrong(
                "amount",
                [
                    "An amount has at most 15 digits.",
                    "Ein Betrag hat höchstens 15 Ziffern.",
                    "Ett belopp har högst 15 siffror.",
                ],
            );
        }
        let received_on = self.received_on.unwrap_or(today);
        if received_on > today {
            return wrong(
                "receivedOn",
                [
                    "The day cannot be in the future.",
                    "Der Tag kann nicht in der Zukunft liegen.",
                    "Dagen kan inte vara i framtiden.",
                ],
            );
        }
        let reference = self.reference.as_deref().map(str::trim).filter(|typed| !typed.is_empty());
        Ok(Model {
            id,
            issuer_id,
            payer_id: None,
            amount_minor: self.amount.amount_minor.0,
            currency: currency("amount", &self.amount.currency)?,
            received_on,
            returned_on: None,
            source_key: text::name("sourceKey", &self.source_key)?,
            bank_reference: None,
            end_to_end_id: None,
            return_key: None,
            reference: reference.map(|typed| text::reference("reference", typed)).transpose()?,
            text: text::description("text", &self.text)?,
            paid_by: self.paid_by.as_deref().map(|typed| text::name("paidBy", typed)).transpose()?,
            state: State::Unmatched,
            allocated_minor: 0,
            created_at: chrono::DateTime::UNIX_EPOCH,
        })
    }
}
