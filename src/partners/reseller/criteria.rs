//! The filter and the order of a client list. Lists take them as input, and saved views store them.

use std::sync::Arc;

use async_graphql::{Enum, InputObject};
use entity::property_definition::Model;
use sea_orm::prelude::{Date, DateTimeUtc};
use serde::{Deserialize, Serialize};

use super::clients::{Choice, ClientKey};
use super::ranked::Ranking;
use crate::access::{Decision, Permission, PermissionSet};
use crate::base::error::{Error, Result};
use crate::base::message::Message;
use crate::base::text;
use crate::billing::details;
use crate::graphql::page::{Filter, OrderDirection, Search};
use crate::graphql::request::Request;
use crate::live::event::since;
use crate::organisation::OrganisationState;
use crate::partners::overview::Figure;
use crate::partners::overview::store::is_reached;
use crate::partners::partnership::PartnershipState;
use crate::partners::partnership::store::{in_force, in_states, not_ended};
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
    /// Only clients whose organisation is in one of these states. Clients that hide themselves from you do not match.
    pub organisation_state: Option<Vec<OrganisationState>>,
    /// Only clients that delegate this permission to the reseller.
    pub delegates: Option<Permission>,
    /// True for clients with overdue invoices, false for clients without. Clients that do not delegate INVOICE_READ to you do
    /// not match either.
    pub has_overdue_invoices: Option<bool>,
    /// Only clients with a matching value of this property.
    pub property: Option<ClientPropertyFilter>,
    /// The same for several properties: 10 at most, including `property`.
    pub properties: Option<Vec<ClientPropertyFilter>>,
    /// Only clients where something has happened since this `changeToken`, or whose partnership changed. Views do not have
    /// it.
    pub changed_since: Option<String>,
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
    /// How many members the client has. Needs `MEMBER_READ`.
    Members,
    /// How many subscriptions have not ended. Needs `SUBSCRIPTION_READ`.
    Subscriptions,
    /// What the subscriptions that renew cost in a month. Needs `SUBSCRIPTION_READ`.
    MonthlyRecurring,
    /// What is left to pay of the issued invoices. Needs `INVOICE_READ`.
    OpenAmount,
    /// What is left to pay of the overdue invoices. Needs `INVOICE_READ`.
    OverdueAmount,
}

impl ClientOrderField {
    /// The figure that it orders by, if it is one.
    const fn figure(self) -> Option<Figure> {
        match self {
            Self::Name | Self::CreatedAt => None,
            Self::Members => Some(Figure::Members),
            Self::Subscriptions => Some(Figure::Subscriptions),
            Self::MonthlyRecurring => Some(Figure::MonthlyRecurring),
            Self::OpenAmount => Some(Figure::OpenAmount),
            Self::OverdueAmount => Some(Figure::OverdueAmount),
        }
    }
}

/// The order of clients: by a field or by a property, not both. Clients without a value come last in both directions.
///
/// A figure orders only the clients that delegate its permission to you; all others come last, by name. Amounts in several
/// currencies are never added up. They are compared in one currency after the other, by its code: first EUR, then SEK.
/// Clients with the same figure are ordered by name. The time that an order by a figure takes grows with the number of
/// clients.
#[derive(Clone, Debug, PartialEq, Eq, InputObject, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClientOrder {
    /// The field that orders them.
    pub field: Option<ClientOrderField>,
    /// Key of the property that orders them. Numbers and dates are ordered by value, and false comes before true. Texts are
    /// ordered like names, without regard to case.
    pub property: Option<String>,
    /// Only amounts in this currency count, as ISO 4217; for an order by an amount of money.
    pub currency: Option<String>,
    /// The direction.
    #[graphql(default_with = "OrderDirection::Asc")]
    #[serde(default)]
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

/// What a filter and an order are read for.
pub struct Setting<'a> {
    /// The properties of the reseller.
    pub definitions: &'a [Model],
    /// The reseller, with what the viewer holds there.
    pub reseller: &'a Decision,
    /// The moment.
    pub now: DateTimeUtc,
    /// The day.
    pub today: Date,
    /// The position behind which something has changed, if the filter asks for that.
    pub since: Option<i64>,
}

