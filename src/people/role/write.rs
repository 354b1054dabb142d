//! What happens in the transaction of each change of a role. The organisation is locked, so nobody gives the role
//! meanwhile, and what somebody else has just changed is seen.

use entity::role;
use sea_orm::{DatabaseTransaction, SqlErr};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::{rules, store};
use crate::access::{Grants, HeldRole, Kind, Permission, PermissionSet, RoleRef};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::random::Random;
use crate::graphql::request::Request;
use crate::organisation;
use crate::oversight::audit::{self, Event};

type Outcome<T> = Result<Result<T, UserError>>;

/// How many holders are named where a role cannot be deleted.
const NAMED: u64 = 5;
const CANNOT_CHANGE: &str = "You cannot change or delete a role that holds what you do not hold";
const CANNOT_GIVE: &str = "You cannot give a role what you do not hold";

/// What is left of a role as it was, and what becomes another.
#[derive(Default)]
pub struct Wanted {
    pub name: Option<String>,
    pub own: Option<PermissionSet>,
    pub clients: Option<PermissionSet>,
}

/// Makes a role.
pub async fn create(
    tx: &DatabaseTransaction,
    request: &Request,
    random: &Random,
    organisation: Uuid,
    (id, wanted): (Uuid, &Wanted),
) -> Outcome<HeldRole> {
    let seen = organisation::store::lock_to_act(tx, &request.access, organisation, Permission::RoleManage).await?;
    let at = &seen.row;
    if let Some(error) = organisation::halted(at) {
        return Ok(Err(error));
    }
    let name = wanted.name.clone().unwrap_or_default();
    let names = store::names(tx, at.id, None).await?;
    let judged = rules::free_name(&name, names.iter().map(String::as_str))
        .and_then(|()| sets(wanted, Grants::NONE, at.kind))
        .and_then(|sets| rules::holds(seen.grants, sets, CANNOT_GIVE).map(|()| sets));
    let sets = match judged {
        Ok(sets) if names.len() < rules::MOST => sets,
        Ok(_) => {
            let message = format!("An organisation has {} roles of its own at most.", rules::MOST);
            return Ok(Err(UserError::general(UserErrorCode::TooMany, message)));
        }
        Err(error) => return Ok(Err(error)),
    };
    store::create(tx, (at.id, id), &name, sets, request.now()).await?;
    let new = HeldRole::custom(id, name, sets.own, sets.clients, at.kind);
    let act = Event::done("createRole", at.id, Some(Permission::RoleManage));
    let act = act.to(Type::Role.id(id)).changing(Json::Null, described(&new));
    audit::record(&request.work(tx), act).await?;
    Ok(Ok(new))
}

/// Gives a role another name or other sets.
pub async fn update(
    tx: &DatabaseTransaction,
    request: &Request,
    random: &Random,
    organisation: Uuid,
    (id, wanted): (Uuid, &Wanted),
) -> Outcome<HeldRole> {
    let seen = organisation::store::lock_to_act(tx, &request.access, organisation, Permission::RoleManage).await?;
    let at = &seen.row;
    if let Some(error) = organisation::halted(at) {
        return Ok(Err(error));
    }
    let old = store::held(&load(tx, id).await?, at.kind);
    let name = wanted.name.clone().unwrap_or_else(|| old.role.name().to_owned());
    let names = store::names(tx, at.id, Some(id)).await?;
    let judged = rules::holds(seen.grants, old.sets, CANNOT_CHANGE)
        .and_then(|()| rules::free_name(&name, names.iter().map(String::as_str)))
        .and_then(|()| sets(wanted, old.sets, at.kind))
        .and_then(|sets| rules::holds(seen.grants, sets, CANNOT_GIVE).map(|()| sets));
    let sets = match judged {
        Ok(sets) => sets,
        Err(error) => return Ok(Err(error)),
    };
    store::update(tx, id, &name, sets).await?;
    let new = HeldRole { role: RoleRef::Custom { id, name }, sets };
    let act = Event::done("updateRole", at.id, Some(Permission::RoleManage));
    audit::record(&request.work(tx), act.to(Type::Role.id(id)).changing(described(&old), described(&new))).await?;
    Ok(Ok(new))
}

/// Deletes a role that nobody has.
pub async fn delete(
    tx: &DatabaseTransaction,
    request: &Request,
    random: &Random,
    organisation: Uuid,
    id: Uuid,
) -> Outcome<()> {
    let seen = organisation::store::lock_to_act(tx, &request.access, organisation, Permission::RoleManage).await?;
    let at = &seen.row;
    let old = store::held(&load(tx, id).await?, at.kind);
    if let Err(error) = rules::holds(seen.grants, old.sets, CANNOT_CHANGE) {
        return Ok(Err(error));
    }
    let mut holders = store::holders(tx, id, NAMED).await?;
    if holders.members + holders.invitations > 0 {
        // Who the members are is for those who may see them.
        if !seen.grants.has(Permission::MemberRead) {
            holders.names.clear();
        }
        let message = rules::held_by(&holders.names, holders.members, holders.invitations);
        return Ok(Err(UserError::at("roleId", UserErrorCode::InUse, message)));
    }
    store::delete(tx, id).await.map_err(|error| match error.sql_err() {
        Some(SqlErr::ForeignKeyConstraintViolation(_)) => Error::Conflict(GIVEN_MEANWHILE.to_owned()).into(),
        _ => Error::from(error),
    })?;
    let act = Event::done("deleteRole", at.id, Some(Permission::RoleManage));
    audit::record(&request.work(tx), act.to(Type::Role.id(id)).changing(described(&old), Json::Null)).await?;
    Ok(Ok(()))
}

/// Somebody got the role at the same moment.
pub const GIVEN_MEANWHILE: &str = "Somebody has just got this role. Give them another first.";

async fn load(tx: &DatabaseTransaction, id: Uuid) -> Result<role::Model> {
    Ok(store::load(tx, id).await?.ok_or(Error::NotFound)?)
}

fn sets(wanted: &Wanted, old: Grants, kind: Kind) -> Result<Grants, UserError> {
    rules::sets(wanted.own.unwrap_or(old.own), wanted.clients.unwrap_or(old.clients), kind)
}

/// As the audit log keeps it.
fn described(held: &HeldRole) -> Json {
    let list = |set: PermissionSet| set.iter().map(Permission::text).collect::<Vec<_>>();
    json!({
        "name": held.role.name(),
        "permissions": list(held.sets.own),
        "clientPermissions": list(held.sets.clients),
    })
}
