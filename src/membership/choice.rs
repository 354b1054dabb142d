//! The roles that somebody is to get, as the input of a mutation names them.

use async_graphql::{ID, OneofObject};

use super::store;
use crate::access::{BuiltinRole, Grants, HeldRole, Seen};
use crate::error::{Result, UserError, UserErrorCode};
use crate::id;
use crate::request::Request;

/// Roles that one membership has at most.
const MOST: usize = 20;

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
    at: &Seen,
    field: &str,
    choices: &[RoleChoice],
) -> Result<std::result::Result<Vec<HeldRole>, UserError>> {
    let wrong = |code, message: &str| Ok(Err(UserError::at(field, code, message)));
    if choices.is_empty() {
        return wrong(UserErrorCode::InvalidInput, "Choose at least one role.");
    }
    if choices.len() > MOST {
        return wrong(UserErrorCode::TooMany, "A member has 20 roles at most.");
    }
    let mut keys = Vec::new();
    for choice in choices {
        if let RoleChoice::RoleId(id) = choice {
            keys.push(id::Type::Role.parse(id)?);
        }
    }
    let custom = if keys.is_empty() { Vec::new() } else { store::custom_roles(request.db(), &at.row, &keys).await? };
    let mut roles: Vec<HeldRole> = Vec::new();
    for choice in choices {
        let role = match choice {
            RoleChoice::BuiltIn(role) => Some(HeldRole::builtin(*role, at.row.kind)),
            RoleChoice::RoleId(id) => {
                let key = id::Type::Role.parse(id)?;
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
    Ok(Ok(roles))
}

/// What the roles hold together.
pub fn together(roles: &[HeldRole]) -> Grants {
    roles.iter().fold(Grants::NONE, |all, held| all.union(held.sets))
}
