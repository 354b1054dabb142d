//! Leaving an organisation.

use async_graphql::{ID, InputObject};
use macros::{mutation, payload};

use super::remove::end;
use super::store;
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::graphql::act::Act;

/// The organisation to leave.
#[derive(InputObject)]
pub struct LeaveOrganisationInput {
    /// Id of the organisation.
    pub organisation_id: ID,
}

/// Whether you left.
#[payload]
pub struct LeaveOrganisationPayload {
    /// Whether your membership has ended.
    pub left: bool,
}

/// Ends your own membership of an organisation. The last owner cannot leave.
#[mutation]
#[authenticated]
async fn leave_organisation(act: Act<'_>, input: LeaveOrganisationInput) -> Result<LeaveOrganisationPayload> {
    let user = act.request.require_person()?.id;
    let key = Type::Organisation.parse(&input.organisation_id)?;
    act.request
        .transaction(async |work| {
            crate::access::lock(work.tx, key).await?;
            let member = store::find_of_user(work.tx, key, user).await?.ok_or(Error::NotFound)?;
            end(work, &member, act.event_at(key)).await
        })
        .await?;
    Ok(LeaveOrganisationPayload { left: true, ..Default::default() })
}
