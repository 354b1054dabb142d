//! Choosing the organisation that a session works in.

use async_graphql::{ID, InputObject};
use macros::{mutation, payload};

use super::active::{Standing, standing};
use super::{rules, store};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::graphql::act::Act;
use crate::organisation::Organisation;
use crate::oversight::audit::{self, Event};

/// The organisation to work in.
#[derive(InputObject)]
pub struct SwitchOrganisationInput {
    /// Id of the organisation.
    pub organisation_id: ID,
}

/// The organisation that the session works in now.
#[payload]
pub struct SwitchOrganisationPayload {
    /// The organisation; null if the session was not switched.
    pub organisation: Option<Organisation>,
}

/// Makes the session work in an organisation: one that you belong to, or one where a partnership lets you do more than
/// read.
#[mutation]
#[authenticated]
async fn switch_organisation(act: Act<'_>, input: SwitchOrganisationInput) -> Result<SwitchOrganisationPayload> {
    let request = act.request;
    let person = request.require_person()?;
    let id = Type::Organisation.parse(&input.organisation_id)?;
    let decision = match standing(request, id).await? {
        Standing::Open(decision) => decision,
        Standing::Barred(reason) => {
            return Err(UserError::at("organisationId", UserErrorCode::NotSwitchable, reason).into());
        }
        Standing::Unknown => return Err(Error::NotFound),
    };
    let permission = Some(rules::needed(decision.grants));
    let event = Event { permission, ..act.event_at(id) }.to(Type::Organisation.id(id));
    request
        .transaction(async |work| {
            if !store::switch(work.tx, person.session_id, id).await? {
                return Err(Error::sign_in());
            }
            Ok(audit::record(work, event).await?)
        })
        .await?;
    request.switch_to(id);
    Ok(SwitchOrganisationPayload { organisation: Organisation::of(&decision), ..Default::default() })
}
