//! The second factor as its own user sees it.

use super::store;
use crate::base::error::Result;
use crate::graphql::request::Request;
use macros::public_object;

/// The second factor of the viewer.
#[public_object]
#[derive(Clone, Copy, Debug)]
pub struct SecondFactor {
    /// Whether log-in needs a code.
    pub is_on: bool,
    /// Number of unused recovery codes. Offer `renewRecoveryCodes` when few are left.
    pub recovery_codes_left: u64,
}

impl SecondFactor {
    /// The second factor of the user: two statements.
    pub async fn load(request: &Request, user: uuid::Uuid) -> Result<Self> {
        let db = request.db().reader();
        let is_on = store::is_on(db, user).await?;
        let recovery_codes_left = if is_on { store::codes_left(db, user).await? } else { 0 };
        Ok(Self { is_on, recovery_codes_left })
    }
}
