//! The facet of an organisation that has clients.

use async_graphql::{Context, ID, Object};
use entity::organisation::Kind;
use macros::guarded;

use super::client::{ClientConnection, ClientFilter, ClientOrder};
use super::descendant::{self, Descendant};
use crate::access::{Exists, Guarded, Seat, Seen, Side};
use crate::error::{Error, Result};
use crate::id;
use crate::organisation::Organisation;
use crate::page::{Connection, PageArguments};
use crate::partnership::store;
use crate::programme::{self, ResellerProgramme};
use crate::proposal;
use crate::request::Request;
use crate::template::{self, DelegationTemplate, Drift};

/// Levels of partnerships that a tree may have.
const DEEPEST: i32 = 8;

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
        let request = Request::of(context)?;
        let states = filter.and_then(|filter| filter.partnership_state);
        let order = ClientOrder::key(order_by.as_ref());
        let relations = store::clients(request, self.0.row.id, &page, states.as_deref(), order).await?;
        Ok(Some(ClientConnection::new(&relations, &self.0, request.now())))
    }

    /// What it asks of each class of clients, by name.
    #[requires(CLIENT_READ)]
    async fn delegation_templates(
        &self,
        context: &Context<'_>,
        page: PageArguments,
    ) -> Result<Option<Connection<DelegationTemplate>>> {
        template::store::list(Request::of(context)?, &self.0, &page).await.map(Some)
    }

    /// The clients that do not delegate what their templates want, by name: what is missing and what is too much.
    #[requires(CLIENT_READ)]
    async fn drift(&self, context: &Context<'_>, page: PageArguments) -> Result<Option<Connection<Drift>>> {
        template::store::drift(Request::of(context)?, &self.0, &page, proposal::lapse(context)?).await.map(Some)
    }

    /// The terms under which it is a reseller; null where the operator has written none down.
    #[requires(COMMISSION_READ)]
    async fn programme(&self, context: &Context<'_>) -> Result<Option<ResellerProgramme>> {
        programme::store::programme(Request::of(context)?, self.0.row.id).await
    }

    /// The whole tree of organisations below, flat, by depth and then by name: each once, as far as its clients and
    /// the resellers between let it be seen. Takes time linear in the tree.
    #[requires(CLIENT_READ)]
    async fn descendants(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "How many levels down: 1 to 8, 8 if nothing is given.")] max_depth: Option<i32>,
    ) -> Result<Option<Connection<Descendant>>> {
        let depth = max_depth.unwrap_or(DEEPEST);
        if !(1..=DEEPEST).contains(&depth) {
            return Err(Error::InvalidInput(format!("maxDepth is {depth}; it may be 1 to {DEEPEST}.")));
        }
        descendant::list(Request::of(context)?, &self.0, depth, &page).await.map(Some)
    }
}