impl Setting<'_> {
    /// The condition that the client of partnership `t` delegates the permission to the viewer.
    fn reached(&self, filter: &mut Filter, permission: Permission) -> String {
        let now = filter.value(self.now);
        let reach = self.reseller.client_reach(permission);
        format!("({} AND {})", in_force("t", &now), is_reached("t", &reach, permission))
    }
}

/// Reads a filter and an order for the clients of a reseller. Without an order, clients are ordered by name.
pub async fn choose(
    request: &Request,
    reseller: &Decision,
    filter: Option<&ClientFilter>,
    order: Option<&ClientOrder>,
) -> Result<Choice> {
    let definitions = if asks_for_properties(filter, order) {
        property::store::all(request, reseller.id()).await?
    } else {
        Arc::default()
    };
    let (now, today) = (request.now(), request.today());
    let since = match filter.and_then(|filter| filter.changed_since.as_deref()) {
        Some(token) => Some(since::position(request, token).await?),
        None => None,
    };
    let setting = Setting { definitions: &definitions, reseller, now, today, since };
    choice(&setting, filter, order).map_err(|wrong| Error::InvalidInput(wrong.to_string()))
}

/// The same with the definitions already loaded. The error is the message to the user.
pub fn choice(
    setting: &Setting<'_>,
    filter: Option<&ClientFilter>,
    order: Option<&ClientOrder>,
) -> Result<Choice, Message> {
    let Setting { definitions, now, .. } = *setting;
    let (key, descending, property) = ordered(definitions, order)?;
    let asked: Vec<&ClientPropertyFilter> = filter.into_iter().flat_map(ClientFilter::properties).collect();
    if asked.len() > MOST_PROPERTIES {
        let count = asked.len();
        let message = [
            format!("A filter can have at most {MOST_PROPERTIES} conditions on properties. This one has {count}."),
            format!(
                "Ein Filter kann höchstens {MOST_PROPERTIES} Bedingungen zu Eigenschaften haben. Dieser hat {count}."
            ),
            format!("Ett filter kan ha högst {MOST_PROPERTIES} villkor på egenskaper. Det här har {count}."),
        ];
        return Err(message.into());
    }
    let conditions = asked.into_iter().map(|filter| filter.check(definitions)).collect::<Result<Vec<_>, _>>()?;
    let states = filter.and_then(|filter| filter.partnership_state.as_deref());
    let search = Search::parse(filter.and_then(|filter| filter.search.as_deref()))?;
    let found = "(t.client_folded LIKE :search ESCAPE '!' OR t.reference_folded LIKE :search ESCAPE '!')";
    let mut base = search.narrow(in_states(states, now), found);
    if let Some(name) = filter.and_then(|filter| filter.name.as_ref()) {
        let part = property::read_part(&name.contains)
            .map_err(|wrong| wrong.after(["The filter by name: ", "Der Filter nach Name: ", "Filtret på namn: "]))?;
        let pattern = base.value(collation::pattern(&part));
        base = base.and(&format!("t.client_folded LIKE {pattern} ESCAPE '!'"));
    }
    if let Some(reference) = filter.and_then(|filter| filter.reference.as_deref()) {
        let of_filter = ["The filter by reference: ", "Der Filter nach Nummer: ", "Filtret på referens: "];
        let reference = text::reference("reference", reference).map_err(|wrong| wrong.message.after(of_filter))?;
        base = base.and_with("t.reference = :reference", [(":reference", reference.into())]);
        // The index covers only partnerships that have not ended. SQLite uses it only if the statement says so.
        if states.is_none_or(|states| !states.contains(&PartnershipState::Ended)) {
            base = base.and(&not_ended("t"));
        }
    }
    if let Some(filter) = filter {
        base = narrowed(setting, base, filter)?;
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
    let ranking = match (key, order) {
        (ClientKey::Figure(figure), Some(order)) => {
            let reach = setting.reseller.client_reach(figure.permission());
            Some(Ranking { figure, currency: currency(figure, order)?, direction: order.direction, reach })
        }
        (_, Some(ClientOrder { currency: Some(_), .. })) => {
            return Err(needs_no_currency());
        }
        _ => None,
    };
    Ok(Choice { key, descending, ranking, filter, narrow, counted })
}

/// Adds the conditions on the client itself, on what it delegates, and on its invoices.
fn narrowed(setting: &Setting<'_>, mut base: Filter, filter: &ClientFilter) -> Result<Filter, Message> {
    use OrganisationState as S;
    if let Some(wanted) = &filter.organisation_state {
        // Each state once and in a fixed order, so that the same request always has the same statement.
        let states = [(S::Active, "'ACTIVE'"), (S::Suspended, "'SUSPENDED'"), (S::Closed, "'CLOSED'")];
        let states: Vec<&str> =
            states.into_iter().filter(|(state, _)| wanted.contains(state)).map(|(_, name)| name).collect();
        if states.is_empty() {
            return Ok(base.and("1 = 0"));
        }
        let reached = setting.reached(&mut base, Permission::OrganisationRead);
        base = base.and(&format!(
            "{reached} AND EXISTS (SELECT 1 FROM organisation c WHERE c.id = t.client_id AND c.state IN ({}))",
            states.join(", ")
        ));
    }
    match (setting.since, &filter.changed_since) {
        (Some(since), _) => base = since::narrow(base, since, Some("t.client_id"), &["t.client_id", "t.id"]),
        (None, Some(_)) => {
            let message = [
                "A view has no changedSince. Give it with the filter of a list.",
                "Eine Ansicht hat kein changedSince. Geben Sie es im Filter einer Liste an.",
                "En vy har inget changedSince. Ange det i filtret för en lista.",
            ];
            return Err(message.into());
        }
        (None, None) => {}
    }
    if let Some(permission) = filter.delegates {
        if !PermissionSet::DELEGABLE.has(permission) {
            let name = permission.graphql_name();
            let message = [
                format!("No client can delegate {name}. Give a permission that partnerships can delegate."),
                format!("Kein Kunde kann {name} übertragen. Nennen Sie etwas, das Partnerschaften übertragen können."),
                format!("Ingen kund kan delegera {name}. Ange en behörighet som partnerskap kan delegera."),
            ];
            return Err(message.into());
        }
        base = base.and(&format!("(t.delegated & {}) <> 0", permission.bit()));
    }
    if let Some(overdue) = filter.has_overdue_invoices {
        let reached = setting.reached(&mut base, Permission::InvoiceRead);
        let today = base.value(setting.today);
        let not = if overdue { "" } else { "NOT" };
        base = base.and(&format!(
            "{reached} AND {not} EXISTS (SELECT 1 FROM invoice i WHERE i.organisation_id = t.client_id \
             AND i.state = 'OPEN' AND i.due_on < {today})"
        ));
    }
    Ok(base)
}

type Ordered<'a> = (ClientKey, bool, Option<&'a str>);

