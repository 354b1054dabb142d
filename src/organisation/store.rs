//! Looking organisations up.

use uuid::Uuid;

use super::object::Organisation;
use crate::access::{Access, Exists};
use crate::error::Result;

/// The organisation, if it is there for the viewer.
pub async fn find(access: &Access, id: Uuid) -> Result<Option<Organisation>> {
    Ok(access.look(id).await?.and_then(|seen| Organisation(seen).if_visible()))
}
