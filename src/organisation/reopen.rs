//! Reopening a closed organisation.

use async_graphql::{ID, InputObject};
use chrono::TimeDelta;
use entity::organisation::State;
use entity::organisation_halt::Model as Halt;
use macros::{mutation, payload};
use sea_orm::ActiveEnum;
use serde_json::json;

use super::object::Organisation;
use super::{letters, rules, store};
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::text;
use crate::graphql::act::{ActOn, Find};
use crate::oversight::audit;
use crate::people::membership::mail_admins;
use crate::people::session;

/// The organisation to reopen.
#[derive(InputObject)]
pub struct ReopenOrganisationInput {
    /// Id of the organisation.
    pub organisation_id: ID,
}

/// The reopened organisation.
#[payload]
pub struct ReopenOrganisationPayload {
    /// The organisation; null if it stays closed.
    pub organisation: Option<Organisation>,
}

/// Reopens a closed organisation within a time limit. Whoever could close it can do this, and so can the operator.
/// Everything is restored; if the organisation was suspended before, it is suspended again. Needs a recent
/// `confirmIdentity`.
#[mutation]
#[acts(ORGANISATION_CLOSE, on = input.organisation_id, unmasked)]
async fn reopen_organisation(
    act: ActOn<'_, Organisation>,
    input: ReopenOrganisationInput,
) -> Result<ReopenOrganisationPayload> {
    let request = act.request;
    session::require_confirmed(request)?;
    let person = request.require_person()?;
    let days = TimeDelta::days(request.config.organisations.reopen_days);
    act.locked(async |work, at| {
        let row = at.row();
        if row.state != State::Closed {
            return Err(rules::stale(["It is not closed.", "Sie ist nicht geschlossen.", "Den är inte stängd."]).into());
        }
        let halt = store::load_halt(work.tx, row.id).await?;
        if halt.closed_at.is_none_or(|closed| work.now >= closed + days) {
            let [en, de, sv] = text::counted(days.num_days(), ["day", "Tag", "dag"], ["days", "Tagen", "dagar"]);
            let message = [
                format!("An organisation can be reopened within {en} of closing."),
                format!("Eine Organisation lässt sich innerhalb von {de} nach dem Schließen wieder öffnen."),
                format!("En organisation kan öppnas igen inom {sv} efter att den stängdes."),
            ];
            return Err(UserError::at("organisationId", UserErrorCode::TooLate, message).into());
        }
        let state = if halt.suspended_at.is_some() { State::Suspended } else { State::Active };
        store::set_state(work.tx, state, Halt { closed_at: None, ..halt }).await?;
        let event = act.event().to(input.organisation_id);
        let event = event.changing(json!({ "state": "CLOSED" }), json!({ "state": state.to_value() }));
        audit::record(work, event).await?;
        Ok(mail_admins(work, row.id, |locale| letters::reopened(locale, &row.name, &person.name)).await?)
    })
    .await?;
    let organisation = Organisation::find(request, act.organisation()).await?;
    Ok(ReopenOrganisationPayload { organisation, ..Default::default() })
}
