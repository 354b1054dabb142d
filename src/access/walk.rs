//! Walks over the tenant graph: up from organisations, and down from what somebody holds. It goes over objects in memory,
//! and loads what is missing.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use entity::organisation;
use sea_orm::DatabaseTransaction;
use sea_orm::prelude::DateTimeUtc;
use tokio::sync::Mutex;
use uuid::Uuid;

use super::actor::{Subject, SubjectId};
use super::graph::{Edge, Graph, Holding, Holdings, Kind as OrganisationKind, Node, PartnershipState};
use super::kept::{
    CLIENTS, HOLDINGS, MEMBERS, OF_CLIENTS, OF_MEMBERS, OF_PERSON, OPERATOR, ORGANISATION, OfHoldings, OfOperator,
    OfOrganisation, PERSON, Person, Placed,
};
use super::many::Gathered;
use super::store;
use crate::base::db::Db;
use crate::base::error::Result;
use crate::base::memory::{Gaps, Sight};

/// A part of the tenant graph that is closed upwards, and what one subject holds.
#[derive(Debug, Default)]
pub struct Neighbourhood {
    /// Organisations and partnerships.
    pub graph: Graph,
    /// What the subject holds.
    pub holdings: Arc<Holdings>,
    /// The organisations' rows.
    pub rows: HashMap<Uuid, Arc<organisation::Model>>,
}

/// The clients of resellers.
pub type Clients = HashMap<Uuid, Arc<Vec<Uuid>>>;

/// The partnerships to follow.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Partnerships {
    /// Those that have not been ended: enough for a decision.
    Active,
    /// All, including past ones: for an explanation.
    All,
}

impl Partnerships {
    fn follow(self, edge: &Edge) -> bool {
        self == Self::All || edge.state == PartnershipState::Active
    }
}

/// Some organisations, everything above them, and what everybody holds there.
#[derive(Debug, Default)]
pub struct Accessible {
    /// The graph; its holdings are empty.
    pub neighbourhood: Neighbourhood,
    /// What each user holds.
    pub users: HashMap<Uuid, Arc<Holdings>>,
    /// What each key holds.
    pub keys: HashMap<Uuid, (String, Holdings)>,
    /// Names of the users.
    pub names: HashMap<Uuid, String>,
}

/// The walks of one request.
#[derive(Clone, Copy)]
pub struct Walk<'a> {
    /// The database.
    pub db: &'a Db,
    /// What the request may take from memory.
    pub sight: &'a Sight,
    /// What the actor of the request holds, once it is known.
    pub held: &'a Held,
}

/// What the actor of a request holds. It is read once, also for walks at the same time.
#[derive(Default)]
pub struct Held(Mutex<Option<(Uuid, Arc<Holdings>)>>);

impl Held {
    /// A change may have outdated it.
    pub fn forget(&self) {
        // Mutations run one after the other, so nobody else holds the lock.
        if let Ok(mut held) = self.0.try_lock() {
            *held = None;
        }
    }
}

