//! Loads organisations together with the viewer's grants there: batched, and once per request and organisation.

use std::collections::{HashMap, HashSet};
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

use entity::organisation;
use sea_orm::DatabaseTransaction;
use sea_orm::prelude::DateTimeUtc;
use tokio::sync::Mutex as AsyncMutex;
use uuid::Uuid;

use super::actor::{Actor, Subject};
use super::explain::explain;
use super::graph::{Graph, Holdings, Kind, OrganisationState, mask_own};
use super::guard::{Exists, GrantsAt, Side};
use super::lapsed::Counting;
use super::path::{Explanation, Path, Step};
use super::permission::Permission;
use super::resolver::{ClientReach, Flow, client_reach, flows, partnership_for, resolve};
use super::set::{Grants, PermissionSet};
use super::store;
use super::walk::{Accessible, Clients, Held, Neighbourhood, Partnerships, Walk, below, climb_in};
use crate::base::batch::Batch;
use crate::base::db::Db;
use crate::base::error::{Error, Result};
use crate::base::memory::Sight;

/// An organisation and what the viewer may do there.
#[derive(Clone, Debug)]
pub struct Decision {
    row: Arc<organisation::Model>,
    /// The decision.
    pub grants: Grants,
    /// The part of the graph it was made from.
    origin: Arc<Origin>,
}

