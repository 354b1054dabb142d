//! A saved view as clients of the API see it.

use std::sync::Arc;

use async_graphql::{Context, ID};
use entity::client_view::Model;
use macros::{guarded, public_object};
use sea_orm::prelude::DateTimeUtc;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::store;
use crate::access::{Decision, GrantsAt, Guarded, Permission, Side};
use crate::base::error::{Error, Result};
use crate::base::id;
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, OrderDirection, PageArguments};
use crate::graphql::request::Request;
use crate::organisation::OrganisationState;
use crate::partners::overview::Figure;
use crate::partners::partnership::PartnershipState;
use crate::partners::property::{self, ClientPropertyFilter};
use crate::partners::reseller::{ClientFilter, ClientOrder, ClientOrderField};

/// A filter, an order and columns of the client list, saved under a name.
#[derive(Clone)]
pub struct ClientView {
    row: Arc<Model>,
    at: Decision,
}

/// Which clients a view shows: the fields of ClientFilter.
#[public_object]
pub struct ClientViewFilter {
    /// Only clients whose partnership is in one of these states.
    pub partnership_state: Option<Vec<PartnershipState>>,
    /// Only clients whose name or reference number contains this text.
    pub search: Option<String>,
    /// Only clients whose name contains this text.
    pub name_contains: Option<String>,
    /// Only the client with this reference.
    pub reference: Option<String>,
    /// Only clients whose organisation is in one of these states.
    pub organisation_state: Option<Vec<OrganisationState>>,
    /// Only clients that delegate this permission.
    pub delegates: Option<Permission>,
    /// True for clients with overdue invoices, false for clients without.
    pub has_overdue_invoices: Option<bool>,
    /// Only clients whose properties meet these conditions.
    pub properties: Vec<ClientViewPropertyFilter>,
}

/// A condition on the values of a property in a view: the fields of ClientPropertyFilter.
#[public_object]
pub struct ClientViewPropertyFilter {
    /// Key of the property.
    pub key: String,
    /// Values that equal this one.
    pub eq: Option<String>,
    /// Values that equal one of these.
    #[graphql(name = "in")]
    pub any_of: Option<Vec<String>>,
    /// Texts that contain this one.
    pub contains: Option<String>,
    /// Values from this one on.
    pub from: Option<String>,
    /// Values up to this one.
    pub to: Option<String>,
    /// True for clients with a value, false for clients without.
    pub is_set: Option<bool>,
}

/// The order of the clients in a view: the fields of ClientOrder.
#[public_object]
pub struct ClientViewOrder {
    /// The field that clients are ordered by; null if it is a property.
    pub field: Option<ClientOrderField>,
    /// Key of the property that clients are ordered by; null if it is a field.
    pub property: Option<String>,
    /// The only currency that counts; null if all do.
    pub currency: Option<String>,
    /// The direction.
    pub direction: OrderDirection,
}

impl From<ClientPropertyFilter> for ClientViewPropertyFilter {
    fn from(filter: ClientPropertyFilter) -> Self {
        let ClientPropertyFilter { key, eq, any_of, contains, from, to, is_set } = filter;
        Self { key, eq, any_of, contains, from, to, is_set }
    }
}

impl From<ClientFilter> for ClientViewFilter {
    fn from(filter: ClientFilter) -> Self {
        let ClientFilter { partnership_state, search, name, reference, organisation_state, delegates, .. } = filter;
        let ClientFilter { has_overdue_invoices, property, properties, .. } = filter;
        let properties = property.into_iter().chain(properties.into_iter().flatten()).map(Into::into).collect();
        Self {
            partnership_state,
            search,
            name_contains: name.map(|name| name.contains),
            reference,
            organisation_state,
            delegates,
            has_overdue_invoices,
            properties,
        }
    }
}

impl From<ClientOrder> for ClientViewOrder {
    fn from(order: ClientOrder) -> Self {
        Self { field: order.field, property: order.property, currency: order.currency, direction: order.direction }
    }
}

impl ClientView {
    /// A view of the reseller.
    pub fn new(row: &Arc<Model>, at: &Decision) -> Self {
        Self { row: Arc::clone(row), at: at.clone() }
    }

