//! Setting how a series writes its numbers.

use async_graphql::InputObject;
use entity::number_series::Model;
use macros::{mutation, payload};
use serde_json::{Value as Json, json};

use super::object::{NumberSeries, NumberSeriesKind, NumberSeriesRestart};
use super::{rules, store};
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::message::Message;
use crate::base::money::BigInt;
use crate::graphql::act::ActOn;
use crate::graphql::request::Work;
use crate::oversight::audit;
use crate::oversight::operator::Operator;

/// The settings of a series. Fields that are left out stay the same.
#[derive(InputObject)]
pub struct SetNumberSeriesInput {
    /// Which series.
    pub kind: NumberSeriesKind,
    /// How a number is written: `{year}` for the year, `{n:6}` for the count with at least six digits, and around them
    /// letters A to Z, digits and - / . _: at most 40 characters.
    pub format: Option<String>,
    /// When the count begins again at 1.
    pub restarts: Option<NumberSeriesRestart>,
    /// The next count: not below the present one. The numbers between them are never used.
    pub next: Option<BigInt>,
}

/// The changed series.
#[payload]
pub struct SetNumberSeriesPayload {
    /// The series; null if it was not changed.
    pub series: Option<NumberSeries>,
}

/// Sets how the numbers of orders, invoices or credit notes are written, from the next one on.
#[mutation]
#[acts(INVOICE_ISSUE, on = ())]
async fn set_number_series(act: ActOn<'_, Operator>, input: SetNumberSeriesInput) -> Result<SetNumberSeriesPayload> {
    let series = act
        .locked(async |work, at| {
            let old = store::lock(work.tx, at.id(), input.kind.into()).await?;
            let new = input.apply(&old)?;
            require_free(work, &new).await?;
            let event = act.event().to(Type::Organisation.id(at.id()));
            audit::record(work, event.changing(audit_snapshot(&old), audit_snapshot(&new))).await?;
            store::save(work.tx, new.clone()).await?;
            Ok(new)
        })
        .await?;
    Ok(SetNumberSeriesPayload { series: Some(NumberSeries(series)), ..Default::default() })
}

impl SetNumberSeriesInput {
    fn apply(&self, old: &Model) -> Result<Model, UserError> {
        let restarts = self.restarts.map_or(old.restarts, Into::into);
        let next = self.next.map_or(old.next, |next| next.0);
        if next > MOST {
            let message = [
                format!("The next count is at most {MOST}."),
                format!("Die nächste Zahl ist höchstens {MOST}."),
                format!("Nästa tal är högst {MOST}."),
            ];
            return Err(UserError::at("next", UserErrorCode::InvalidInput, message));
        }
        if next < old.next {
            let message = [
                format!("The next count is {}. It cannot go back, or numbers would repeat.", old.next),
                format!(
                    "Die nächste Zahl ist {}. Sie kann nicht zurückgehen, sonst kämen Nummern doppelt vor.",
                    old.next
                ),
                format!("Nästa tal är {}. Det kan inte gå bakåt, annars skulle nummer komma två gånger.", old.next),
            ];
            return Err(UserError::at("next", UserErrorCode::InvalidInput, message));
        }
        let format = rules::checked(self.format.as_deref().unwrap_or(&old.format), restarts)?;
        Ok(Model { format, restarts, next, ..old.clone() })
    }
}

/// The highest next count: one of twelve digits leaves room for as many numbers as anybody will ever need.
const MOST: i64 = 999_999_999_999;

/// Refuses a series whose next number exists already.
async fn require_free(work: &Work<'_>, series: &Model) -> Result<()> {
    let next = rules::written(&series.format, work.today(), series.next..series.next + 1);
    let wrong = |message: Message| UserError::at("format", UserErrorCode::InvalidInput, message);
    for number in next.map_err(|none| wrong(none.message()))? {
        if store::is_used(work.tx, series, &number).await? {
            let message = [
                format!("The next number would be {number}, which exists. Change the format, or raise next."),
                format!(
                    "Die nächste Nummer wäre {number}, und die gibt es schon. Ändern Sie das Format, oder erhöhen Sie \
                     next."
                ),
                format!("Nästa nummer skulle vara {number}, som redan finns. Ändra formatet, eller höj next."),
            ];
            return Err(wrong(message.into()).into());
        }
    }
    Ok(())
}

/// The series as the audit log keeps it.
fn audit_snapshot(row: &Model) -> Json {
    let kind = NumberSeriesKind::from(row.kind);
    json!({ "kind": format!("{kind:?}"), "format": row.format, "restarts": format!("{:?}", row.restarts), "next": row.next })
}
