//! The filter and the order of a client list. Lists take them as input, and saved views store them.

use async_graphql::{Enum, InputObject};
use entity::property_definition::Model;
use sea_orm::prelude::DateTimeUtc;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::clients::{Choice, ClientKey};
use crate::base::error::{Error, Result};
use crate::base::text;
use crate::graphql::page::{Filter, OrderDirection, Search};
use crate::graphql::request::Request;
use crate::partners::partnership::PartnershipState;
use crate::partners::partnership::store::{in_states, not_ended};
use crate::partners::property::{self, ClientPropertyFilter};

/// The largest number of conditions on properties in one filter.
const MOST_PROPERTIES: usize = 10;

/// A filter for clients. A client matches if it meets all conditions.
#[derive(Clone, Debug, Default, PartialEq, Eq, InputObject, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClientFilter {
    /// Only clients whose partnership is in one of these states. Without it, all except ended ones.
    pub partnership_state: Option<Vec<PartnershipState>>,
    /// Only clients whose name or reference number contains this text of at most 200 characters. Case, and how letters are
    /// composed, do not matter.
    pub search: Option<String>,
    /// Only clients whose name matches.
    pub name: Option<ClientNameFilter>,
    /// Only the client with this reference number of the reseller.
    pub reference: Option<String>,
    /// Only clients with a matching value of this property.
    pub property: Option<ClientPropertyFilter>,
    /// The same for several properties: 10 at most, including `property`.
    pub properties: Option<Vec<ClientPropertyFilter>>,
}

/// A filter for names of clients.
#[derive(Clone, Debug, Default, PartialEq, Eq, InputObject, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClientNameFilter {
    /// A part of the name, 1 to 200 characters. Case, and how letters are composed, do not matter: `strasse` finds Straße.
    pub contains: String,
}

/// The field that orders clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ClientOrderField {
    /// The name of the client, by the root collation of Unicode.
    Name,
    /// When the partnership was agreed.
    CreatedAt,
}

/// The order of clients: by a field or by a property, not both. Clients without a value come last in both directions.
#[derive(Clone, Debug, PartialEq, Eq, InputObject, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClientOrder {
    /// The field that orders them.
    pub field: Option<ClientOrderField>,
    /// Key of the property that orders them. Numbers and dates are ordered by value, and false comes before true. Texts are
    /// ordered like names, without regard to case.
    pub property: Option<String>,
    /// The direction.
    #[graphql(default_with = "OrderDirection::Asc")]
    pub direction: OrderDirection,
}

impl ClientFilter {
    /// All conditions on properties.
    pub fn properties(&self) -> impl Iterator<Item = &ClientPropertyFilter> {
        self.property.iter().chain(self.properties.iter().flatten())
    }
}

/// Whether the filter or the order names a property.
fn asks_for_properties(filter: Option<&ClientFilter>, order: Option<&ClientOrder>) -> bool {
    filter.is_some_and(|filter| filter.properties().next().is_some())
        || order.is_some_and(|order| order.property.is_some())
}

/// Reads a filter and an order for the clients of a reseller. Without an order, clients are ordered by name.
pub async fn choose(
    request: &Request,
    reseller: Uuid,
    filter: Option<&ClientFilter>,
    order: Option<&ClientOrder>,
) -> Result<Choice> {
    if !asks_for_properties(filter, order) {
        return choice(&[], request.now(), filter, order).map_err(Error::InvalidInput);
    }
    let definitions = property::store::all(request, reseller).await?;
    choice(&definitions, request.now(), filter, order).map_err(Error::InvalidInput)
}

/// The same with the definitions already loaded. The error is the message to the user.
pub fn choice(
    definitions: &[Model],
    now: DateTimeUtc,
    filter: Option<&ClientFilter>,
    order: Option<&ClientOrder>,
) -> Result<Choice, String> {
    let (key, descending, property) = ordered(definitions, order)?;
    let asked: Vec<&ClientPropertyFilter> = filter.into_iter().flat_map(ClientFilter::properties).collect();
    if asked.len() > MOST_PROPERTIES {
        let count = asked.len();
        return Err(format!(
            "A filter can have at most {MOST_PROPERTIES} conditions on properties. This one has {count}."
        ));
    }
    let conditions = asked.into_iter().map(|filter| filter.check(definitions)).collect::<Result<Vec<_>, _>>()?;
    let states = filter.and_then(|filter| filter.partnership_state.as_deref());
    let search = Search::parse(filter.and_then(|filter| filter.search.as_deref()))?;
    let found = "(t.client_folded LIKE :search ESCAPE '!' OR t.reference_folded LIKE :search ESCAPE '!')";
    let mut base = search.narrow(in_states(states, now), found);
    if let Some(name) = filter.and_then(|filter| filter.name.as_ref()) {
        let part = property::read_part(&name.contains).map_err(|wrong| format!("The filter by name: {wrong}"))?;
        let pattern = base.value(collation::pattern(&part));
        base = base.and(&format!("t.client_folded LIKE {pattern} ESCAPE '!'"));
    }
    if let Some(reference) = filter.and_then(|filter| filter.reference.as_deref()) {
        let reference = text::reference("reference", reference)
            .map_err(|wrong| format!("The filter by reference: {}", wrong.message))?;
        base = base.and_with("t.reference = :reference", [(":reference", reference.into())]);
        // The index covers only partnerships that have not ended. SQLite uses it only if the statement says so.
        if states.is_none_or(|states| !states.contains(&PartnershipState::Ended)) {
            base = base.and(&not_ended("t"));
        }
    }
    let all = |by: Option<(&str, bool)>| conditions.iter().fold(base.clone(), |filter, one| one.add(filter, by));
    let narrow = conditions.iter().filter(|one| one.is_narrow() && property != Some(one.key())).filter_map(|one| {
        let definition = definitions.iter().find(|definition| definition.key == one.key())?;
        Some((definition, one.alone()))
    });
    let narrow: Vec<(&Model, Filter)> = narrow.collect();
    let counted = narrow.first().map(|(definition, _)| (definition.id, all(Some((&definition.key, false)))));
    let narrow = narrow.into_iter().map(|(definition, alone)| (definition.id, alone)).collect();
    let filter = all(property.map(|key| (key, descending)));
    Ok(Choice { key, descending, filter, narrow, counted })
}

type Ordered<'a> = (ClientKey, bool, Option<&'a str>);

fn ordered<'a>(definitions: &[Model], order: Option<&'a ClientOrder>) -> Result<Ordered<'a>, String> {
    let Some(order) = order else { return Ok((ClientKey::Name, false, None)) };
    let descending = order.direction == OrderDirection::Desc;
    match (order.field, order.property.as_deref()) {
        (Some(ClientOrderField::Name), None) => Ok((ClientKey::Name, descending, None)),
        (Some(ClientOrderField::CreatedAt), None) => Ok((ClientKey::CreatedAt, descending, None)),
        (None, Some(key)) => {
            let definition = property::named(definitions, key)?;
            Ok((ClientKey::Property(definition.id), descending, Some(key)))
        }
        _ => Err("Order clients either by a field or by a property.".to_owned()),
    }
}
