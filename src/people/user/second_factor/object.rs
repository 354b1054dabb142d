//! The second factor as its own user sees it.

use async_graphql::SimpleObject;

use super::store;
use crate::access::directive;
use crate::base::error::Result;
use crate::graphql::request::Request;

/// The second factor of the person who asks.
#[derive(Clone, Copy, Debug, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct SecondFactor {
    /// Whether logging in asks for a code.
    pub is_on: bool,
    /// How many recovery codes have not been used. Offer `renewRecoveryCodes` when they run out.
    pub recovery_codes_left: u64,
}

impl SecondFactor {
    /// Of the user: two statements.
    pub async fn load(request: &Request, user: uuid::Uuid) -> Result<Self> {
        let db = request.db().reader();
        let is_on = store::find(db, user).await?.is_some_and(|factor| factor.confirmed_at.is_some());
        let recovery_codes_left = if is_on { store::codes_left(db, user).await? } else { 0 };
        Ok(Self { is_on, recovery_codes_left })
    }
}
