//! Creating a role.

use async_graphql::{ID, InputObject};
use macros::{mutation, payload};
use serde_json::Value as Json;

use super::object::Role;
use super::{rules, store};
use crate::access::{HeldRole, Permission};
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::text;
use crate::graphql::act::ActOn;
use crate::organisation::{Organisation, require_active};
use crate::oversight::audit;
use crate::people::session;

/// The role to create.
#[derive(InputObject)]
pub struct CreateRoleInput {
    /// Id of the organisation.
    pub organisation_id: ID,
    /// Its name: 1 to 200 characters, different from the other roles of the organisation and from the built-in ones.
    pub name: String,
    /// What it holds at the organisation. Implied permissions are added.
    pub permissions: Vec<Permission>,
    /// What it holds at the clients of the organisation, within what each client delegates.
    #[graphql(default)]
    pub client_permissions: Vec<Permission>,
}

/// The new role.
#[payload]
pub struct CreateRolePayload {
    /// The role; null if it was not created.
    pub role: Option<Role>,
}

/// Creates a custom role, unless the organisation is suspended or closed. You must hold everything in it, in the same
/// set. Needs a recent `confirmIdentity`.
#[mutation]
#[acts(ROLE_MANAGE, on = input.organisation_id)]
async fn create_role(act: ActOn<'_, Organisation>, input: CreateRoleInput) -> Result<CreateRolePayload> {
    let request = act.request;
    session::require_confirmed(request)?;
    let name = text::name("name", &input.name)?;
    let id = request.random.id(request.now());
    let own = input.permissions.into_iter().collect();
    let clients = input.client_permissions.into_iter().collect();
    let held = act
        .locked(async |work, at| {
            let row = at.row();
            require_active(row)?;
            let names = store::list_names(work.tx, row.id, None).await?;
            rules::require_free_name(&name, names.iter().map(String::as_str))?;
            let sets = rules::sets(own, clients, row.kind)?;
            rules::require_held(at.grants, sets, rules::CANNOT_GIVE)?;
            if names.len() >= rules::MOST {
                let message = [
                    format!("An organisation can have up to {} custom roles.", rules::MOST),
                    format!("Eine Organisation kann bis zu {} eigene Rollen haben.", rules::MOST),
                    format!("En organisation kan ha upp till {} egna roller.", rules::MOST),
                ];
                return Err(UserError::general(UserErrorCode::TooMany, message).into());
            }
            store::create(work.tx, (row.id, id), &name, sets, work.now).await?;
            let new = HeldRole::custom(id, name, sets.own, sets.clients, row.kind);
            let event = act.event().to(Type::Role.id(id)).changing(Json::Null, rules::audit_snapshot(&new));
            audit::record(work, event).await?;
            Ok(new)
        })
        .await?;
    Ok(CreateRolePayload { role: Some(Role::new(held, act.object.as_ref().clone())), ..Default::default() })
}
