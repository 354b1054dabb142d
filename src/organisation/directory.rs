//! The fields of `Organisation` about its directory.

use async_graphql::Context;
use macros::guarded;

use crate::access::{Decision, GrantsAt, Guarded, Side};
use crate::base::error::Result;
use crate::directory::group::DirectoryGroup;
use crate::directory::person::{DirectoryPerson, DirectoryPersonFilter, DirectoryPersonOrder};
use crate::directory::sync::{DirectoryState, DirectorySync};
use crate::graphql::page::{Connection, PageArguments};
use crate::graphql::request::Request;

/// The fields of an organisation that are about its directory.
pub struct OrganisationDirectory(pub(super) Decision);

impl Guarded for OrganisationDirectory {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.0.grants_at(side)
    }
}

/// The fields of an organisation that are about its directory.
#[guarded]
impl OrganisationDirectory {
    /// The people of its directory, by name.
    #[requires(DIRECTORY_READ)]
    async fn people(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "Which people.")] filter: Option<DirectoryPersonFilter>,
        #[graphql(desc = "The order.")] order_by: Option<DirectoryPersonOrder>,
    ) -> Result<Option<Connection<DirectoryPerson>>> {
        DirectoryPerson::list(Request::of(context)?, &self.0, &page, filter.as_ref(), order_by).await.map(Some)
    }

    /// The groups of its directory, by name.
    #[requires(DIRECTORY_READ)]
    async fn groups(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "A part of the name or the external id. Case does not matter.")] search: Option<String>,
    ) -> Result<Option<Connection<DirectoryGroup>>> {
        DirectoryGroup::list(Request::of(context)?, &self.0, &page, search.as_deref()).await.map(Some)
    }

    /// What is known of its directory as a whole; null if nothing was ever synchronised.
    #[requires(DIRECTORY_READ)]
    async fn directory(&self, context: &Context<'_>) -> Result<Option<DirectoryState>> {
        DirectoryState::of(Request::of(context)?, self.0.id()).await
    }

    /// The synchronisations of its directory, the newest first.
    #[requires(DIRECTORY_READ)]
    async fn directory_syncs(
        &self,
        context: &Context<'_>,
        page: PageArguments,
    ) -> Result<Option<Connection<DirectorySync>>> {
        DirectorySync::list(Request::of(context)?, &self.0, &page).await.map(Some)
    }
}
