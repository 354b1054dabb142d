//! The whole tree below a reseller as lines of JSON, one page at a time.
//!
//! A line has the fields of the schema under their names, with the values that the same viewer gets there. Each page
//! checks the viewer's rights again, by the same rules as the fields. `progress.rs` walks through the tree.

use std::collections::HashMap;
use std::sync::LazyLock;

use async_graphql::Value;
use async_graphql::resolver_utils::enum_value;
use sea_orm::prelude::DateTimeUtc;
use serde::{Serialize, Serializer};
use uuid::Uuid;

use super::figures::{AllFigures, Figures};
use super::object::Reseller;
use super::progress::Progress;
use super::rules::read_max_depth;
use super::store::Client;
use crate::access::{Authorised, Decision, Permission, PermissionSet};
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::base::money::Money;
use crate::graphql::request::Request;
use crate::live::event::since;
use crate::organisation::{OrganisationKind, OrganisationState};
use crate::partners::overview::{Seats, Subscribed, Sums};
use crate::partners::partnership::{PartnershipState, standing};

/// Names of the permissions in the schema, in the order of the table.
static NAMES: LazyLock<Vec<String>> =
    LazyLock::new(|| Permission::ALL.iter().map(|permission| permission.graphql_name()).collect());

/// Which tree to export, and which of its organisations.
#[derive(Clone, Debug)]
pub struct TreeExport {
    top: Uuid,
    max_depth: usize,
    permission: Option<Permission>,
    rows: usize,
    changed_since: Option<String>,
}

impl TreeExport {
    /// The export of the tree below the reseller with this key, with `rows` clients to a page. With a permission, only
    /// the organisations where the viewer has it.
    pub fn new(top: Uuid, max_depth: Option<i32>, permission: Option<Permission>, rows: usize) -> Result<Self> {
        let max_depth = usize::try_from(read_max_depth(max_depth)?).unwrap_or_default();
        Ok(Self { top, max_depth, permission, rows: rows.max(1), changed_since: None })
    }

    /// Only the organisations where something has happened since this token.
    #[must_use]
    pub fn since(self, token: Option<String>) -> Self {
        Self { changed_since: token, ..self }
    }

    /// The progress before the first page.
    pub fn begin(&self) -> Progress {
        Progress::new(self.top)
    }

    /// The lines of the next page; there may be none. `None` at the end.
    pub async fn page(&self, request: &Request, progress: &mut Progress) -> Result<Option<Vec<u8>>> {
        let top = request.access.look(self.top).await?.ok_or(Error::NotFound)?;
        Reseller::of(&top).ok_or(Error::NotFound)?;
        top.require(Permission::ClientRead)?;
        let changed = match &self.changed_since {
            Some(token) => Some(since::organisations(request, since::position(request, token).await?).await?),
            None => None,
        };
        let is_wanted =
            |at: &Decision| self.includes(at) && changed.as_ref().is_none_or(|changed| changed.contains(&at.id()));
        let found = progress.next_clients(request, self.rows).await?;
        if found.is_empty() {
            return Ok(None);
        }
        let clients: Vec<Uuid> = found.iter().map(|(_, client)| client.organisation.id).collect();
        let decisions = request.access.look_bulk(&clients).await?;
        let included = decisions.values().filter(|at| is_wanted(at));
        let figures = AllFigures::load(request, included).await?;
        let mut paths: HashMap<usize, Vec<String>> = HashMap::new();
        let mut lines = Vec::with_capacity(found.len() * 1_536);
        for (reseller, client) in &found {
            let Some(decision) = decisions.get(&client.organisation.id) else { continue };
            let is_in_force = standing(client.starts_at, client.ends_at, request.now()) == PartnershipState::Active;
            let has_clients = Reseller::of(decision).is_some() && decision.grants.has(Permission::ClientRead);
            if is_in_force && has_clients {
                progress.add(decision.id(), *reseller, self.max_depth);
            }
            if !is_wanted(decision) {
                continue;
            }
            let path = paths.entry(*reseller).or_insert_with(|| progress.path(*reseller));
            let visible = decision.authorise(Permission::OrganisationRead).ok();
            write_line(path, client, visible.as_ref(), figures.of(decision), request.now(), &mut lines)?;
        }
        Ok(Some(lines))
    }

    fn includes(&self, decision: &Decision) -> bool {
        self.permission.is_none_or(|permission| decision.grants.has(permission))
    }
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
#[serde(rename_all = "camelCase")]
struct CardPart<'a> {
    id: String,
    organisation_id: String,
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
    seats: Option<SeatsPart>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MoneyPart {
    amount_minor: String,
    currency: String,
}

/// Numbers are texts, as in the schema.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SeatsPart {
    granted: String,
    assigned: String,
    #[serde(rename = "active30")]
    active_30: String,
    never: String,
}

impl From<Seats> for SeatsPart {
    fn from(seats: Seats) -> Self {
        let [granted, assigned, active_30, never] =
            [seats.granted, seats.assigned, seats.active_30, seats.never].map(|number| number.to_string());
        Self { granted, assigned, active_30, never }
    }
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

/// Appends the line of a client, with a line feed. `path` leads down to the client, and `visible` is the client if the
/// viewer sees it.
fn write_line(
    path: &[String],
    client: &Client,
    visible: Option<&Authorised>,
    figures: Figures,
    now: DateTimeUtc,
    lines: &mut Vec<u8>,
) -> Result<()> {
    let row = &client.organisation;
    let id = Type::Organisation.id(row.id).0;
    let kind = enum_value(OrganisationKind::from(row.kind));
    let withheld = withheld(visible.is_some(), &figures);
    let organisation = visible.map(|at| organisation(at, id.clone(), kind.clone(), figures)).transpose()?;
    let line = Line {
        depth: path.len(),
        path,
        partnership: partnership(client, now),
        client: CardPart { id: Type::OrganisationCard.id(row.id).0, organisation_id: id, name: &row.name, kind },
        organisation,
        withheld,
    };
    serde_json::to_writer(&mut *lines, &line).map_err(Error::fault)?;
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

fn organisation(at: &Authorised, id: String, kind: Value, figures: Figures) -> Result<OrganisationPart<'_>> {
    let Figures { members, subscribed, invoiced, seats } = figures;
    let monthly = subscribed.as_ref().map(Subscribed::monthly).transpose()?;
    Ok(OrganisationPart {
        id,
        name: &at.row().name,
        kind,
        state: enum_value(OrganisationState::from(at.state())),
        viewer_permissions: Names(at.grants.own),
        overview: OverviewPart {
            member_count: members,
            subscription_count: subscribed.map(|subscribed| subscribed.count),
            monthly_recurring: monthly.map(amounts),
            open_invoices: invoiced.as_ref().map(|invoiced| invoices(&invoiced.open)).transpose()?,
            overdue_invoices: invoiced.as_ref().map(|invoiced| invoices(&invoiced.overdue)).transpose()?,
            seats: seats.map(SeatsPart::from),
        },
    })
}

/// The names of the fields that are null because the viewer may not see them.
fn withheld(is_visible: bool, figures: &Figures) -> Vec<&'static str> {
    if !is_visible {
        return vec!["organisation"];
    }
    let names: [(bool, &[&str]); 4] = [
        (figures.members.is_some(), &["memberCount"]),
        (figures.subscribed.is_some(), &["subscriptionCount", "monthlyRecurring"]),
        (figures.invoiced.is_some(), &["openInvoices", "overdueInvoices"]),
        (figures.seats.is_some(), &["seats"]),
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
