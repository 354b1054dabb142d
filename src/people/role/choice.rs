//! The roles that an input names.

use async_graphql::{ID, OneofObject};

use super::rules::{self, ChosenRole, MOST_ROLES};
use super::store;
use crate::access::{BuiltinRole, Decision, HeldRole};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::graphql::request::Request;

/// A role: a built-in one, or a custom one of the same organisation.
#[derive(Clone, Debug, OneofObject)]
pub enum RoleChoice {
    /// A built-in role.
    BuiltIn(BuiltinRole),
    /// Id of a custom role of the organisation, or of a built-in role.
    RoleId(ID),
}

impl From<&RoleChoice> for ChosenRole {
    fn from(choice: &RoleChoice) -> Self {
        match choice {
            RoleChoice::BuiltIn(role) => Self::BuiltIn(*role),
            RoleChoice::RoleId(id) => Type::Role.parse(id).map_or(Self::Malformed, |key| {
                BuiltinRole::from_key(key).map_or(Self::Custom(key), |(role, _)| Self::BuiltIn(role))
            }),
        }
    }
}

/// The chosen roles at the organisation, each once. A wrong choice is a user error in the given field; a malformed id
/// fails the whole request.
pub async fn find_chosen(
    request: &Request,
    at: &Decision,
    field: &str,
    choices: &[RoleChoice],
) -> Result<Vec<HeldRole>> {
    for choice in choices {
        if let RoleChoice::RoleId(id) = choice {
            Type::Role.parse(id)?;
        }
    }
    let chosen: Vec<ChosenRole> = choices.iter().map(ChosenRole::from).collect();
    let keys = rules::custom_keys(chosen.iter().take(MOST_ROLES));
    let custom = store::list_visible(request.db().reader(), at, &keys).await?;
    Ok(rules::choose(at.card().kind, field, &chosen, &custom)?)
}
