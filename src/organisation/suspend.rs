//! Suspending an organisation.

use async_graphql::{ID, InputObject};
use entity::organisation::{Kind, State};
use entity::organisation_halt::Model as Halt;
use macros::{mutation, payload};
use serde_json::json;

use super::object::Organisation;
use super::{letters, rules, store};
use crate::base::error::Result;
use crate::base::text;
use crate::graphql::act::{ActOn, Find};
use crate::oversight::audit;
use crate::people::membership::mail_admins;

/// The organisation to suspend.
#[derive(InputObject)]
pub struct SuspendOrganisationInput {
    /// Id of the organisation.
    pub organisation_id: ID,
    /// The reason, for its owners and admins: 1 to 500 characters.
    pub reason: String,
}

/// The suspended organisation.
#[payload]
pub struct SuspendOrganisationPayload {
    /// The organisation; null if it was not suspended.
    pub organisation: Option<Organisation>,
}

/// Suspends an organisation: from their next requests on, its people and partners can only read, pay invoices and take
/// rights away. Its owners and admins get mail. Keys and sessions stay valid.
#[mutation]
#[acts(ORGANISATION_SUSPEND, on = input.organisation_id)]
async fn suspend_organisation(
    act: ActOn<'_, Organisation>,
    input: SuspendOrganisationInput,
) -> Result<SuspendOrganisationPayload> {
    let reason = text::reason("reason", &input.reason)?;
    act.locked(async |work, at| {
        let row = at.row();
        match row.state {
            _ if row.kind == Kind::Operator => return Err(rules::operator_stays().into()),
            State::Closed => return Err(rules::is_closed().into()),
            State::Suspended => {
                return Err(rules::stale([
                    "It is suspended already.",
                    "Sie ist schon gesperrt.",
                    "Den är redan pausad.",
                ])
                .into());
            }
            State::Active => {}
        }
        let halt = Halt {
            suspended_at: Some(work.now),
            suspended_because: Some(reason.clone()),
            ..store::load_halt(work.tx, row.id).await?
        };
        store::set_state(work.tx, State::Suspended, halt).await?;
        let after = json!({ "state": "SUSPENDED", "reason": reason });
        let event = act.event().to(input.organisation_id).changing(json!({ "state": "ACTIVE" }), after);
        audit::record(work, event).await?;
        Ok(mail_admins(work, row.id, |locale| letters::suspended(locale, &row.name, &reason)).await?)
    })
    .await?;
    let organisation = Organisation::find(act.request, act.organisation()).await?;
    Ok(SuspendOrganisationPayload { organisation, ..Default::default() })
}