impl Walk<'_> {
    /// The organisations and everything above them. The operator is always included. Unknown ids are left out.
    pub async fn climb(&self, subject: Subject, ids: &[Uuid], which: Partnerships) -> Result<Neighbourhood> {
        let (placed, holdings) = futures_util::future::try_join(self.placed(ids, which), self.held_by(subject)).await?;
        Ok(neighbourhood(placed, holdings, subject, which))
    }

    async fn placed(&self, ids: &[Uuid], which: Partnerships) -> Result<HashMap<Uuid, Arc<Placed>>> {
        let mut found: HashMap<Uuid, Arc<Placed>> = HashMap::with_capacity(ids.len() + 4);
        let mut seen: HashSet<Uuid> = HashSet::with_capacity(ids.len() + 4);
        let mut waiting = ids.to_vec();
        let operator = self.sight.get::<Uuid>(&OPERATOR).and_then(|known| known.value);
        waiting.extend(operator);
        let mut has_operator = operator.is_some();
        let resellers = |placed: &Placed| -> Vec<Uuid> {
            placed.above.iter().filter(|edge| which.follow(edge)).map(|edge| edge.reseller).collect()
        };
        loop {
            let mut gaps = Gaps::new(ORGANISATION);
            while let Some(id) = waiting.pop() {
                if seen.insert(id)
                    && let Some(Some(placed)) = self.sight.recall::<Arc<Placed>>(id, &mut gaps)
                {
                    waiting.extend(resellers(&placed));
                    found.insert(id, placed);
                }
            }
            if gaps.ids.is_empty() && has_operator {
                return Ok(found);
            }
            let since = self.sight.begin();
            let loaded = store::climb(self.db, &gaps.ids).await?;
            self.sight.fill(gaps, &loaded, &OfOrganisation, since).await?;
            let operator = loaded.iter().find(|(_, placed)| placed.row.kind == OrganisationKind::Operator);
            if let (Some(since), Some((id, _))) = (since, operator) {
                self.sight.put(OPERATOR, Some(id), &OfOperator, since);
            }
            // Without any operator in the database, there is none to wait for.
            has_operator = true;
            for (id, placed) in loaded {
                seen.insert(id);
                waiting.extend(resellers(&placed));
                found.insert(id, placed);
            }
        }
    }

    async fn held_by(&self, subject: Subject) -> Result<Arc<Holdings>> {
        let Subject::User(user) = subject else { return Ok(Arc::default()) };
        let mut known = self.held.0.lock().await;
        if let Some((id, held)) = &*known
            && *id == user
        {
            return Ok(Arc::clone(held));
        }
        let held = self.holdings(&[user]).await?.remove(&user).unwrap_or_default();
        *known = Some((user, Arc::clone(&held)));
        Ok(held)
    }

    async fn holdings(&self, users: &[Uuid]) -> Result<HashMap<Uuid, Arc<Holdings>>> {
        let load = async |users: Vec<Uuid>| store::holdings(self.db.reader(), self.db, &users).await;
        self.sight.load_many(HOLDINGS, users, &OfHoldings, load).await
    }

    /// Everything that the subject can reach, from what it holds downwards, and all above that.
    pub async fn descend(&self, subject: Subject) -> Result<Neighbourhood> {
        let holdings = self.held_by(subject).await?;
        let held: Vec<(Uuid, bool)> = match subject {
            Subject::Nobody => return Ok(Neighbourhood::default()),
            Subject::User(_) => holdings.iter().map(|(id, held)| (*id, !held.sets().clients.is_empty())).collect(),
            Subject::Key { organisation_id, scopes, .. } => vec![(organisation_id, !scopes.clients.is_empty())],
        };
        let flows: Vec<Uuid> = held.iter().filter(|(_, flows)| *flows).map(|(id, _)| *id).collect();
        let mut reached = below(&self.clients(&flows).await?, &flows);
        reached.extend(held.iter().map(|(id, _)| *id));
        let reached: Vec<Uuid> = reached.into_iter().collect();
        let found = self.climb(subject, &reached, Partnerships::Active).await?;
        // The operator has an implicit partnership with everybody.
        if found.graph.operator().is_some_and(|operator| flows.contains(&operator)) {
            return self.climb(subject, &store::all(self.db).await?, Partnerships::Active).await;
        }
        Ok(found)
    }

    /// The clients of these resellers and of all below them, by partnerships that nobody has ended.
    pub async fn clients(&self, tops: &[Uuid]) -> Result<Clients> {
        let mut found = Clients::new();
        let mut loaded: Clients = HashMap::new();
        let mut waiting = tops.to_vec();
        loop {
            let mut gaps = Gaps::new(CLIENTS);
            while let Some(id) = waiting.pop() {
                if found.contains_key(&id) {
                    continue;
                }
                let clients = match loaded.get(&id) {
                    Some(clients) => Some(Arc::clone(clients)),
                    None => self.sight.recall(id, &mut gaps).map(Option::unwrap_or_default),
                };
                if let Some(clients) = clients {
                    waiting.extend(clients.iter());
                    found.insert(id, clients);
                }
            }
            if gaps.ids.is_empty() {
                return Ok(found);
            }
            let since = self.sight.begin();
            let mut read = store::clients(self.db, &gaps.ids).await?;
            // Those without clients were read too.
            let all: Vec<Uuid> = read.values().flat_map(|clients| clients.iter()).chain(&gaps.ids).copied().collect();
            for id in all {
                read.entry(id).or_default();
            }
            waiting.clone_from(&gaps.ids);
            self.sight.fill(gaps, &read, &OF_CLIENTS, since).await?;
            loaded.extend(read);
        }
    }

    /// The organisations with everything above them, and what the subjects hold: users that are active, and keys that work.
    pub async fn gather(&self, subjects: &[SubjectId], ids: &[Uuid], now: DateTimeUtc) -> Result<Gathered> {
        let (mut users, mut keys) = (Vec::new(), Vec::new());
        for subject in subjects {
            match subject {
                SubjectId::User(id) => users.push(*id),
                SubjectId::Key(id) => keys.push(*id),
            }
        }
        let placed = self.placed(ids, Partnerships::Active);
        let working =
            async { if keys.is_empty() { Ok(Vec::new()) } else { store::keys_by_id(self.db, &keys, now).await } };
        let (placed, active, working) = futures_util::future::try_join3(placed, self.active(&users), working).await?;
        let graph = graph(&placed, Partnerships::Active);
        let mut held: HashMap<SubjectId, Arc<Holdings>> =
            active.into_iter().map(|(user, holdings)| (SubjectId::User(user), holdings)).collect();
        for (id, _, organisation, scopes) in working {
            // What a key holds at an organisation that is not above, leads nowhere.
            if let Some(node) = graph.nodes.get(&organisation) {
                let holding = Holding::key(id, scopes, node.kind);
                held.insert(SubjectId::Key(id), Arc::new(Holdings::from([(organisation, holding)])));
            }
        }
        Ok(Gathered { graph, held })
    }

    /// What those of the users hold that are active.
    async fn active(&self, users: &[Uuid]) -> Result<HashMap<Uuid, Arc<Holdings>>> {
        let (people, mut holdings) = futures_util::future::try_join(self.people(users), self.holdings(users)).await?;
        holdings.retain(|id, _| people.get(id).is_some_and(|person| person.is_active));
        Ok(holdings)
    }

    async fn people(&self, users: &[Uuid]) -> Result<HashMap<Uuid, Arc<Person>>> {
        let load = async |ids: Vec<Uuid>| store::people(self.db, &ids).await;
        self.sight.load_many(PERSON, users, &OF_PERSON, load).await
    }

    /// The subject with this id, if it may act at all.
    pub async fn subject(&self, id: SubjectId, now: DateTimeUtc) -> Result<Option<Subject>> {
        Ok(match id {
            SubjectId::User(id) => {
                let people = self.people(&[id]).await?;
                people.get(&id).filter(|person| person.is_active).map(|_| Subject::User(id))
            }
            SubjectId::Key(id) => {
                let found = store::keys_by_id(self.db, &[id], now).await?.into_iter().next();
                found.map(|(id, _, organisation_id, scopes)| Subject::Key { id, organisation_id, scopes })
            }
        })
    }

    /// Everything through which anybody can reach the organisations.
    pub async fn everybody(&self, ids: &[Uuid], now: DateTimeUtc) -> Result<Accessible> {
        let neighbourhood = self.climb(Subject::Nobody, ids, Partnerships::Active).await?;
        let scope: Vec<Uuid> = neighbourhood.graph.nodes.keys().copied().collect();
        let load = async |organisations: Vec<Uuid>| store::members(self.db, &organisations).await;
        let members = self.sight.load_many(MEMBERS, &scope, &OF_MEMBERS, load).await?;
        let users: HashSet<Uuid> = members.values().flat_map(|users| users.iter().copied()).collect();
        let users: Vec<Uuid> = users.into_iter().collect();
        let people = self.people(&users).await?;
        let active: Vec<Uuid> = people.iter().filter(|(_, person)| person.is_active).map(|(id, _)| *id).collect();
        let (users, stored) =
            futures_util::future::try_join(self.holdings(&active), store::keys(self.db, &scope, now)).await?;
        let mut keys = HashMap::with_capacity(stored.len());
        for (id, name, organisation, scopes) in stored {
            if let Some(node) = neighbourhood.graph.nodes.get(&organisation) {
                let holding = Holding::key(id, scopes, node.kind);
                keys.insert(id, (name, Holdings::from([(organisation, holding)])));
            }
        }
        let names = users.keys().filter_map(|id| Some((*id, people.get(id)?.name.clone()))).collect();
        Ok(Accessible { neighbourhood, users, keys, names })
    }
}

