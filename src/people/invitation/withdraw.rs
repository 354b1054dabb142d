//! Withdrawing an invitation.

use async_graphql::{ID, InputObject};
use entity::invitation::{ActiveModel, State};
use macros::{mutation, payload};
use sea_orm::Set;
use serde_json::json;

use super::inviting::load_pending;
use super::object::Invitation;
use super::store;
use crate::base::error::Result;
use crate::base::id::Type;
use crate::graphql::act::{ActOn, Find};
use crate::oversight::audit;

/// The invitation to withdraw.
#[derive(InputObject)]
pub struct WithdrawInvitationInput {
    /// Id of the invitation.
    pub invitation_id: ID,
}

/// The withdrawn invitation.
#[payload]
pub struct WithdrawInvitationPayload {
    /// The invitation; null if it was not withdrawn.
    pub invitation: Option<Invitation>,
}

/// Withdraws a pending invitation: its link stops working. You must hold everything that it gives.
#[mutation]
#[acts(MEMBER_INVITE, on = input.invitation_id)]
async fn withdraw_invitation(
    act: ActOn<'_, Invitation>,
    input: WithdrawInvitationInput,
) -> Result<WithdrawInvitationPayload> {
    let id = Type::Invitation.parse(&input.invitation_id)?;
    act.locked(async |work, at| {
        load_pending(work, &at, id).await?;
        let change = ActiveModel { state: Set(State::Revoked), answered_at: Set(Some(work.now)), ..Default::default() };
        store::update(work.tx, id, change).await?;
        let event = act.event().to(Type::Invitation.id(id));
        let event = event.changing(json!({ "state": "PENDING" }), json!({ "state": "WITHDRAWN" }));
        Ok(audit::record(work, event).await?)
    })
    .await?;
    let invitation = Invitation::find(act.request, id).await?;
    Ok(WithdrawInvitationPayload { invitation, ..Default::default() })
}
