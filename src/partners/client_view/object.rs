//! A saved view, as those see it who may see the clients.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};
use entity::client_view::Model;
use macros::guarded;
use sea_orm::prelude::DateTimeUtc;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::access::{Decision, GrantsAt, Guarded, Side, directive};
use crate::base::error::{Error, Result};
use crate::base::id;
use crate::graphql::request::Request;
use crate::partners::partnership::PartnershipState;
use crate::partners::property::{self, ClientPropertyFilter};
use crate::partners::reseller::{ClientFilter, ClientOrder, ClientOrderField, OrderDirection};

/// A filter, an order and columns of the client list that were saved under a name.
#[derive(Clone)]
pub struct ClientView {
    pub(super) row: Arc<Model>,
    pub(super) seen: Decision,
}

/// Which clients a view shows: the fields of ClientFilter.
#[derive(SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct ClientViewFilter {
    /// Only those whose partnership is in one of these states.
    pub partnership_state: Option<Vec<PartnershipState>>,
    /// Only those with this part in their name.
    pub name_contains: Option<String>,
    /// Only the one to which the reseller has given this number.
    pub reference: Option<String>,
    /// Only those with such values of properties.
    pub properties: Vec<ClientViewPropertyFilter>,
}

/// Which values of a property a view shows: the fields of ClientPropertyFilter.
#[derive(SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct ClientViewPropertyFilter {
    /// Key of the property.
    pub key: String,
    /// This value.
    pub eq: Option<String>,
    /// One of these values.
    #[graphql(name = "in")]
    pub among: Option<Vec<String>>,
    /// A text with this part.
    pub contains: Option<String>,
    /// This or larger.
    pub from: Option<String>,
    /// This or smaller.
    pub to: Option<String>,
    /// Whether there is a value at all.
    pub is_set: Option<bool>,
}

/// In which order a view shows clients: the fields of ClientOrder.
#[derive(SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct ClientViewOrder {
    /// By this field.
    pub field: Option<ClientOrderField>,
    /// Or by the property of this key.
    pub property: Option<String>,
    /// In which direction.
    pub direction: OrderDirection,
}

impl From<ClientPropertyFilter> for ClientViewPropertyFilter {
    fn from(filter: ClientPropertyFilter) -> Self {
        let ClientPropertyFilter { key, eq, among, contains, from, to, is_set } = filter;
        Self { key, eq, among, contains, from, to, is_set }
    }
}

impl From<ClientFilter> for ClientViewFilter {
    fn from(filter: ClientFilter) -> Self {
        let ClientFilter { partnership_state, name, reference, property, properties } = filter;
        let properties = property.into_iter().chain(properties.into_iter().flatten()).map(Into::into).collect();
        Self { partnership_state, name_contains: name.map(|name| name.contains), reference, properties }
    }
}

impl From<ClientOrder> for ClientViewOrder {
    fn from(order: ClientOrder) -> Self {
        Self { field: order.field, property: order.property, direction: order.direction }
    }
}

impl ClientView {
    /// A view of a reseller that was looked up.
    pub fn new(row: &Arc<Model>, seen: &Decision) -> Self {
        Self { row: Arc::clone(row), seen: seen.clone() }
    }

    /// Whose clients it shows.
    pub fn reseller(&self) -> Uuid {
        self.row.organisation_id
    }

    /// The filter and the order that it was saved with.
    pub fn criteria(&self) -> Result<(Option<ClientFilter>, Option<ClientOrder>)> {
        Ok((self.read(self.row.filter.as_deref())?, self.read(self.row.ordering.as_deref())?))
    }

    /// What to answer where these no longer fit what the reseller has defined.
    pub fn outdated(&self, error: Error) -> Error {
        match error {
            Error::InvalidInput(wrong) => {
                Error::InvalidInput(format!("The view “{}” no longer fits: {wrong} Save it anew.", self.row.name))
            }
            other => other,
        }
    }

    /// Keys of the properties that it shows.
    fn keys(&self) -> Vec<String> {
        serde_json::from_str(&self.row.columns).unwrap_or_default()
    }

    fn read<T: DeserializeOwned>(&self, stored: Option<&str>) -> Result<Option<T>> {
        let read = stored.map(serde_json::from_str).transpose();
        read.map_err(|_| {
            self.outdated(Error::InvalidInput("It was saved by another version of the server.".to_owned()))
        })
    }
}

impl crate::graphql::act::Find for ClientView {
    const TYPE: crate::base::id::Type = crate::base::id::Type::ClientView;

    async fn find(
        request: &crate::graphql::request::Request,
        key: uuid::Uuid,
    ) -> crate::base::error::Result<Option<Self>> {
        super::store::find(request, key).await
    }
}

impl Guarded for ClientView {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.seen.grants_at(side)
    }
}

/// A filter, an order and columns of the client list that were saved under a name.
#[guarded(exists(CLIENT_READ))]
#[Object]
impl ClientView {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        id::Type::ClientView.id(self.row.id)
    }

    /// What people read. No other view of the reseller has it.
    #[public]
    fn name(&self) -> &str {
        &self.row.name
    }

    /// Which clients it shows; null if it has no filter.
    #[public]
    fn filter(&self) -> Result<Option<ClientViewFilter>> {
        Ok(self.read::<ClientFilter>(self.row.filter.as_deref())?.map(Into::into))
    }

    /// In which order; null if by name.
    #[public]
    fn order(&self) -> Result<Option<ClientViewOrder>> {
        Ok(self.read::<ClientOrder>(self.row.ordering.as_deref())?.map(Into::into))
    }

    /// Keys of the properties that are shown, for `Partnership.properties(keys:)`.
    #[public]
    fn columns(&self) -> Vec<String> {
        self.keys()
    }

    /// Keys that the view names in its filter, its order or its columns, and that the reseller has no longer. While
    /// there is one in the filter or the order, the view cannot be applied.
    #[public]
    async fn missing_properties(&self, context: &Context<'_>) -> Result<Option<Vec<String>>> {
        let (filter, order) = self.criteria()?;
        let mut named: Vec<String> =
            filter.iter().flat_map(|filter| filter.properties().map(|one| one.key.clone())).collect();
        named.extend(order.and_then(|order| order.property));
        named.extend(self.keys());
        let there = property::store::all(Request::of(context)?, self.row.organisation_id).await?;
        let mut missing: Vec<String> = Vec::new();
        for key in named {
            if there.iter().all(|definition| definition.key != key) && !missing.contains(&key) {
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
