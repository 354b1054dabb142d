//! Deleting a role.

use async_graphql::{ID, InputObject};
use macros::{mutation, payload};
use serde_json::Value as Json;

use super::object::Role;
use super::{rules, store};
use crate::access::Permission;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::message::Message;
use crate::graphql::act::ActOn;
use crate::oversight::audit;
use crate::people::session;

/// How many members and how many invitations an error names that still have the role.
const NAMED: u64 = 5;

/// The role to delete.
#[derive(InputObject)]
pub struct DeleteRoleInput {
    /// Id of the role.
    pub role_id: ID,
}

/// Whether the role was deleted.
#[payload]
pub struct DeleteRolePayload {
    /// Whether the role was deleted.
    pub deleted: bool,
}

/// Deletes a role that no member has and no pending invitation gives. `updateMember` and `updateInvitation` give them another
/// one. You must hold everything in it. Needs a recent
/// `confirmIdentity`.
#[mutation]
#[acts(ROLE_MANAGE, on = input.role_id)]
async fn delete_role(act: ActOn<'_, Role>, input: DeleteRoleInput) -> Result<DeleteRolePayload> {
    session::require_confirmed(act.request)?;
    let id = Type::Role.parse(&input.role_id)?;
    act.locked(async |work, at| {
        let old = store::held(&store::find_by_id(work.tx, id).await?.ok_or(Error::NotFound)?, at.row().kind);
        rules::require_held_role(at.grants, old.sets)?;
        let mut holders = store::load_holders(work.tx, id, NAMED).await?;
        if holders.members + holders.invitations > 0 {
            // The names are only for actors who may see the members.
            if !at.grants.has(Permission::MemberRead) {
                holders.names.clear();
                holders.addresses.clear();
            }
            let invitations = (holders.addresses.as_slice(), holders.invitations);
            let message = rules::held_by((&holders.names, holders.members), invitations);
            return Err(in_use(message).into());
        }
        if !store::delete(work.tx, id).await? {
            return Err(in_use([
                "Somebody has just been given this role. Give them another role first.",
                "Diese Rolle wurde gerade jemandem gegeben. Geben Sie dieser Person zuerst eine andere Rolle.",
                "Någon har just fått den här rollen. Ge den personen en annan roll först.",
            ])
            .into());
        }
        let event = act.event().to(Type::Role.id(id)).changing(rules::audit_snapshot(&old), Json::Null);
        Ok(audit::record(work, event).await?)
    })
    .await?;
    Ok(DeleteRolePayload { deleted: true, ..Default::default() })
}

fn in_use(message: impl Into<Message>) -> UserError {
    UserError::at("roleId", UserErrorCode::InUse, message)
}
