//! Resuming a suspended organisation.

use async_graphql::{ID, InputObject};
use entity::organisation::State;
use entity::organisation_halt::Model as Halt;
use macros::{mutation, payload};
use serde_json::json;

use super::object::Organisation;
use super::{letters, rules, store};
use crate::base::error::Result;
use crate::graphql::act::{ActOn, Find};
use crate::oversight::audit;
use crate::people::membership::mail_admins;

/// The organisation to resume.
#[derive(InputObject)]
pub struct ResumeOrganisationInput {
    /// Id of the organisation.
    pub organisation_id: ID,
}

/// The resumed organisation.
#[payload]
pub struct ResumeOrganisationPayload {
    /// The organisation; null if it was not resumed.
    pub organisation: Option<Organisation>,
}

/// Resumes a suspended organisation: everybody can do again what they could do before.
#[mutation]
#[acts(ORGANISATION_SUSPEND, on = input.organisation_id)]
async fn resume_organisation(
    act: ActOn<'_, Organisation>,
    input: ResumeOrganisationInput,
) -> Result<ResumeOrganisationPayload> {
    act.locked(async |work, at| {
        let row = at.row();
        match row.state {
            State::Closed => return Err(rules::is_closed().into()),
            State::Active => {
                return Err(
                    rules::stale(["It is not suspended.", "Sie ist nicht gesperrt.", "Den är inte pausad."]).into()
                );
            }
            State::Suspended => {}
        }
        let before = store::load_halt(work.tx, row.id).await?;
        let reason = before.suspended_because.clone();
        let halt = Halt { suspended_at: None, suspended_because: None, ..before };
        store::set_state(work.tx, State::Active, halt).await?;
        let before = json!({ "state": "SUSPENDED", "reason": reason });
        let event = act.event().to(input.organisation_id).changing(before, json!({ "state": "ACTIVE" }));
        audit::record(work, event).await?;
        Ok(mail_admins(work, row.id, |locale| letters::resumed(locale, &row.name)).await?)
    })
    .await?;
    let organisation = Organisation::find(act.request, act.organisation()).await?;
    Ok(ResumeOrganisationPayload { organisation, ..Default::default() })
}
