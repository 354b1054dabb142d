//! The order as clients of the API see it.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, InputObject};
use entity::sales_order::{Model, State};
use macros::guarded;
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::line::OrderLine;
use super::store;
use crate::access::{Decision, GrantsAt, Guarded, Side};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::base::money::Money;
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, PageArguments, Search};
use crate::graphql::request::Request;
use crate::organisation::OrganisationCard;
use crate::partners::partnership::Partnership;

/// The state of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "entity::sales_order::State")]
pub enum OrderState {
    /// Something of it is not ready yet.
    Placed,
    /// Everything of it is ready.
    Completed,
    /// It was cancelled before anything of it was ready. See `cancelOrder`.
    Cancelled,
}

/// Which orders to list.
#[derive(InputObject)]
pub struct OrderFilter {
    /// Only orders in this state.
    pub state: Option<OrderState>,
    /// Only orders whose number, or the customer's own number, contains this text. Case does not matter.
    pub search: Option<String>,
}

/// Products that were ordered together.
pub struct Order {
    row: Arc<Model>,
    organisation: Decision,
}

impl Order {
    fn new(row: &Arc<Model>, at: &Decision) -> Self {
        Self { row: Arc::clone(row), organisation: at.clone() }
    }

    /// An order that the request has just written.
    pub fn written(row: Model, at: &Decision) -> Self {
        Self::new(&Arc::new(row), at)
    }

    /// Its key in the database.
    pub fn key(&self) -> Uuid {
        self.row.id
    }

    /// The organisation that it is for.
    pub const fn at(&self) -> &Decision {
        &self.organisation
    }

    /// The orders of an organisation, the newest first.
    pub async fn list(
        request: &Request,
        at: &Decision,
        page: &PageArguments,
        filter: Option<&OrderFilter>,
    ) -> Result<Connection<Self>> {
        let state: Option<State> = filter.and_then(|filter| filter.state).map(Into::into);
        let search = Search::read(filter.and_then(|filter| filter.search.as_deref()))?;
        Ok(store::list(request, at.id(), page, state, &search).await?.connection(|row| Self::new(row, at)))
    }
}

impl Find for Order {
    const TYPE: Type = Type::Order;

    async fn find(request: &Request, key: Uuid) -> Result<Option<Self>> {
        let Some(row) = store::look_up(request, key).await? else { return Ok(None) };
        let Some(at) = request.access.look(row.key(|row| row.organisation_id)).await? else { return Ok(None) };
        Ok(row.visible(|row| Self::new(&row, &at)))
    }
}

impl Guarded for Order {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.organisation.grants_at(side)
    }
}

/// Products that were ordered together.
#[guarded(exists(SUBSCRIPTION_READ))]
impl Order {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        Type::Order.id(self.row.id)
    }

    /// Its number, unique for the seller.
    #[public]
    pub(crate) fn number(&self) -> &str {
        &self.row.number
    }

    /// Its state.
    #[public]
    fn state(&self) -> OrderState {
        self.row.state.into()
    }

    /// When it was placed.
    #[public]
    fn placed_at(&self) -> DateTimeUtc {
        self.row.created_at
    }

    /// The organisation that it is for.
    #[public]
    fn organisation(&self) -> OrganisationCard {
        self.organisation.card().into()
    }

    /// The partnership by which it was placed; null if people of the organisation itself placed it, or if the partnership
    /// is hidden from the viewer.
    #[public]
    async fn partnership(&self, context: &Context<'_>) -> Result<Option<Partnership>> {
        let Some(key) = self.row.partnership_id else { return Ok(None) };
        Partnership::find(Request::of(context)?, key).await
    }

    /// The reseller through which it was placed; null if people of the organisation itself placed it.
    #[public]
    async fn placed_through(&self, context: &Context<'_>) -> Result<Option<OrganisationCard>> {
        let Some(key) = self.row.partnership_id else { return Ok(None) };
        Partnership::reseller_of(Request::of(context)?, key).await
    }

    /// The customer's own number for it.
    #[public]
    fn purchase_order(&self) -> Option<&str> {
        self.row.purchase_order.as_deref()
    }

    /// The first interval of each line, and what was paid once. Without VAT.
    #[public]
    fn total(&self) -> Money {
        Money::new(self.row.total_minor, &self.row.currency)
    }

    /// Its products.
    #[public]
    async fn lines(&self, context: &Context<'_>, page: PageArguments) -> Result<Option<Connection<OrderLine>>> {
        let rows = store::list_lines(Request::of(context)?, self.row.id, &page).await?;
        Ok(Some(rows.connection(|row| OrderLine::new(row, &self.row.currency))))
    }
}
