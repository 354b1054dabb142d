//! The whole tree below a reseller as lines of JSON, page by page: with constant memory, however many clients there are.
//! Only the resellers of the tree are remembered, each by a few bytes.
//!
//! The tree is walked level by level, so that each reseller is met by its shortest way, and its clients are listed once.
//! Each page is decided anew, by the same rules as the fields of the schema.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use futures_util::future::try_join3;
use uuid::Uuid;

use super::line::{Figures, line};
use super::object::{Reseller, depth};
use super::store::{Client, Place, clients};
use crate::access::{Decision, Exists, Permission};
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::graphql::request::Request;
use crate::organisation::Organisation;
use crate::partners::overview;
use crate::partners::partnership::{PartnershipState, standing};

/// Of how many resellers a page lists clients, where each has few.
const RESELLERS: usize = 64;

/// Which tree, and what of it.
#[derive(Clone, Copy, Debug)]
pub struct TreeExport {
    top: Uuid,
    max_depth: usize,
    permission: Option<Permission>,
    rows: usize,
}

/// How far an export has come.
pub struct Progress {
    /// The resellers whose clients are listed, in that order.
    steps: Vec<Step>,
    known: HashSet<Uuid>,
    /// The one whose clients come next, and the last of them that came.
    at: usize,
    behind: Option<Place>,
}

/// A reseller, and the place of the one above it.
struct Step {
    id: Uuid,
    above: Option<usize>,
    depth: usize,
}

/// A client, and the place of its reseller.
type Found = (usize, Client);

impl TreeExport {
    /// Of the reseller with this key. With a permission, only the organisations where the viewer holds it. So many rows
    /// are read at a time.
    pub fn new(top: Uuid, max_depth: Option<i32>, permission: Option<Permission>, rows: usize) -> Result<Self> {
        let max_depth = usize::try_from(depth(max_depth)?).unwrap_or_default();
        Ok(Self { top, max_depth, permission, rows: rows.max(1) })
    }

    /// Before the first page.
    pub fn begin(&self) -> Progress {
        let top = Step { id: self.top, above: None, depth: 0 };
        Progress { steps: vec![top], known: HashSet::from([self.top]), at: 0, behind: None }
    }

    /// The lines of the next page, which may be none; `None` at the end. The right to each of them is judged anew each
    /// time, with the rights to the resellers above: an error if it is gone where the list of a reseller had begun.
    pub async fn page(&self, request: &Request, progress: &mut Progress) -> Result<Option<Vec<u8>>> {
        let top = request.access.look(self.top).await?.ok_or(Error::NotFound)?;
        Reseller::of(&top).ok_or(Error::NotFound)?;
        top.require(Permission::ClientRead)?;
        let found = self.find(request, progress).await?;
        if found.is_empty() {
            return Ok(None);
        }
        let rows = found.iter().map(|(_, client)| Arc::clone(&client.organisation)).collect();
        let seen = request.access.look_bulk(rows).await?;
        let mut figures = self.figures(request, &seen).await?;
        let mut ways: HashMap<usize, Vec<String>> = HashMap::new();
        let mut lines = Vec::with_capacity(found.len() * 1_536);
        for (step, client) in &found {
            let Some(at) = seen.get(&client.organisation.id) else { continue };
            progress.go_on(*step, client, at, self.max_depth, request);
            if !self.wants(at) {
                continue;
            }
            let path = ways.entry(*step).or_insert_with(|| progress.way(*step));
            let visible = Organisation::of(at).map(|_| at);
            line(path, client, visible, figures.of(at), request.now(), &mut lines)?;
        }
        Ok(Some(lines))
    }

    fn wants(&self, seen: &Decision) -> bool {
        self.permission.is_none_or(|permission| seen.grants.has(permission))
    }

