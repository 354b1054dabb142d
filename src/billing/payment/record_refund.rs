//! Recording that a payer's balance was paid back.

use async_graphql::{ID, InputObject};
use entity::refund::Model;
use macros::{mutation, payload};
use sea_orm::prelude::Date;
use serde_json::json;
use uuid::Uuid;

use super::object::Balance;
use super::settle::{self, Source, lock, pay_back};
use super::store;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::message::Message;
use crate::base::money::{Money, MoneyInput};
use crate::base::text;
use crate::billing::details::rules::currency;
use crate::graphql::act::ActOn;
use crate::oversight::audit;
use crate::oversight::idempotency::once;
use crate::oversight::operator::Operator;

/// The refund.
#[derive(InputObject)]
pub struct RecordRefundInput {
    /// Id of the organisation that got the money.
    pub payer_id: ID,
    /// The amount, more than 0 and at most its balance.
    pub amount: MoneyInput,
    /// The day on which it was paid; without it, today. It cannot be in the future.
    pub paid_on: Option<Date>,
    /// What the bank calls it: up to 100 characters.
    #[graphql(default)]
    pub reference: String,
    /// A key of your choice, 1 to 255 characters. Within 30 days, a second call with the same key and the same input does
    /// nothing, and gets the answer of the first.
    pub idempotency_key: Option<String>,
}

/// The outcome.
#[payload]
pub struct RecordRefundPayload {
    /// What the organisation has left with the operator, in each currency; null if nothing was recorded.
    pub balance: Option<Vec<Money>>,
}

/// Records that the operator paid back what a payer had with it: from payments first, then from credit notes, the oldest
/// first. Never more than the balance.
#[mutation]
#[acts(PAYMENT_RECORD, on = ())]
async fn record_refund(act: ActOn<'_, Operator>, input: RecordRefundInput) -> Result<RecordRefundPayload> {
    let request = act.request;
    let payer = Type::Organisation.parse(&input.payer_id)?;
    request.access.look(payer).await?.ok_or(Error::NotFound)?;
    let wrong = |field: &str, message: Message| Error::from(UserError::at(field, UserErrorCode::InvalidInput, message));
    let amount_minor = input.amount.amount_minor.0;
    if amount_minor <= 0 {
        return Err(wrong(
            "amount",
            ["The amount is more than 0.", "Der Betrag ist größer als 0.", "Beloppet är större än 0."].into(),
        ));
    }
    let paid_on = input.paid_on.unwrap_or_else(|| request.today());
    if paid_on > request.today() {
        return Err(wrong(
            "paidOn",
            [
                "The day cannot be in the future.",
                "Der Tag kann nicht in der Zukunft liegen.",
                "Dagen kan inte vara i framtiden.",
            ]
            .into(),
        ));
    }
    let reference = match input.reference.trim() {
        "" => String::new(),
        typed => text::reference("reference", typed)?,
    };
    let row = Model {
        id: request.random.id(request.now()),
        issuer_id: act.organisation(),
        payer_id: payer,
        amount_minor,
        currency: currency("amount", &input.amount.currency)?,
        paid_on,
        reference,
        created_at: request.now(),
    };
    let call = act.call(input.idempotency_key.as_deref())?;
    let _: Uuid = request
        .transaction(async |work| {
            lock(work, [payer, act.organisation()]).await?;
            act.authorise_in(work).await?;
            once(work, call.as_ref(), act.organisation(), async || {
                let left = store::balance_in(work.tx, payer, &row.currency).await?;
                let most = left.minor().max(0);
                if row.amount_minor > most {
                    let most = Money::new(most, &row.currency).text();
                    return Err(wrong(
                        "amount",
                        [
                            format!("The balance is {most}. No more can be paid back."),
                            format!("Das Guthaben ist {most}. Mehr lässt sich nicht zurückzahlen."),
                            format!("Saldot är {most}. Mer kan inte betalas tillbaka."),
                        ]
                        .into(),
                    ));
                }
                let (mut payments, mut notes) = (left.payments, left.notes);
                let mut sources: Vec<Source<'_>> = payments.iter_mut().map(Source::Payment).collect();
                sources.extend(notes.iter_mut().map(Source::CreditNote));
                let mut rows = Vec::new();
                pay_back(work, &mut sources, (payer, row.id), row.amount_minor, &mut rows);
                drop(sources);
                store::add_refund(work.tx, row.clone()).await?;
                let (payments, notes): (Vec<_>, Vec<_>) = (payments.iter().collect(), notes.iter().collect());
                settle::write(work, rows, &payments, &notes, &[]).await?;
                let after = json!({ "payer": input.payer_id.as_str(), "amountMinor": row.amount_minor,
                                    "currency": row.currency, "paidOn": row.paid_on });
                let event = act.event().to(input.payer_id.clone()).changing(json!(null), after);
                audit::record(work, event).await?;
                Ok(row.id)
            })
            .await
        })
        .await?;
    Ok(RecordRefundPayload { balance: Some(Balance::of(request, payer).await?), ..Default::default() })
}