/// A part of the graph, what the viewer holds there, and the resulting flows.
#[derive(Debug)]
struct Origin {
    graph: Graph,
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
    fn way(&self, permission: Permission, now: DateTimeUtc) -> Option<Path> {
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
    fn lacks_second_factor(&self, now: DateTimeUtc) -> bool {
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

/// The role resolver for one request: its actor, its time, and the decisions so far.
pub struct Access {
    db: Db,
    sight: Arc<Sight>,
    held: Held,
    actor: Actor,
    now: DateTimeUtc,
    decided: Mutex<HashMap<Uuid, Decision>>,
    reached: AsyncMutex<Option<Arc<HashMap<Uuid, Decision>>>>,
    batch: Batch<Uuid, Decision>,
    everybody: Batch<Uuid, Arc<Accessible>>,
    clients: Batch<Uuid, Arc<Clients>>,
}

impl Access {
    /// A resolver for one request. All decisions apply to the given time.
    pub fn new(db: Db, actor: Actor, now: DateTimeUtc) -> Self {
        Self {
            sight: Arc::new(Sight::new(db.clone())),
            held: Held::default(),
            db,
            actor,
            now,
            decided: Mutex::default(),
            reached: AsyncMutex::default(),
            batch: Batch::default(),
            everybody: Batch::default(),
            clients: Batch::default(),
        }
    }

    /// The actor of the request.
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The time to which all decisions apply.
    pub const fn now(&self) -> DateTimeUtc {
        self.now
    }

    /// The database.
    pub const fn db(&self) -> &Db {
        &self.db
    }

    /// What the request may take from memory.
    pub const fn sight(&self) -> &Arc<Sight> {
        &self.sight
    }

    fn walk(&self) -> Walk<'_> {
        Walk { db: &self.db, sight: &self.sight, held: &self.held }
    }

    fn known(&self, id: Uuid) -> Option<Decision> {
        self.decided.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    /// Loads one organisation with the viewer's grants. It does not check whether the viewer may see it: the object
    /// made from the decision does.
    pub async fn look(&self, id: Uuid) -> Result<Option<Decision>> {
        if let Some(decision) = self.known(id) {
            return Ok(Some(decision));
        }
        self.look_anew(id).await
    }

    /// The same, but always with a statement, batched with those of its siblings. Otherwise the response time would
    /// reveal whether the viewer has any relation to the organisation.
    pub async fn look_anew(&self, id: Uuid) -> Result<Option<Decision>> {
        self.batch.load(id, async |ids| self.decide(&ids).await).await
    }

    /// Locks an organisation and checks the viewer's permission there, as the transaction sees it. Nobody else can
    /// change its memberships until the transaction ends.
    pub async fn authorise_in(&self, tx: &DatabaseTransaction, id: Uuid, permission: Permission) -> Result<Authorised> {
        store::lock(tx, id).await?;
        self.look_in(tx, id).await?.authorise(permission)
    }

    /// The same, with the permission checked as if the organisation were active.
    pub async fn authorise_unmasked_in(
        &self,
        tx: &DatabaseTransaction,
        id: Uuid,
        permission: Permission,
    ) -> Result<Authorised> {
        store::lock(tx, id).await?;
        self.look_in(tx, id).await?.authorise_unmasked(permission, self.now)
    }

    /// The grants of another subject at an organisation, as the transaction sees it. They hold until the transaction
    /// ends only if it has locked what they depend on.
    pub async fn grants_in(&self, tx: &DatabaseTransaction, subject: Subject, organisation: Uuid) -> Result<Grants> {
        let neighbourhood = climb_in(tx, &self.db, subject, organisation).await?;
        Ok(decisions(neighbourhood, self.now).get(&organisation).map_or(Grants::NONE, |seen| seen.grants))
    }

    /// Loads an organisation again within a transaction that has locked it, because an earlier decision may be
    /// outdated. Refuses actors who have been disabled in the meantime, and keys that have been revoked.
    pub async fn look_in(&self, tx: &DatabaseTransaction, id: Uuid) -> Result<Decision> {
        let subject = self.actor.subject();
        if !store::is_working(tx, subject, self.now).await? {
            return Err(Error::sign_in());
        }
        let neighbourhood = climb_in(tx, &self.db, subject, id).await?;
        let seen = decisions(neighbourhood, self.now);
        self.decided.lock().unwrap_or_else(PoisonError::into_inner).extend(seen.clone());
        seen.get(&id).cloned().ok_or(Error::NotFound)
    }

    /// Loads many organisations at once. Unknown ids are left out.
    pub async fn look_all(&self, ids: impl IntoIterator<Item = Uuid>) -> Result<HashMap<Uuid, Decision>> {
        let looked = futures_util::future::join_all(ids.into_iter().map(async |id| (id, self.look(id).await))).await;
        let mut found = HashMap::with_capacity(looked.len());
        for (id, decision) in looked {
            if let Some(decision) = decision? {
                found.insert(id, decision);
            }
        }
        Ok(found)
    }

    /// The organisations below a reseller, by partnerships that nobody has ended, and those in force among them as pairs
    /// of reseller and client.
    pub async fn look_below(&self, reseller: Uuid) -> Result<(HashMap<Uuid, Decision>, Vec<(Uuid, Uuid)>)> {
        let load = async |tops: Vec<Uuid>| {
            let clients = Arc::new(self.walk().clients(&tops).await?);
            Ok(tops.into_iter().map(|top| (top, Arc::clone(&clients))).collect())
        };
        let clients = self.clients.load(reseller, load).await?.unwrap_or_default();
        let found = self.look_all(below(&clients, &[reseller])).await?;
        let mut origins: Vec<&Arc<Origin>> = found.values().map(|decision| &decision.origin).collect();
        origins.sort_unstable_by_key(|origin| Arc::as_ptr(origin));
        origins.dedup_by(|one, other| Arc::ptr_eq(one, other));
        let edges = origins.iter().flat_map(|origin| &origin.graph.edges);
        let inside = edges.filter(|edge| edge.is_active(self.now) && found.contains_key(&edge.client));
        let pairs: HashSet<(Uuid, Uuid)> = inside.map(|edge| (edge.reseller, edge.client)).collect();
        Ok((found, pairs.into_iter().collect()))
    }

    /// Decides about very many organisations, as for an export. Decisions are not kept for the request.
    pub async fn look_bulk(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, Decision>> {
        let neighbourhood = self.walk().climb(self.actor.subject(), ids, Partnerships::Active).await?;
        Ok(decisions(neighbourhood, self.now))
    }

    async fn decide(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, Decision>> {
        let neighbourhood = self.walk().climb(self.actor.subject(), ids, Partnerships::Active).await?;
        // All that is above is in the neighbourhood as well, so those decisions hold too.
        let seen = decisions(neighbourhood, self.now);
        self.decided.lock().unwrap_or_else(PoisonError::into_inner).extend(seen.clone());
        Ok(seen)
    }

    /// Every organisation at which the viewer holds anything, by any path.
    pub async fn reachable(&self) -> Result<Arc<HashMap<Uuid, Decision>>> {
        let mut reached = self.reached.lock().await;
        if let Some(decisions) = &*reached {
            return Ok(Arc::clone(decisions));
        }
        let mut seen = decisions(self.walk().descend(self.actor.subject()).await?, self.now);
        seen.retain(|_, seen| seen.grants.has(Permission::OrganisationRead));
        self.decided.lock().unwrap_or_else(PoisonError::into_inner).extend(seen.clone());
        Ok(Arc::clone(reached.insert(Arc::new(seen))))
    }

    /// The shortest path by which the viewer holds the permission at a loaded organisation, or would if it were active.
    /// Runs no statement.
    pub fn way(&self, organisation: Uuid, permission: Permission) -> Option<Path> {
        self.known(organisation)?.way(permission, self.now)
    }

    /// Whether the viewer's shortest path is that of the operator's staff.
    pub fn is_for_operator(&self, organisation: Uuid, permission: Permission) -> bool {
        matches!(self.way(organisation, permission).as_deref(), Some([.., Step::Operator { .. }]))
    }

    /// The refusal, with what to do if the viewer is a member there without the second factor that is required.
    pub fn clarified(&self, error: Error) -> Error {
        let Error::Forbidden { permission, organisation } = error else { return error };
        let decision = self.known(organisation);
        let is_barred = decision.is_some_and(|decision| decision.lacks_second_factor(self.now));
        if is_barred { Error::SecondFactorRequired { permission, organisation } } else { error }
    }

    /// Forgets all decisions, since a change may have outdated them.
    pub fn forget(&self) {
        self.decided.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.held.forget();
        // Mutations run one after the other, so nobody else holds the lock.
        if let Ok(mut reached) = self.reached.try_lock() {
            *reached = None;
        }
    }

    /// The paths by which a subject holds a permission at an organisation, or the closest misses.
    pub async fn explain(&self, subject: Subject, organisation: Uuid, permission: Permission) -> Result<Explanation> {
        let neighbourhood = self.walk().climb(subject, &[organisation], Partnerships::All).await?;
        Ok(explain(&neighbourhood.graph, &neighbourhood.holdings, organisation, permission, self.now))
    }

    /// Everybody who may hold anything at the organisation, with the graph above it. Concurrent calls share one load.
    pub async fn everybody(&self, organisation: Uuid) -> Result<Arc<Accessible>> {
        let load = async |ids: Vec<Uuid>| {
            let accessible = Arc::new(self.walk().everybody(&ids, self.now).await?);
            Ok(ids.into_iter().map(|id| (id, Arc::clone(&accessible))).collect())
        };
        Ok(self.everybody.load(organisation, load).await?.unwrap_or_default())
    }
}

fn decisions(neighbourhood: Neighbourhood, now: DateTimeUtc) -> HashMap<Uuid, Decision> {
    let Neighbourhood { graph, holdings, rows } = neighbourhood;
    let flows = flows(&graph, &holdings, now);
    let origin = Arc::new(Origin { graph, holdings, flows });
    let grants = |id: Uuid| origin.flows.get(&id).map_or(Grants::NONE, |flow| flow.grants);
    rows.into_iter().map(|(id, row)| (id, Decision { row, grants: grants(id), origin: Arc::clone(&origin) })).collect()
}
