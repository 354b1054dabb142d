//! Which clients of a reseller, and in which order: what lists take and what views keep.

use async_graphql::{Enum, InputObject};
use entity::property_definition::Model;
use sea_orm::prelude::DateTimeUtc;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::base::error::{Error, Result};
use crate::base::text;
use crate::graphql::page::Filter;
use crate::graphql::request::Request;
use crate::partners::partnership::{PartnershipState, store::in_states};
use crate::partners::property::{self, ClientPropertyFilter};
use crate::partners::reseller::clients::{Choice, ClientKey};

/// Conditions on properties in one filter.
const MOST: usize = 10;

/// Which clients: those for which all of it holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, InputObject, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClientFilter {
    /// Only those whose partnership is in one of these states. Without it, all but ended and lapsed ones.
    pub partnership_state: Option<Vec<PartnershipState>>,
    /// Only those with such a name.
    pub name: Option<ClientNameFilter>,
    /// Only the one to which the reseller has given this number.
    pub reference: Option<String>,
    /// Only those with such a value of a property.
    pub property: Option<ClientPropertyFilter>,
    /// The same for several properties: 10 at most, together with `property`.
    pub properties: Option<Vec<ClientPropertyFilter>>,
}

/// Which names.
#[derive(Clone, Debug, Default, PartialEq, Eq, InputObject, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClientNameFilter {
    /// A part of the name, 1 to 200 characters, whatever the case of its letters (on SQLite, of those of English).
    pub contains: String,
}

/// What clients are ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ClientOrderField {
    /// The name of the client.
    Name,
    /// The age of the partnership.
    CreatedAt,
}

/// In which direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OrderDirection {
    /// The smallest first.
    #[default]
    Asc,
    /// The largest first.
    Desc,
}

/// The order of clients: by a field or by a property. Clients without a value come last in both directions.
#[derive(Clone, Debug, PartialEq, Eq, InputObject, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClientOrder {
    /// What they are ordered by.
    pub field: Option<ClientOrderField>,
    /// Key of the property that they are ordered by: numbers and days by their size, false before true, texts without
    /// regard to the case of their letters.
    pub property: Option<String>,
    /// In which direction.
    #[graphql(default_with = "OrderDirection::Asc")]
    pub direction: OrderDirection,
}

impl ClientFilter {
    /// All conditions on properties.
    pub fn properties(&self) -> impl Iterator<Item = &ClientPropertyFilter> {
        self.property.iter().chain(self.properties.iter().flatten())
    }
}

/// Whether the definitions of the reseller are needed to judge these.
fn asks_for_properties(filter: Option<&ClientFilter>, order: Option<&ClientOrder>) -> bool {
    filter.is_some_and(|filter| filter.properties().next().is_some())
        || order.is_some_and(|order| order.property.is_some())
}

/// What is asked for of the clients of a reseller, by name if no order is asked for.
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

/// The same with the definitions at hand, or what is wrong.
pub fn choice(
    definitions: &[Model],
    now: DateTimeUtc,
    filter: Option<&ClientFilter>,
    order: Option<&ClientOrder>,
) -> Result<Choice, String> {
    let (key, descending, property) = ordered(definitions, order)?;
    let asked: Vec<&ClientPropertyFilter> = filter.into_iter().flat_map(ClientFilter::properties).collect();
    if asked.len() > MOST {
        return Err(format!("A filter has {MOST} conditions on properties at most; these are {}.", asked.len()));
    }
    let conditions = asked.into_iter().map(|filter| filter.check(definitions)).collect::<Result<Vec<_>, _>>()?;
    let states = filter.and_then(|filter| filter.partnership_state.as_deref());
    let mut base = in_states(states, now);
    if let Some(name) = filter.and_then(|filter| filter.name.as_ref()) {
        let part = property::read_part(&name.contains).map_err(|wrong| format!("The filter by name: {wrong}"))?;
        // Small letters are made in one place only, for SQLite knows fewer than we do.
        let pattern = base.value(property::pattern(&part));
        base = base.and(&format!("lower(t.client_name) LIKE lower({pattern}) ESCAPE '!'"));
    }
    if let Some(reference) = filter.and_then(|filter| filter.reference.as_deref()) {
        let reference = text::reference("reference", reference)
            .map_err(|wrong| format!("The filter by the reseller's number: {}", wrong.message))?;
        base = base.and_with("t.reference = :reference", [(":reference", reference.into())]);
        // The index of numbers is of what has not ended, which SQLite has to read in the statement to use it.
        if states.is_none_or(|states| !states.contains(&PartnershipState::Ended)) {
            base = base.and("t.state <> 'ENDED'");
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
        _ => Err("Order clients by a field or by a property: give one of the two.".to_owned()),
    }
}
