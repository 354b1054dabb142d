//! The roles that somebody is to get, as the input of a mutation names them.

use std::collections::HashSet;

use async_graphql::{ID, OneofObject};
use entity::organisation;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr};
use uuid::Uuid;

use super::store;
use crate::access::{BuiltinRole, Decision, Grants, HeldRole};
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id;
use crate::graphql::request::Request;

/// Roles that one membership has at most.
pub const MOST_ROLES: usize = 20;

/// A role: a built-in one, or a custom one of the same organisation.
#[derive(Clone, Debug, OneofObject)]
pub enum RoleChoice {
    /// A built-in role.
    BuiltIn(BuiltinRole),
    /// Id of a custom role of the organisation.
    RoleId(ID),
}

/// The chosen roles at the organisation, each once; or what is wrong with the choice in the field of the input.
pub async fn chosen(
    request: &Request,
    at: &Decision,
    field: &str,
    choices: &[RoleChoice],
) -> Result<Result<Vec<HeldRole>, UserError>> {
    for choice in choices {
        if let RoleChoice::RoleId(id) = choice {
            id::Type::Role.parse(id)?;
        }
    }
    let custom = custom_among(request.db().reader(), at, choices.get(..MOST_ROLES).unwrap_or(choices)).await?;
    Ok(choose(at, field, choices, &custom))
}

/// Those of the organisation's custom roles that occur in the choices, for many that are judged by `choose`: one
/// statement, or none.
pub async fn custom_among<'a>(
    connection: &impl ConnectionTrait,
    at: &Decision,
    choices: impl IntoIterator<Item = &'a RoleChoice>,
) -> Result<Vec<HeldRole>> {
    let keys: HashSet<Uuid> = choices.into_iter().filter_map(key).collect();
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    Ok(store::custom_roles(connection, &at.row, &keys.into_iter().collect::<Vec<_>>()).await?)
}

/// The same as `chosen` where the custom roles are known already. An id that is none is a mistake in the field.
pub fn choose(
    at: &Decision,
    field: &str,
    choices: &[RoleChoice],
    custom: &[HeldRole],
) -> Result<Vec<HeldRole>, UserError> {
    let wrong = |code, message: &str| Err(UserError::at(field, code, message));
    if choices.is_empty() {
        return wrong(UserErrorCode::InvalidInput, "Choose at least one role.");
    }
    if choices.len() > MOST_ROLES {
        return wrong(UserErrorCode::TooMany, "A member has 20 roles at most.");
    }
    let mut roles: Vec<HeldRole> = Vec::new();
    for choice in choices {
        let role = match choice {
            RoleChoice::BuiltIn(role) => Some(HeldRole::builtin(*role, at.row.kind)),
            RoleChoice::RoleId(_) => {
                let Some(key) = key(choice) else {
                    return wrong(UserErrorCode::InvalidInput, "This is not the id of a role.");
                };
                custom.iter().find(|held| held.role.key() == Some(key)).cloned()
            }
        };
        let Some(role) = role else {
            return wrong(UserErrorCode::Unknown, "The organisation has no such role.");
        };
        if !roles.iter().any(|known| known.role == role.role) {
            roles.push(role);
        }
    }
    Ok(roles)
}

fn key(choice: &RoleChoice) -> Option<Uuid> {
    match choice {
        RoleChoice::RoleId(id) => id::Type::Role.parse(id).ok(),
        RoleChoice::BuiltIn(_) => None,
    }
}

/// The chosen roles with what they hold now that the organisation is locked; `None` if one was deleted meanwhile.
pub async fn current(
    tx: &DatabaseTransaction,
    at: &organisation::Model,
    roles: &[HeldRole],
) -> Result<Option<Vec<HeldRole>>, DbErr> {
    let keys: Vec<Uuid> = roles.iter().filter_map(|held| held.role.key()).collect();
    let mut custom = store::custom_roles(tx, at, &keys).await?;
    if custom.len() < keys.len() {
        return Ok(None);
    }
    custom.extend(roles.iter().filter(|held| held.role.key().is_none()).cloned());
    custom.sort_by(|a, b| a.role.name().cmp(b.role.name()));
    Ok(Some(custom))
}

/// What the roles hold together.
pub fn together(roles: &[HeldRole]) -> Grants {
    roles.iter().fold(Grants::NONE, |all, held| all.union(held.sets))
}
