//! Loads organisations together with the viewer's grants there: batched, and once per request and organisation.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use sea_orm::DatabaseTransaction;
use sea_orm::prelude::DateTimeUtc;
use tokio::sync::Mutex as AsyncMutex;
use tracing::Instrument;
use uuid::Uuid;

use super::actor::{Actor, Subject, SubjectId};
use super::decision::{Authorised, Decision, Origin, decisions};
use super::explain::explain;
use super::graph::Kind;
use super::many::Gathered;
use super::path::{Explanation, Path, Step};
use super::permission::Permission;
use super::set::Grants;
use super::store;
use super::walk::{Accessible, Clients, Held, Partnerships, Walk, below, climb_in, climb_to_act};
use crate::base::batch::Batch;
use crate::base::db::Db;
use crate::base::error::{Error, Result};
use crate::base::memory::Sight;

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

    /// Loads the operator with the viewer's grants there, if there is one.
    pub async fn look_at_operator(&self) -> Result<Option<Decision>> {
        let seen = self.decide(&[]).await?;
        Ok(seen.into_values().find(|decision| decision.row.kind == Kind::Operator))
    }

    /// The operator, if any organisation has been looked at: each look finds it.
    pub fn operator(&self) -> Option<Uuid> {
        let decided = self.decided.lock().unwrap_or_else(PoisonError::into_inner);
        decided.values().find(|decision| decision.row.kind == Kind::Operator).map(Decision::id)
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
        store::lock_all(tx, &[id]).await?;
        self.look_in(tx, id).await?.authorise(permission)
    }

    /// The same, with the permission checked as if the organisation were active.
    pub async fn authorise_unmasked_in(
        &self,
        tx: &DatabaseTransaction,
        id: Uuid,
        permission: Permission,
    ) -> Result<Authorised> {
        store::lock_all(tx, &[id]).await?;
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
        let neighbourhood = climb_to_act(tx, &self.db, (subject, self.now), id).await?.ok_or_else(Error::sign_in)?;
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
        // For traces.
        let span = tracing::trace_span!("decide", organisations = ids.len());
        let walk = self.walk();
        let neighbourhood = walk.climb(self.actor.subject(), ids, Partnerships::Active).instrument(span).await?;
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
        let seen = self.reached_by(self.actor.subject()).await?;
        self.decided.lock().unwrap_or_else(PoisonError::into_inner).extend(seen.clone());
        Ok(Arc::clone(reached.insert(Arc::new(seen))))
    }

    /// Every organisation at which a subject holds anything, by any path.
    pub async fn reached_by(&self, subject: Subject) -> Result<HashMap<Uuid, Decision>> {
        let mut seen = decisions(self.walk().descend(subject).await?, self.now);
        seen.retain(|_, seen| seen.grants.has(Permission::OrganisationRead));
        Ok(seen)
    }

    /// The subject with this id, if it may act at all: a user that is active, or a key that works.
    pub async fn subject(&self, id: SubjectId) -> Result<Option<Subject>> {
        self.walk().subject(id, self.now).await
    }

    /// What decides for these subjects at these organisations. The number of statements does not depend on how many there
    /// are.
    pub async fn gather(&self, subjects: &[SubjectId], organisations: &[Uuid]) -> Result<Gathered> {
        self.walk().gather(subjects, organisations, self.now).await
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