    /// The views of the reseller, ordered by name.
    pub async fn list(request: &Request, at: &Decision, page: &PageArguments) -> Result<Connection<Self>> {
        Ok(store::list(request, at.id(), page).await?.connection(|row| Self::new(row, at)))
    }

    /// Key of the reseller whose clients it shows.
    pub fn reseller(&self) -> Uuid {
        self.row.organisation_id
    }

    /// The saved filter and order.
    pub fn criteria(&self) -> Result<(Option<ClientFilter>, Option<ClientOrder>)> {
        Ok((self.read(self.row.filter.as_deref())?, self.read(self.row.ordering.as_deref())?))
    }

    /// The error for a view that no longer fits the properties of the reseller.
    pub fn outdated(&self, error: Error) -> Error {
        match error {
            Error::InvalidInput(wrong) => Error::InvalidInput(format!(
                "The view “{}” can no longer be applied. {wrong} Save the view again.",
                self.row.name
            )),
            other => other,
        }
    }

    /// Keys of the properties, and names of the figures, that it shows.
    pub fn keys(&self) -> Vec<String> {
        serde_json::from_str(&self.row.columns).unwrap_or_default()
    }

    fn read<T: DeserializeOwned>(&self, stored: Option<&str>) -> Result<Option<T>> {
        let read = stored.map(serde_json::from_str).transpose();
        read.map_err(|_| {
            self.outdated(Error::InvalidInput("It was saved by another version of the server.".to_owned()))
        })
    }
}

impl Find for ClientView {
    const TYPE: id::Type = id::Type::ClientView;

    async fn find(request: &Request, key: Uuid) -> Result<Option<Self>> {
        let Some(row) = store::look_up(request, key).await? else { return Ok(None) };
        let at = request.access.look(row.key(|row| row.organisation_id)).await?;
        Ok(at.and_then(|at| row.visible(|row| Self { row, at })))
    }
}

impl Guarded for ClientView {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.at.grants_at(side)
    }
}

/// A filter, an order and columns of the client list, saved under a name.
#[guarded(exists(CLIENT_READ))]
impl ClientView {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        id::Type::ClientView.id(self.row.id)
    }

    /// The name of the view, unique for the reseller.
    #[public]
    pub(crate) fn name(&self) -> &str {
        &self.row.name
    }

    /// Which clients it shows; null if it shows all.
    #[public]
    fn filter(&self) -> Result<Option<ClientViewFilter>> {
        Ok(self.read::<ClientFilter>(self.row.filter.as_deref())?.map(Into::into))
    }

    /// The order of the clients; null if they are ordered by name.
    #[public]
    fn order(&self) -> Result<Option<ClientViewOrder>> {
        Ok(self.read::<ClientOrder>(self.row.ordering.as_deref())?.map(Into::into))
    }

    /// The columns that the view shows, in their order: keys of properties, for `Partnership.properties(keys:)`, and names of
    /// figures, as in `ClientFigure`.
    #[public]
    fn columns(&self) -> Vec<String> {
        self.keys()
    }

    /// The figures among the columns.
    #[public]
    fn figures(&self) -> Vec<Figure> {
        self.keys().iter().filter_map(|key| Figure::named(key)).collect()
    }

    /// Keys that the view uses and that no longer exist. While the filter or the order uses one, the view cannot be applied.
    #[public]
    async fn missing_properties(&self, context: &Context<'_>) -> Result<Option<Vec<String>>> {
        let (filter, order) = self.criteria()?;
        let mut used: Vec<String> =
            filter.iter().flat_map(|filter| filter.properties().map(|one| one.key.clone())).collect();
        used.extend(order.and_then(|order| order.property));
        used.extend(self.keys().into_iter().filter(|key| Figure::named(key).is_none()));
        let definitions = property::store::all(Request::of(context)?, self.row.organisation_id).await?;
        let mut missing: Vec<String> = Vec::new();
        for key in used {
            if definitions.iter().all(|definition| definition.key != key) && !missing.contains(&key) {
                missing.push(key);
            }
        }
        Ok(Some(missing))
    }

    /// When it was first saved.
    #[public]
    fn created_at(&self) -> DateTimeUtc {
        self.row.created_at
    }
}
