//! The walk of an export through the tree: level by level, one page of clients at a time.
//!
//! It remembers only the resellers of the tree, a few bytes for each. Each reseller is reached by its shortest path, so
//! its clients are listed once.

use std::collections::HashSet;

use uuid::Uuid;

use super::store::{Client, Cursor, list_clients};
use crate::access::Permission;
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::graphql::request::Request;

/// The number of resellers that are looked up at once.
const RESELLERS: usize = 64;

/// How far an export has come.
pub struct Progress {
    /// The resellers to visit, in this order.
    resellers: Vec<Step>,
    known: HashSet<Uuid>,
    /// The index of the reseller whose clients come next.
    current: usize,
    /// The last client of the current reseller that was listed.
    after: Option<Cursor>,
}

/// A reseller, and the index of the reseller above it.
struct Step {
    id: Uuid,
    above: Option<usize>,
    depth: usize,
}

/// A client, and the index of its reseller.
pub type Found = (usize, Client);

impl Progress {
    /// The start of a walk from the reseller with this key.
    pub fn new(top: Uuid) -> Self {
        let step = Step { id: top, above: None, depth: 0 };
        Self { resellers: vec![step], known: HashSet::from([top]), current: 0, after: None }
    }

    /// The next clients, at most `limit`; none at the end. Resellers whose clients the viewer may not see are skipped. It
    /// is an error if the viewer lost that permission while the list of a reseller was being read.
    pub async fn next_clients(&mut self, request: &Request, limit: usize) -> Result<Vec<Found>> {
        let mut found: Vec<Found> = Vec::new();
        while found.is_empty() && self.current < self.resellers.len() {
            let end = self.resellers.len().min(self.current + RESELLERS);
            let ids: Vec<Uuid> = self.resellers[self.current..end].iter().map(|step| step.id).collect();
            let decisions = request.access.look_all(ids).await?;
            while self.current < end && found.len() < limit {
                let reseller = self.resellers[self.current].id;
                let may_read =
                    decisions.get(&reseller).is_some_and(|decision| decision.grants.has(Permission::ClientRead));
                if !may_read && self.after.is_some() {
                    return Err(Error::Forbidden { permission: Permission::ClientRead, organisation: reseller });
                }
                let wanted = limit - found.len();
                let clients =
                    if may_read { list_clients(request.db(), reseller, self.after, wanted).await? } else { Vec::new() };
                let index = self.current;
                if clients.len() < wanted {
                    self.after = None;
                    self.current += 1;
                } else {
                    self.after = clients.last().map(|client| (client.created_at, client.partnership));
                }
                found.extend(clients.into_iter().map(|client| (index, client)));
            }
        }
        Ok(found)
    }

    /// Adds a client that is a reseller to the walk, unless it is too deep or already known. `above` is the index of its
    /// reseller.
    pub fn add(&mut self, reseller: Uuid, above: usize, max_depth: usize) {
        let depth = self.resellers[above].depth + 1;
        if depth < max_depth && self.known.insert(reseller) {
            self.resellers.push(Step { id: reseller, above: Some(above), depth });
        }
    }

    /// The ids on the path down to a reseller, which comes last.
    pub fn path(&self, reseller: usize) -> Vec<String> {
        let mut path = Vec::new();
        let mut next = self.resellers.get(reseller);
        while let Some(step) = next {
            path.push(Type::Organisation.id(step.id).0);
            next = step.above.and_then(|above| self.resellers.get(above));
        }
        path.reverse();
        path
    }
}
