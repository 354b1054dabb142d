//! Root fields that find organisations.

use async_graphql::{Context, ID};
use macros::guarded;

use super::object::Organisation;
use crate::base::error::{Error, Result};
use crate::base::id;
use crate::graphql::act::Find;
use crate::graphql::request::Request;

/// Root fields that find organisations.
#[derive(Default)]
pub struct OrganisationQuery;

#[guarded]
impl OrganisationQuery {
    /// One organisation.
    #[finds(ORGANISATION_READ)]
    async fn organisation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Id of the organisation.")] id: ID,
    ) -> Result<Option<Organisation>> {
        let key = id::Type::Organisation.parse(&id)?;
        Organisation::find(Request::of(context)?, key).await?.ok_or(Error::NotFound).map(Some)
    }
}
