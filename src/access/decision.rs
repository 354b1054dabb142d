//! A decision: an organisation and what the viewer may do there.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::Arc;

use entity::organisation;
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::explain::explain;
use super::graph::{Graph, Holdings, Kind, OrganisationState, mask_own};
use super::guard::{Exists, GrantsAt, Side};
use super::lapsed::Counting;
use super::path::Path;
use super::permission::Permission;
use super::resolver::{ClientReach, Flow, client_reach, flows, partnership_for, resolve};
use super::set::{Grants, PermissionSet};
use super::walk::Neighbourhood;
use crate::base::error::{Error, Result};

/// An organisation and what the viewer may do there.
#[derive(Clone, Debug)]
pub struct Decision {
    pub(super) row: Arc<organisation::Model>,
    /// The decision.
    pub grants: Grants,
    /// The part of the graph it was made from.
    pub(super) origin: Arc<Origin>,
}

/// A part of the graph, what the viewer holds there, and the resulting flows.
#[derive(Debug)]
pub(super) struct Origin {
    pub(super) graph: Graph,
    holdings: Arc<Holdings>,
    flows: HashMap<Uuid, Flow>,
}

/// An organisation at which the viewer holds the required permission. Only a check creates one.
#[derive(Clone, Debug)]
pub struct Authorised(Decision);

impl Authorised {
    /// The organisation's row.
    pub const fn row(&self) -> &Arc<organisation::Model> {
        &self.0.row
    }
}

impl Deref for Authorised {
    type Target = Decision;

    fn deref(&self) -> &Decision {
        &self.0
    }
}

/// The part of an organisation that every counterparty sees.
#[derive(Clone, Debug)]
pub struct Card {
    /// Its key.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// What kind of organisation it is.
    pub kind: Kind,
}

/// A loaded row. Nothing can be read from it until it has become an object that the viewer may see.
pub struct Unchecked<T>(T);

impl<T> Unchecked<T> {
    /// A row as loaded from the database.
    pub const fn new(row: T) -> Self {
        Self(row)
    }

    /// A key in the row: the organisation that decides whether the viewer may see the object.
    pub fn key(&self, read: impl FnOnce(&T) -> Uuid) -> Uuid {
        read(&self.0)
    }

    /// The object made from the row, if it exists for the viewer.
    pub fn visible<O: Exists>(self, object: impl FnOnce(T) -> O) -> Option<O> {
        object(self.0).if_visible()
    }
}

impl Decision {
    /// The key of the organisation.
    pub fn id(&self) -> Uuid {
        self.row.id
    }

    /// Whether it is active, suspended or closed.
    pub fn state(&self) -> OrganisationState {
        self.row.state
    }

    /// The card that a counterparty sees, whatever the viewer holds here.
    pub fn card(&self) -> Card {
        Card { id: self.row.id, name: self.row.name.clone(), kind: self.row.kind }
    }

    /// The organisation, if the viewer holds the permission there.
    pub fn authorise(&self, permission: Permission) -> Result<Authorised> {
        self.require(permission)?;
        Ok(Authorised(self.clone()))
    }

    /// The organisation, if the viewer would hold the permission there if it were active.
    pub fn authorise_unmasked(&self, permission: Permission, now: DateTimeUtc) -> Result<Authorised> {
        if !self.unmasked(now).has(permission) {
            self.require(permission)?;
        }
        Ok(Authorised(self.clone()))
    }

    /// Refuses viewers without the permission. If they may not even see the organisation, the error is "not found".
    pub fn require(&self, permission: Permission) -> Result<()> {
        if self.grants.has(permission) {
            return Ok(());
        }
        if self.grants.has(Permission::OrganisationRead) {
            return Err(Error::Forbidden { permission, organisation: self.row.id });
        }
        Err(Error::NotFound)
    }

    /// The viewer's grants here as if the organisation were active. Acts that take something away use these: a
    /// suspension hides the difference between an owner and an admin, and whoever could close an organisation may
    /// reopen it.
    pub fn unmasked(&self, now: DateTimeUtc) -> Grants {
        let graph = self.as_if_active();
        resolve(&graph, &self.origin.holdings, now).get(&self.row.id).copied().unwrap_or_default()
    }

    /// The shortest path by which the viewer holds the permission here, or would if the organisation were active. See
    /// `unmasked`.
    pub(super) fn way(&self, permission: Permission, now: DateTimeUtc) -> Option<Path> {
        let shortest = |graph: &Graph| {
            explain(graph, &self.origin.holdings, self.row.id, permission, now).paths.into_iter().next()
        };
        let is_masked = self.row.state != OrganisationState::Active;
        shortest(&self.origin.graph).or_else(|| is_masked.then(|| shortest(&self.as_if_active())).flatten())
    }

    /// The graph above the organisation, as if the organisation were active.
    fn as_if_active(&self) -> Graph {
        let mut graph = self.origin.graph.above(self.row.id);
        if let Some(node) = graph.nodes.get_mut(&self.row.id) {
            node.state = OrganisationState::Active;
        }
        graph
    }

    /// What the organisation's state leaves of a set that is held here.
    pub fn left_of(&self, set: PermissionSet) -> PermissionSet {
        mask_own(self.row.state, set)
    }

    /// Whether the viewer is a member here by a membership that counts.
    pub fn is_member(&self, now: DateTimeUtc) -> bool {
        Counting::new(&self.origin.holdings, now).counts_at(self.row.id)
    }

    /// Whether the viewer is a member here without the second factor that is required.
    pub(super) fn lacks_second_factor(&self, now: DateTimeUtc) -> bool {
        Counting::new(&self.origin.holdings, now).lacks_second_factor(self.row.id)
    }

    /// The partnership without which the viewer would not hold all of this here, if there is one.
    pub fn partnership_for(&self, needed: Grants, now: DateTimeUtc) -> Option<Uuid> {
        partnership_for(&self.origin.graph, &self.origin.holdings, self.row.id, needed, now)
    }

    /// The partnerships in force above the organisation, as pairs of client and reseller. Runs no statement.
    pub fn partnerships_above(&self, now: DateTimeUtc) -> Vec<(Uuid, Uuid)> {
        let graph = self.origin.graph.above(self.row.id);
        graph.edges.iter().filter(|edge| edge.is_active(now)).map(|edge| (edge.client, edge.reseller)).collect()
    }

    /// The clients of this reseller at which the viewer holds the permission through partnerships with it.
    pub fn client_reach(&self, permission: Permission) -> ClientReach {
        client_reach(self.origin.flows.get(&self.row.id).copied().unwrap_or_default(), permission)
    }

    /// The viewer's grants for an object that belongs to this organisation alone.
    pub fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        matches!(side, Side::Organisation).then_some(GrantsAt { organisation: self.row.id, grants: self.grants })
    }
}

/// The decisions about all organisations of a part of the graph.
pub(super) fn decisions(neighbourhood: Neighbourhood, now: DateTimeUtc) -> HashMap<Uuid, Decision> {
    let Neighbourhood { graph, holdings, rows } = neighbourhood;
    let flows = flows(&graph, &holdings, now);
    let origin = Arc::new(Origin { graph, holdings, flows });
    let grants = |id: Uuid| origin.flows.get(&id).map_or(Grants::NONE, |flow| flow.grants);
    rows.into_iter().map(|(id, row)| (id, Decision { row, grants: grants(id), origin: Arc::clone(&origin) })).collect()
}
