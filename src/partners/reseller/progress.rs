//! One line of an export: fields under their names in the schema, as the schema would give them to the same viewer.

use std::sync::LazyLock;

use async_graphql::Value;
use async_graphql::resolver_utils::enum_value;
use sea_orm::prelude::DateTimeUtc;
use serde::{Serialize, Serializer};

use super::store::Client;
use crate::access::{Decision, Permission, PermissionSet};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::base::money::Money;
use crate::organisation::{OrganisationKind, OrganisationState};
use crate::partners::overview::{Invoiced, Subscribed, Sums};
use crate::partners::partnership::standing;

/// Names of the permissions in the schema, in the order of the table.
static NAMES: LazyLock<Vec<String>> =
    LazyLock::new(|| Permission::ALL.iter().map(|permission| permission.graphql_name()).collect());

/// Figures of one organisation, as far as the viewer may have them.
#[derive(Default)]
pub struct Figures {
    /// Members.
    pub members: Option<u64>,
    /// Subscriptions.
    pub subscribed: Option<Subscribed>,
    /// Open invoices.
    pub invoiced: Option<Invoiced>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    depth: usize,
    path: &'a [String],
    partnership: PartnershipPart,
    client: CardPart<'a>,
    organisation: Option<OrganisationPart<'a>>,
    withheld: Vec<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PartnershipPart {
    id: String,
    state: Value,
    delegated_permissions: Names,
    client_delegated_permissions: Names,
    includes_upstream: bool,
    starts_at: String,
    ends_at: Option<String>,
}

#[derive(Serialize)]
struct CardPart<'a> {
    id: String,
    name: &'a str,
    kind: Value,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OrganisationPart<'a> {
    id: String,
    name: &'a str,
    kind: Value,
    state: Value,
    viewer_permissions: Names,
    overview: OverviewPart,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OverviewPart {
    member_count: Option<u64>,
    subscription_count: Option<u64>,
    monthly_recurring: Option<Vec<MoneyPart>>,
    open_invoices: Option<InvoicesPart>,
    overdue_invoices: Option<InvoicesPart>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MoneyPart {
    amount_minor: String,
    currency: String,
}

#[derive(Serialize)]
struct InvoicesPart {
    count: u64,
    amounts: Vec<MoneyPart>,
}

/// A set of permissions as the schema lists them.
struct Names(PermissionSet);

impl Serialize for Names {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let held = NAMES.iter().zip(Permission::ALL).filter(|(_, permission)| self.0.has(**permission));
        serializer.collect_seq(held.map(|(name, _)| name))
    }
}

/// The line of a client, with a line feed. `path` is the way down to it, `seen` the client if the viewer sees it.
pub fn line(
    path: &[String],
    client: &Client,
    seen: Option<&Decision>,
    figures: Figures,
    now: DateTimeUtc,
    lines: &mut Vec<u8>,
) -> Result<()> {
    let row = &client.organisation;
    let id = Type::Organisation.id(row.id).0;
    let kind = enum_value(OrganisationKind::from(row.kind));
    let withheld = withheld(seen.is_some(), &figures);
    let organisation = seen.map(|seen| organisation(seen, id.clone(), kind.clone(), figures)).transpose()?;
    let line = Line {
        depth: path.len(),
        path,
        partnership: partnership(client, now),
        client: CardPart { id, name: &row.name, kind },
        organisation,
        withheld,
    };
    serde_json::to_writer(&mut *lines, &line).map_err(crate::base::error::Error::fault)?;
    lines.push(b'\n');
    Ok(())
}

fn partnership(client: &Client, now: DateTimeUtc) -> PartnershipPart {
    PartnershipPart {
        id: Type::Partnership.id(client.partnership).0,
        state: enum_value(standing(client.starts_at, client.ends_at, now)),
        delegated_permissions: Names(client.delegated & PermissionSet::DELEGABLE),
        client_delegated_permissions: Names(client.client_delegated & PermissionSet::DELEGABLE),
        includes_upstream: client.includes_upstream,
        starts_at: client.starts_at.to_rfc3339(),
        ends_at: client.ends_at.map(|end| end.to_rfc3339()),
    }
}

fn organisation(seen: &Decision, id: String, kind: Value, figures: Figures) -> Result<OrganisationPart<'_>> {
    let Figures { members, subscribed, invoiced } = figures;
    let monthly = subscribed.as_ref().map(Subscribed::monthly).transpose()?;
    Ok(OrganisationPart {
        id,
        name: &seen.row.name,
        kind,
        state: enum_value(OrganisationState::from(seen.state())),
        viewer_permissions: Names(seen.grants.own),
        overview: OverviewPart {
            member_count: members,
            subscription_count: subscribed.map(|subscribed| subscribed.count),
            monthly_recurring: monthly.map(amounts),
            open_invoices: invoiced.as_ref().map(|invoiced| invoices(&invoiced.open)).transpose()?,
            overdue_invoices: invoiced.as_ref().map(|invoiced| invoices(&invoiced.overdue)).transpose()?,
        },
    })
}

/// What is null because the viewer may not have it.
fn withheld(is_seen: bool, figures: &Figures) -> Vec<&'static str> {
    if !is_seen {
        return vec!["organisation"];
    }
    let names: [(bool, &[&str]); 3] = [
        (figures.members.is_some(), &["memberCount"]),
        (figures.subscribed.is_some(), &["subscriptionCount", "monthlyRecurring"]),
        (figures.invoiced.is_some(), &["openInvoices", "overdueInvoices"]),
    ];
    names.into_iter().filter(|(is_given, _)| !is_given).flat_map(|(_, names)| names).copied().collect()
}

fn invoices((count, sums): &(u64, Sums)) -> Result<InvoicesPart> {
    Ok(InvoicesPart { count: *count, amounts: amounts(sums.money()?) })
}

fn amounts(money: Vec<Money>) -> Vec<MoneyPart> {
    let part = |one: Money| MoneyPart { amount_minor: one.minor().to_string(), currency: one.into_currency() };
    money.into_iter().map(part).collect()
}
