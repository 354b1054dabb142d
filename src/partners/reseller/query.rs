//! The root field that finds a reseller.

use async_graphql::{Context, ID};
use macros::guarded;

use super::object::Reseller;
use crate::base::error::{Error, Result};
use crate::base::id;
use crate::graphql::request::Request;

/// The root field that finds a reseller.
#[derive(Default)]
pub struct ResellerQuery;

#[guarded]
impl ResellerQuery {
    /// One reseller, by its own id or by the id of its organisation.
    #[finds(ORGANISATION_READ)]
    async fn reseller(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Id of the reseller, or of its organisation.")] id: ID,
    ) -> Result<Option<Reseller>> {
        let key = id::Type::Reseller.parse(&id)?;
        let decision = Request::of(context)?.access.look(key).await?;
        decision.as_ref().and_then(Reseller::of).ok_or(Error::NotFound).map(Some)
    }
}