/// The organisations below these.
pub fn below(clients: &Clients, tops: &[Uuid]) -> HashSet<Uuid> {
    let mut found = HashSet::new();
    let mut waiting = tops.to_vec();
    while let Some(id) = waiting.pop() {
        let clients = clients.get(&id).into_iter().flat_map(|clients| clients.iter().copied());
        waiting.extend(clients.filter(|client| found.insert(*client)));
    }
    found
}

/// The organisation and everything above it, as the transaction sees it.
pub async fn climb_in(
    tx: &DatabaseTransaction,
    db: &Db,
    subject: Subject,
    organisation: Uuid,
) -> Result<Neighbourhood> {
    Ok(seen_by(subject, store::climb_in(tx, db, subject, organisation).await?))
}

/// The same for a subject that acts; `None` if it may not act at all.
pub async fn climb_to_act(
    tx: &DatabaseTransaction,
    db: &Db,
    (subject, now): (Subject, DateTimeUtc),
    organisation: Uuid,
) -> Result<Option<Neighbourhood>> {
    let climbed = store::climb_to_act(tx, db, (subject, now), organisation).await?;
    Ok(climbed.map(|climbed| seen_by(subject, climbed)))
}

fn seen_by(subject: Subject, climbed: store::Climbed) -> Neighbourhood {
    neighbourhood(climbed.placed, Arc::new(climbed.holdings), subject, Partnerships::Active)
}

fn graph(placed: &HashMap<Uuid, Arc<Placed>>, which: Partnerships) -> Graph {
    let mut graph = Graph { nodes: HashMap::with_capacity(placed.len()), edges: Vec::with_capacity(placed.len()) };
    for (id, placed) in placed {
        graph.nodes.insert(*id, Node { state: placed.row.state, kind: placed.row.kind });
        graph.edges.extend(placed.above.iter().filter(|edge| which.follow(edge)).copied());
    }
    graph
}

/// The graph of organisations with what the subject holds.
fn neighbourhood(
    placed: HashMap<Uuid, Arc<Placed>>,
    mut holdings: Arc<Holdings>,
    subject: Subject,
    which: Partnerships,
) -> Neighbourhood {
    let graph = graph(&placed, which);
    let rows = placed.into_iter().map(|(id, placed)| (id, Arc::clone(&placed.row))).collect();
    if let Subject::Key { id, organisation_id, scopes } = subject
        && let Some(node) = graph.nodes.get(&organisation_id)
    {
        holdings = Arc::new(Holdings::from([(organisation_id, Holding::key(id, scopes, node.kind))]));
    }
    Neighbourhood { graph, holdings, rows }
}