    /// The clients of the next page.
    async fn find(&self, request: &Request, progress: &mut Progress) -> Result<Vec<Found>> {
        let mut found: Vec<Found> = Vec::new();
        while found.is_empty() && progress.at < progress.steps.len() {
            let end = progress.steps.len().min(progress.at + RESELLERS);
            let ids: Vec<Uuid> = progress.steps[progress.at..end].iter().map(|step| step.id).collect();
            let seen = request.access.look_all(ids).await?;
            while progress.at < end && found.len() < self.rows {
                let step = &progress.steps[progress.at];
                let may = seen.get(&step.id).is_some_and(|seen| seen.grants.has(Permission::ClientRead));
                if !may && progress.behind.is_some() {
                    return Err(Error::Forbidden { permission: Permission::ClientRead, organisation: step.id });
                }
                let wanted = self.rows - found.len();
                let some =
                    if may { clients(request.db(), step.id, progress.behind, wanted).await? } else { Vec::new() };
                if some.len() < wanted {
                    progress.behind = None;
                    progress.at += 1;
                    found.extend(some.into_iter().map(|client| (progress.at - 1, client)));
                } else {
                    progress.behind = some.last().map(|client| (client.created_at, client.partnership));
                    found.extend(some.into_iter().map(|client| (progress.at, client)));
                }
            }
        }
        Ok(found)
    }

    /// What is counted for those where the viewer may have it.
    async fn figures(&self, request: &Request, seen: &HashMap<Uuid, Decision>) -> Result<AllFigures> {
        let (db, today) = (request.db(), request.now().date_naive());
        let with = |permission: Permission| -> Vec<Uuid> {
            let held = seen.values().filter(|at| self.wants(at) && at.grants.has(permission));
            held.map(|at| at.id()).collect()
        };
        let [members, subscriptions, invoices] =
            [Permission::MemberRead, Permission::SubscriptionRead, Permission::InvoiceRead].map(with);
        let (members, recurring, owed) = try_join3(
            overview::store::members_of(db, &members),
            overview::store::subscribed_of(db, &subscriptions),
            overview::store::invoiced_of(db, &invoices, today),
        )
        .await?;
        Ok(AllFigures { members, subscribed: recurring, invoiced: owed })
    }
}

impl Progress {
    /// Remembers a client that is a reseller, if its clients are to be listed.
    fn go_on(&mut self, step: usize, client: &Client, seen: &Decision, max_depth: usize, request: &Request) {
        let depth = self.steps[step].depth + 1;
        let is_in_force = standing(client.starts_at, client.ends_at, request.now()) == PartnershipState::Active;
        let has_clients = Reseller::of(seen).is_some() && seen.grants.has(Permission::ClientRead);
        if is_in_force && has_clients && depth < max_depth && self.known.insert(seen.id()) {
            self.steps.push(Step { id: seen.id(), above: Some(step), depth });
        }
    }

    /// Ids of the resellers on the way down to the clients of one, with itself.
    fn way(&self, step: usize) -> Vec<String> {
        let mut way = Vec::new();
        let mut at = self.steps.get(step);
        while let Some(step) = at {
            way.push(Type::Organisation.id(step.id).0);
            at = step.above.and_then(|above| self.steps.get(above));
        }
        way.reverse();
        way
    }
}

/// What was counted for a page. Who has nothing of something is not in it.
struct AllFigures {
    members: HashMap<Uuid, u64>,
    subscribed: HashMap<Uuid, overview::Subscribed>,
    invoiced: HashMap<Uuid, overview::Invoiced>,
}

impl AllFigures {
    fn of(&mut self, seen: &Decision) -> Figures {
        let (id, may) = (&seen.id(), |permission| seen.grants.has(permission));
        Figures {
            members: may(Permission::MemberRead).then(|| self.members.get(id).copied().unwrap_or_default()),
            subscribed: may(Permission::SubscriptionRead).then(|| self.subscribed.get(id).cloned().unwrap_or_default()),
            invoiced: may(Permission::InvoiceRead).then(|| self.invoiced.get(id).cloned().unwrap_or_default()),
        }
    }
}
