//! Values of properties: set for one client and for many alike, and read for a page of clients in one statement.

mod input;
mod mutation;
mod set;
pub mod store;

use async_graphql::ID;
use entity::organisation::Kind;
use uuid::Uuid;

pub use mutation::PropertyValueMutation;

use super::rules::MOST_DEFINITIONS;
use crate::access::Permission;
use crate::base::error::{Error, Result};
use crate::base::id::{self, Type};
use crate::graphql::request::Request;

/// The reseller of this id, or with this organisation, for who may manage the properties of its clients.
pub async fn reseller(request: &Request, given: &ID) -> Result<Uuid> {
    let key = match id::parse(given)? {
        (Type::Organisation, key) => key,
        _ => Type::Reseller.parse(given)?,
    };
    let seen = request.access.act(key, Permission::ClientPropertyManage).await?;
    if seen.row.kind == Kind::Reseller { Ok(key) } else { Err(Error::NotFound) }
}

/// Refuses more keys than there can be properties.
pub fn check_keys(keys: Option<&[String]>) -> Result<()> {
    let count = keys.map_or(0, <[String]>::len);
    if count > MOST_DEFINITIONS {
        return Err(Error::InvalidInput(format!("These are {count} keys; give {MOST_DEFINITIONS} at most.")));
    }
    Ok(())
}
