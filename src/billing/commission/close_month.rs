//! Closing a month of commission.

use std::collections::{BTreeMap, HashMap};

use async_graphql::{ID, InputObject};
use entity::commission_statement::{Model, State};
use macros::{mutation, payload};
use sea_orm::prelude::Date;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::earn::month_of;
use super::rules::{MonthEnd, carried, close_month};
use super::store;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::message::Texts;
use crate::billing::issuer;
use crate::graphql::act::ActOn;
use crate::oversight::audit;
use crate::oversight::operator::Operator;

/// The month to close.
#[derive(InputObject)]
pub struct CloseCommissionMonthInput {
    /// The first day of the month. The month has ended.
    pub month: Date,
    /// Id of the reseller; without it, the month is closed for all that have not closed it.
    pub reseller_id: Option<ID>,
}

/// What was closed.
#[payload]
pub struct CloseCommissionMonthPayload {
    /// How many statements were made.
    pub statement_count: i32,
}

/// Closes a month of commission: each reseller gets a statement in each currency, with all that it has earned until the
/// end of the month. A total that is below the threshold of the issuer, or not above zero, is carried over. The threshold
/// is for statements in the currency of the accounting. What comes late goes to the open month.
#[mutation]
#[acts(RESELLER_MANAGE, on = ())]
async fn close_commission_month(
    act: ActOn<'_, Operator>,
    input: CloseCommissionMonthInput,
) -> Result<CloseCommissionMonthPayload> {
    let request = act.request;
    let month = input.month;
    let wrong = |code, message: Texts| Error::from(UserError::at("month", code, message));
    if month_of(month) != month {
        return Err(wrong(
            UserErrorCode::InvalidInput,
            [
                "Give the first day of the month.",
                "Geben Sie den ersten Tag des Monats an.",
                "Ange den första dagen i månaden.",
            ],
        ));
    }
    if month >= month_of(request.today()) {
        return Err(wrong(
            UserErrorCode::TooEarly,
            ["The month has not ended yet.", "Der Monat ist noch nicht zu Ende.", "Månaden är inte slut ännu."],
        ));
    }
    let reseller = input.reseller_id.as_ref().map(|id| Type::Reseller.parse(id)).transpose()?;
    if let Some(id) = reseller {
        request.access.look(id).await?.ok_or(Error::NotFound)?;
    }
    let count = act
        .locked(async |work, at| {
            let issuer = issuer::store::find(work.tx, at.id()).await?;
            let threshold = |currency: &str| match &issuer {
                Some(issuer) if issuer.currency == currency => issuer.commission_threshold_minor,
                _ => 0,
            };
            let last = store::last_statements(work.tx, reseller).await?;
            let last: HashMap<(Uuid, String), Model> =
                last.into_iter().map(|row| ((row.reseller_id, row.currency.clone()), row)).collect();
            let mut open: BTreeMap<(Uuid, String), i64> = BTreeMap::new();
            for (key, row) in &last {
                if carried(row) != 0 {
                    open.insert(key.clone(), 0);
                }
            }
            for sum in store::open_sums(work.tx, month, reseller).await? {
                open.insert((sum.reseller, sum.currency), sum.minor);
            }
            let is_closed = |key: &(Uuid, String)| last.get(key).is_some_and(|row| row.month >= month);
            open.retain(|key, _| !is_closed(key));
            if open.is_empty() && last.keys().any(is_closed) {
                return Err(wrong(
                    UserErrorCode::MonthClosed,
                    ["The month is closed already.", "Der Monat ist schon abgeschlossen.", "Månaden är redan stängd."],
                ));
            }
            let mut rows = Vec::new();
            for (key, lines) in open {
                let opening = last.get(&key).map_or(0, carried);
                let end = close_month(opening, [lines], threshold(&key.1)).map_err(Error::fault)?;
                rows.push(statement(work.random.id(work.now), key, month, end, work.now));
            }
            let written = store::close(work.tx, month, &rows).await?;
            let is_as_summed = |row: &Model| written.get(&row.id).copied().unwrap_or_default() == row.total_minor;
            if !rows.iter().all(is_as_summed) {
                return Err(wrong(
                    UserErrorCode::StaleState,
                    [
                        "Commission was recorded meanwhile. Try again.",
                        "Inzwischen wurde Provision gebucht. Versuchen Sie es noch einmal.",
                        "Provision har bokförts under tiden. Försök igen.",
                    ],
                ));
            }
            let after = json!({ "month": month, "statements": rows.len(),
                                "reseller": input.reseller_id.as_ref().map(|id| id.as_str()) });
            let event = act.event().to(Type::Organisation.id(at.id()));
            audit::record(work, event.changing(Json::Null, after)).await?;
            Ok(rows.len())
        })
        .await?;
    let statement_count = i32::try_from(count).unwrap_or(i32::MAX);
    Ok(CloseCommissionMonthPayload { statement_count, ..Default::default() })
}

fn statement(
    id: Uuid,
    (reseller_id, currency): (Uuid, String),
    month: Date,
    end: MonthEnd,
    now: chrono::DateTime<chrono::Utc>,
) -> Model {
    Model {
        id,
        reseller_id,
        month,
        currency,
        opening_minor: end.opening_minor,
        total_minor: end.lines_minor,
        payout_minor: end.payout_minor,
        state: State::Closed,
        closed_at: now,
        paid_on: None,
        payout_reference: None,
    }
}
