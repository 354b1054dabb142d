//! The facet of an organisation that has clients.

use async_graphql::{Context, ID, Object};
use entity::organisation::Kind;
use macros::guarded;

use super::client::ClientConnection;
use super::criteria::{ClientFilter, ClientOrder, choose};
use super::descendant::{self, Descendant};
use crate::access::{Decision, Exists, GrantsAt, Guarded, Permission, Side};
use crate::base::error::{Error, Result};
use crate::base::id;
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, PageArguments};
use crate::graphql::request::Request;
use crate::organisation::Organisation;
use crate::partners::client_view::ClientView;
use crate::partners::overview::ResellerSummary;
use crate::partners::partnership::clients;
use crate::partners::programme::ResellerProgramme;
use crate::partners::property::PropertyDefinition;
use crate::partners::proposal;
use crate::partners::template::{self, DelegationTemplate, Drift};

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
pub struct Reseller(Decision);

impl Reseller {
    /// The facet, if the organisation is a reseller and is there for the viewer.
    pub fn of(seen: &Decision) -> Option<Self> {
        (seen.row.kind == Kind::Reseller).then(|| Self(seen.clone())).and_then(Exists::if_visible)
    }
}

impl crate::graphql::act::Find for Reseller {
    const TYPE: crate::base::id::Type = crate::base::id::Type::Reseller;

    async fn find(
        request: &crate::graphql::request::Request,
        key: uuid::Uuid,
    ) -> crate::base::error::Result<Option<Self>> {
        Ok(request.access.look(key).await?.as_ref().and_then(Self::of))
    }
}

impl Guarded for Reseller {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.0.grants_at(side)
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

    /// The clients, whatever they let be seen of themselves. Give a filter and an order, or a saved view that has both.
    #[requires(CLIENT_READ)]
    async fn clients(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "Which clients.")] filter: Option<ClientFilter>,
        #[graphql(desc = "In which order; by name if nothing is given.")] order_by: Option<ClientOrder>,
        #[graphql(desc = "Id of a saved view of this reseller, in place of filter and orderBy.")] view: Option<ID>,
    ) -> Result<Option<ClientConnection>> {
        let (request, reseller) = (Request::of(context)?, self.0.row.id);
        let choice = match view {
            None => choose(request, reseller, filter.as_ref(), order_by.as_ref()).await?,
            Some(_) if filter.is_some() || order_by.is_some() => {
                let message = "A view has a filter and an order of its own: give the view, or filter and orderBy.";
                return Err(Error::InvalidInput(message.to_owned()));
            }
            Some(id) => {
                let view = ClientView::find(request, id::Type::ClientView.parse(&id)?).await?;
                let view = view.filter(|view| view.reseller() == reseller).ok_or(Error::NotFound)?;
                let (filter, order) = view.criteria()?;
                let chosen = choose(request, reseller, filter.as_ref(), order.as_ref()).await;
                chosen.map_err(|error| view.outdated(error))?
            }
        };
        let relations = clients::list(request, reseller, &page, choice).await?;
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
        ResellerProgramme::of(Request::of(context)?, self.0.id()).await
    }

    /// The properties that the reseller keeps about each of its clients, by their place and then by age. Their values
    /// are on the partnerships.
    #[requires(CLIENT_READ)]
    async fn property_definitions(
        &self,
        context: &Context<'_>,
        page: PageArguments,
    ) -> Result<Option<Connection<PropertyDefinition>>> {
        PropertyDefinition::list(Request::of(context)?, &self.0, &page).await.map(Some)
    }

    /// The saved views of its clients, by name.
    #[requires(CLIENT_READ)]
    async fn client_views(&self, context: &Context<'_>, page: PageArguments) -> Result<Option<Connection<ClientView>>> {
        ClientView::list(Request::of(context)?, &self.0, &page).await.map(Some)
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
