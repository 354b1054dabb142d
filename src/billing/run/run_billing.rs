//! Starting a billing run.

use async_graphql::{ID, InputObject};
use entity::billing_run::{Mode, Model, State};
use macros::{mutation, payload};
use sea_orm::prelude::Date;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::batch::is_ready;
use super::object::{BillingRun, BillingRunMode};
use super::{store, worker};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::message::Texts;
use crate::billing::invoice::require_issuer;
use crate::graphql::act::{ActOn, Find};
use crate::oversight::audit;
use crate::oversight::operator::Operator;

/// What to bill.
#[derive(InputObject)]
pub struct RunBillingInput {
    /// The last day whose intervals are billed; without it, today. It cannot be in the past or more than a year ahead.
    pub until: Option<Date>,
    /// What becomes of the invoices.
    #[graphql(default_with = "BillingRunMode::Issue")]
    pub mode: BillingRunMode,
    /// Goes on with a run that has stopped because it would invoice much more than the last one: its id.
    pub resume_id: Option<ID>,
    /// A key of your choice, 1 to 255 characters. Within 30 days, a second call with the same key and the same input does
    /// nothing, and gets the answer of the first.
    pub idempotency_key: Option<String>,
}

/// The run.
#[payload]
pub struct RunBillingPayload {
    /// The run; null if none was started.
    pub run: Option<BillingRun>,
}

/// Starts a run that bills all subscriptions and charges that are due until a day. It works in the background: ask for the
/// run again to see how far it is. A run that was interrupted goes on by itself, and what is billed is never billed twice.
#[mutation]
#[acts(INVOICE_ISSUE, on = ())]
async fn run_billing(act: ActOn<'_, Operator>, input: RunBillingInput) -> Result<RunBillingPayload> {
    let today = act.request.today();
    let until = input.until.unwrap_or(today);
    let wrong = |field: &str, code, message: Texts| Error::from(UserError::at(field, code, message));
    if until < today || until > today + chrono::Days::new(366) {
        let message = [
            "A run bills until today or a later day, at most a year ahead.",
            "Ein Lauf berechnet bis heute oder bis zu einem späteren Tag, höchstens ein Jahr voraus.",
            "En körning fakturerar till i dag eller en senare dag, högst ett år framåt.",
        ];
        return Err(wrong("until", UserErrorCode::InvalidInput, message));
    }
    let resumed = input.resume_id.as_ref().map(|id| Type::BillingRun.parse(id)).transpose()?;
    let id: Uuid = act
        .once(input.idempotency_key.as_deref(), async |work, at| {
            let issuer = require_issuer(work, at.id()).await?;
            if !is_ready(&issuer) {
                let message = [
                    "The issuer has no account that customers could pay to. Set iban or bankgiro with setIssuer.",
                    "Der Aussteller hat kein Konto, auf das Kunden zahlen könnten. Geben Sie mit setIssuer iban oder \
                     bankgiro an.",
                    "Utfärdaren har inget konto som kunder kan betala till. Ange iban eller bankgiro med setIssuer.",
                ];
                return Err(wrong("until", UserErrorCode::InvalidInput, message));
            }
            if store::running(work.tx, at.id()).await?.is_some() {
                let message = [
                    "A run is at work already. Wait until it is done: Operator.billingRuns shows it.",
                    "Ein Lauf arbeitet schon. Warten Sie, bis er fertig ist: Operator.billingRuns zeigt ihn.",
                    "En körning pågår redan. Vänta tills den är klar: Operator.billingRuns visar den.",
                ];
                return Err(wrong("until", UserErrorCode::StaleState, message));
            }
            let row = if let Some(id) = resumed {
                let row = store::find(work.tx, id).await?.filter(|row| row.issuer_id == at.id());
                let row = row.ok_or(Error::NotFound)?;
                if row.state != State::Stopped {
                    let message = [
                        "Only a run that has stopped can go on.",
                        "Nur ein angehaltener Lauf kann weitergehen.",
                        "Bara en körning som har stoppats kan fortsätta.",
                    ];
                    return Err(wrong("resumeId", UserErrorCode::StaleState, message));
                }
                worker::resume(work, row).await?
            } else {
                let row = new_run(work.random.id(work.now), at.id(), until, input.mode.into(), work.now);
                store::create(work.tx, row.clone()).await?;
                row
            };
            let event = act.event().to(Type::BillingRun.id(row.id));
            let event = event.changing(Json::Null, json!({ "until": row.until_on, "mode": format!("{:?}", row.mode) }));
            audit::record(work, event).await?;
            Ok(row.id)
        })
        .await?;
    Ok(RunBillingPayload { run: BillingRun::find(act.request, id).await?, ..Default::default() })
}

/// A run that nobody works on yet.
fn new_run(id: Uuid, issuer_id: Uuid, until_on: Date, mode: Mode, now: chrono::DateTime<chrono::Utc>) -> Model {
    Model {
        id,
        issuer_id,
        until_on,
        state: State::Running,
        mode,
        invoices: 0,
        credit_notes: 0,
        left_out: 0,
        sums: "{}".to_owned(),
        problems: "[]".to_owned(),
        is_confirmed: false,
        reached_id: None,
        lease_until: now,
        created_at: now,
        finished_at: None,
    }
}
