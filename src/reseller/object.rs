//! The facet of an organisation that has clients.

use async_graphql::{Context, ID, Object};
use entity::organisation::Kind;
use macros::guarded;

use super::client::{ClientConnection, ClientFilter, ClientOrder};
use super::descendant::{self, Descendant};
use crate::access::{Exists, Guarded, Permission, Seat, Seen, Side};
use crate::error::{Error, Result};
use crate::id;
use crate::organisation::Organisation;
use crate::overview::ResellerSummary;
use crate::page::{Connection, PageArguments};
use crate::partnership::{Window, store};
use crate::request::Request;

/// Levels of partnerships that a tree may have.
const DEEPEST: i32 = 8;

/// The levels that were asked for, if there may be so many.
pub fn depth(asked: Option<i32>) -> Result<i32> {
    let depth = asked.unwrap_or(DEEPEST);
    if !(1..=DEEPEST).contains(&depth) {
        return Err(Error::InvalidInput(format!("maxDepth is {depth}; it may be 1 to {DEEPEST}.")));
    }
    Ok(depth)
}

/// The facet of an organisation that has clients.
pub struct Reseller(Seen);

impl Reseller {
    /// The facet, if the organisation is a reseller and is there for the viewer.
    pub fn of(seen: &Seen) -> Option<Self> {
        (seen.row.kind == Kind::Reseller).then(|| Self(seen.clone())).and_then(Exists::if_visible)
    }
}

impl Guarded for Reseller {
    fn seat(&self, side: Side) -> Option<Seat> {
        self.0.seat(side)
    }
}

/// The facet of an organisation that has clients.
#[guarded(exists(ORGANISATION_READ))]
#[Object]
impl Reseller {
    /// Opaque id of the facet.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        id::Type::Reseller.id(self.0.row.id)
    }

    /// The organisation.
    #[public]
    fn organisation(&self) -> Organisation {
        Organisation(self.0.clone())
    }

    /// The clients, whatever they let be seen of themselves.
    #[requires(CLIENT_READ)]
    async fn clients(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "Which clients.")] filter: Option<ClientFilter>,
        #[graphql(desc = "In which order; by name if nothing is given.")] order_by: Option<ClientOrder>,
    ) -> Result<Option<ClientConnection>> {
        let window = Window::of(context)?;
        let filter = window.filter(filter.and_then(|filter| filter.partnership_state));
        let order = ClientOrder::key(order_by.as_ref());
        let relations = store::clients(Request::of(context)?, self.0.row.id, &page, filter, order).await?;
        Ok(Some(ClientConnection::new(&relations, &self.0, window)))
    }

    /// The whole tree of organisations below, flat, by depth and then by name: each once, as far as its clients and
    /// the resellers between let it be seen. Takes time linear in the tree.
    #[requires(CLIENT_READ)]
    async fn descendants(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "How many levels down: 1 to 8, 8 if nothing is given.")] max_depth: Option<i32>,
        #[graphql(desc = "Only those where the viewer may do this; ORGANISATION_READ if not given.")]
        permission: Option<Permission>,
    ) -> Result<Option<Connection<Descendant>>> {
        let permission = permission.unwrap_or(Permission::OrganisationRead);
        let depth = depth(max_depth)?;
        descendant::list(Request::of(context)?, &self.0, depth, permission, &page).await.map(Some)
    }

    /// The clients in all: how many, what they pay and what they owe, each over those that let it be known.
    #[requires(CLIENT_READ)]
    fn summary(&self) -> Option<ResellerSummary> {
        Some(ResellerSummary::of(&self.0))
    }
}
