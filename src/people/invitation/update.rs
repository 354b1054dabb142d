//! Changing what an open invitation gives.

use async_graphql::{ID, InputObject};
use entity::invitation::ActiveModel;
use macros::{mutation, payload};
use sea_orm::Set;
use serde_json::json;

use super::inviter::Inviter;
use super::inviting::load_pending;
use super::object::Invitation;
use super::{rules, store};
use crate::base::error::{Result, UserError};
use crate::base::id::Type;
use crate::graphql::act::{ActOn, Find};
use crate::organisation::require_active;
use crate::oversight::audit;
use crate::people::role::rules::{grants_of, names};
use crate::people::role::{self, RoleChoice};
use crate::people::session;

/// The invitation to change.
#[derive(InputObject)]
pub struct UpdateInvitationInput {
    /// Id of the invitation.
    pub invitation_id: ID,
    /// All roles that it gives from now on: 1 to 20.
    pub roles: Vec<RoleChoice>,
}

/// The invitation as it is now.
#[payload]
pub struct UpdateInvitationPayload {
    /// The invitation; null if it was not changed.
    pub invitation: Option<Invitation>,
}

/// Changes the roles that a pending invitation gives. Its link stays valid and gives the new roles. You become the inviter,
/// so you must hold everything that the invitation gives, before and after. Needs a recent `confirmIdentity` if any of that
/// is what only members can hold, as OWNER and ADMIN do.
#[mutation]
#[acts(MEMBER_INVITE, on = input.invitation_id)]
async fn update_invitation(
    act: ActOn<'_, Invitation>,
    input: UpdateInvitationInput,
) -> Result<UpdateInvitationPayload> {
    let request = act.request;
    session::require_verified(request)?;
    let id = Type::Invitation.parse(&input.invitation_id)?;
    let chosen = role::find_chosen(request, act.object.decision(), "roles", &input.roles).await?;
    act.locked(async |work, at| {
        let (tx, kind) = (work.tx, at.row().kind);
        let (row, old) = load_pending(work, &at, id).await?;
        require_active(at.row())?;
        let new = role::store::find_current(tx, at.id(), kind, &chosen).await?;
        let new = new.ok_or_else(|| role::rules::unknown("roles"))?;
        rules::check_end(row.membership_expires_at, &new, work.now)
            .map_err(|error| UserError::at("roles", error.code, error.message))?;
        let missing = grants_of(&new).without(at.grants);
        if !missing.is_empty() {
            return Err(UserError::not_held("roles", missing).into());
        }
        if grants_of(&old).union(grants_of(&new)).is_powerful() {
            session::require_confirmed(request)?;
        }
        let inviter = Inviter::of(request.actor(), &at, &request.config)?;
        let change = ActiveModel {
            inviter_user_id: Set(inviter.user),
            inviter_key_id: Set(inviter.key),
            partnership_id: Set(inviter.partnership_for(&new, work.now)),
            ..Default::default()
        };
        store::update(tx, id, change).await?;
        store::replace_roles(tx, work.random, &row, &new, work.now).await?;
        let event = act.event().to(Type::Invitation.id(id));
        let event = event.changing(json!({ "roles": names(&old) }), json!({ "roles": names(&new) }));
        Ok(audit::record(work, event).await?)
    })
    .await?;
    let invitation = Invitation::find(request, id).await?;
    Ok(UpdateInvitationPayload { invitation, ..Default::default() })
}
