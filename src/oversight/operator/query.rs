//! The root field of the operator's staff.

use async_graphql::Context;
use macros::guarded;

use super::object::Operator;
use super::store;
use crate::access::Permission;
use crate::base::error::{Error, Result};
use crate::graphql::request::Request;

/// The root field of the operator's staff.
#[derive(Default)]
pub struct OperatorQuery;

#[guarded]
impl OperatorQuery {
    /// The platform as its staff see it.
    #[finds(CLIENT_READ)]
    async fn operator(&self, context: &Context<'_>) -> Result<Option<Operator>> {
        let decision = store::find_operator(&Request::of(context)?.access).await?.ok_or(Error::NotFound)?;
        // Viewers without the permission get NOT_FOUND.
        decision.authorise(Permission::ClientRead).map(Operator).map(Some).map_err(|_| Error::NotFound)
    }
}
