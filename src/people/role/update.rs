//! Changing a role.

use async_graphql::{ID, InputObject};
use macros::{mutation, payload};

use super::object::Role;
use super::{rules, store};
use crate::access::{HeldRole, Permission, PermissionSet, RoleRef};
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::base::text;
use crate::graphql::act::ActOn;
use crate::organisation::require_active;
use crate::oversight::audit;
use crate::people::session;

/// The changes to a role. What is left out stays.
#[derive(InputObject)]
pub struct UpdateRoleInput {
    /// Id of the role.
    pub role_id: ID,
    /// Its new name: 1 to 200 characters.
    pub name: Option<String>,
    /// Everything that it holds at the organisation from now on.
    pub permissions: Option<Vec<Permission>>,
    /// Everything that it holds at the clients of the organisation from now on.
    pub client_permissions: Option<Vec<Permission>>,
}

/// The changed role.
#[payload]
pub struct UpdateRolePayload {
    /// The role; null if it was not changed.
    pub role: Option<Role>,
}

/// Changes a role, unless the organisation is suspended or closed. The change applies to the next request of everybody
/// who has the role; see `previewRoleChange`. You must hold everything in it, before and after, in the same set. Needs a
/// recent `confirmIdentity`.
#[mutation]
#[acts(ROLE_MANAGE, on = input.role_id)]
async fn update_role(act: ActOn<'_, Role>, input: UpdateRoleInput) -> Result<UpdateRolePayload> {
    let request = act.request;
    session::require_confirmed(request)?;
    let name = input.name.as_deref().map(|typed| text::name("name", typed)).transpose()?;
    let own: Option<PermissionSet> = input.permissions.map(|set| set.into_iter().collect());
    let clients: Option<PermissionSet> = input.client_permissions.map(|set| set.into_iter().collect());
    let id = Type::Role.parse(&input.role_id)?;
    let held = act
        .locked(async |work, at| {
            let row = at.row();
            require_active(row)?;
            let old = store::held(&store::find_by_id(work.tx, id).await?.ok_or(Error::NotFound)?, row.kind);
            let name = name.unwrap_or_else(|| old.role.name().to_owned());
            let names = store::list_names(work.tx, row.id, Some(id)).await?;
            rules::require_held_role(at.grants, old.sets)?;
            rules::require_free_name(&name, names.iter().map(String::as_str))?;
            let sets = rules::sets(own.unwrap_or(old.sets.own), clients.unwrap_or(old.sets.clients), row.kind)?;
            rules::require_held(at.grants, sets, rules::CANNOT_GIVE)?;
            store::update(work.tx, id, &name, sets).await?;
            let new = HeldRole { role: RoleRef::Custom { id, name }, sets };
            let event = act.event().to(Type::Role.id(id));
            let event = event.changing(rules::audit_snapshot(&old), rules::audit_snapshot(&new));
            audit::record(work, event).await?;
            Ok(new)
        })
        .await?;
    // The change may have changed what the viewer may do here.
    let decision = request.access.look(act.organisation()).await?;
    let decision = decision.ok_or(Error::NotFound)?;
    Ok(UpdateRolePayload { role: Some(Role::new(held, decision)), ..Default::default() })
}
