//! Declining an invitation.

use async_graphql::{ID, InputObject};
use entity::invitation::{ActiveModel, State};
use macros::{mutation, payload};
use sea_orm::Set;
use serde_json::json;

use super::answer;
use super::store;
use crate::base::error::Result;
use crate::base::id::Type;
use crate::graphql::act::Act;
use crate::oversight::audit::{self, Doer};

/// The invitation to decline, named in one of two ways.
#[derive(InputObject)]
pub struct DeclineInvitationInput {
    /// The secret in the link of the mail. You need not be signed in.
    pub token: Option<String>,
    /// Id of the invitation, from `viewer.invitations`, if you are signed in with the verified address that it went to.
    pub invitation_id: Option<ID>,
}

/// Whether the invitation was declined.
#[payload]
pub struct DeclineInvitationPayload {
    /// Whether the invitation was declined.
    pub declined: bool,
}

/// Declines an invitation: its link stops working.
#[mutation]
#[public]
async fn decline_invitation(act: Act<'_>, input: DeclineInvitationInput) -> Result<DeclineInvitationPayload> {
    let request = act.request;
    let (named, row) = answer::read(request, input.token.as_deref(), input.invitation_id.as_ref()).await?;
    let organisation = row.organisation_id;
    request
        .transaction(async |work| {
            crate::access::lock(work.tx, organisation).await?;
            let row = named.load(work.tx, work.now).await?;
            let change =
                ActiveModel { state: Set(State::Declined), answered_at: Set(Some(work.now)), ..Default::default() };
            store::update(work.tx, row.id, change).await?;
            let event = act.event_at(organisation).by(Doer::by_link(request.actor())).to(Type::Invitation.id(row.id));
            let event = event.changing(json!({ "state": "PENDING" }), json!({ "state": "DECLINED" }));
            Ok(audit::record(work, event).await?)
        })
        .await?;
    Ok(DeclineInvitationPayload { declined: true, ..Default::default() })
}