fn ordered<'a>(definitions: &[Model], order: Option<&'a ClientOrder>) -> Result<Ordered<'a>, Message> {
    let Some(order) = order else { return Ok((ClientKey::Name, false, None)) };
    let descending = order.direction == OrderDirection::Desc;
    match (order.field, order.property.as_deref()) {
        (Some(ClientOrderField::Name), None) => Ok((ClientKey::Name, descending, None)),
        (Some(ClientOrderField::CreatedAt), None) => Ok((ClientKey::CreatedAt, descending, None)),
        (Some(field), None) => {
            let key = field.figure().map_or(ClientKey::Name, ClientKey::Figure);
            Ok((key, descending, None))
        }
        (None, Some(key)) => {
            let definition = property::named(definitions, key)?;
            Ok((ClientKey::Property(definition.id), descending, Some(key)))
        }
        _ => {
            let message = [
                "Order clients either by a field or by a property.",
                "Ordnen Sie Kunden entweder nach field oder nach property.",
                "Ordna kunder antingen efter field eller efter property.",
            ];
            Err(message.into())
        }
    }
}

/// The currency that an order by a figure counts alone, if it names one.
fn currency(figure: Figure, order: &ClientOrder) -> Result<Option<String>, Message> {
    let Some(currency) = order.currency.as_deref() else { return Ok(None) };
    if !figure.is_money() {
        return Err(needs_no_currency());
    }
    let read = details::rules::currency("currency", currency).map_err(|wrong| wrong.message)?;
    Ok(Some(read))
}

fn needs_no_currency() -> Message {
    let message = [
        "Only an order by an amount of money has a currency. Leave it out.",
        "Nur eine Ordnung nach einem Geldbetrag hat eine Währung. Lassen Sie sie weg.",
        "Bara en ordning efter ett penningbelopp har en valuta. Utelämna den.",
    ];
    message.into()
}
