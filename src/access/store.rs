//! The statements of the role resolver. One loads a part of the tenant graph together with what a subject holds there.
#![expect(clippy::disallowed_methods, reason = "the statements of the role resolver stand here")]

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use entity::organisation;
use sea_orm::prelude::DateTimeUtc;
use sea_orm::sea_query::LockType;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, QueryResult, QuerySelect, Statement, Value,
};
use uuid::Uuid;

use super::actor::Subject;
use super::graph::{Edge, Graph, HeldRole, Holding, Holdings, Kind, Node, OrganisationState};
use super::lapsed::Tie;
use super::role::BuiltinRole;
use super::set::{Grants, PermissionSet};
use crate::base::db::Db;
use crate::base::error::{Error, Result};

/// A part of the tenant graph that is closed upwards, and what one subject holds in it.
#[derive(Debug, Default)]
pub struct Neighbourhood {
    /// Organisations and partnerships.
    pub graph: Graph,
    /// What the subject holds.
    pub holdings: Holdings,
    /// The organisations' rows.
    pub rows: HashMap<Uuid, Arc<organisation::Model>>,
}

/// The partnerships to load.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Partnerships {
    /// Those that have not been ended: enough for a decision.
    Active,
    /// All, including past ones: for an explanation.
    All,
}

impl Partnerships {
    const fn condition(self) -> &'static str {
        match self {
            Self::Active => "AND p.state = 'ACTIVE'",
            Self::All => "",
        }
    }
}

/// Loads the organisations and everything above them. The operator is always included.
pub async fn climb(db: &Db, subject: Subject, ids: &[Uuid], which: Partnerships) -> Result<Neighbourhood> {
    climb_by(db.reader(), db, subject, ids, which).await
}

/// The same within a transaction.
pub async fn climb_by(
    connection: &impl ConnectionTrait,
    db: &Db,
    subject: Subject,
    ids: &[Uuid],
    which: Partnerships,
) -> Result<Neighbourhood> {
    let user = if let Subject::User(id) = subject { id } else { Uuid::nil() };
    let theirs = "AND m.user_id = $2";
    let sql = format!("{}, {} {}", climbing(db, which), depending(theirs), selection(which, AND_UPHOLDING, theirs));
    let values = vec![db.keys(ids), user.into()];
    let rows = connection.query_all_raw(Statement::from_sql_and_values(db.backend(), sql, values)).await?;
    let (mut neighbourhood, mut held) = read(&rows)?;
    neighbourhood.holdings = held.remove(&user).unwrap_or_default();
    add_key(&mut neighbourhood, subject);
    Ok(neighbourhood)
}

/// Locks an organisation and loads its current row: nobody else can change its memberships until the transaction ends.
/// On SQLite, only one transaction writes at a time anyway. Rows that merely refer to the organisation can still be
/// written.
pub async fn lock(tx: &DatabaseTransaction, id: Uuid) -> Result<organisation::Model> {
    let query = organisation::Entity::find_by_id(id);
    let query =
        if tx.get_database_backend() == DbBackend::Postgres { query.lock(LockType::NoKeyUpdate) } else { query };
    query.one(tx).await?.ok_or(Error::NotFound)
}

/// Whether the subject may act at all: the user is not disabled, and the key is neither revoked nor expired.
pub async fn is_working(tx: &DatabaseTransaction, subject: Subject, now: DateTimeUtc) -> Result<bool> {
    let (sql, values): (&str, Vec<Value>) = match subject {
        Subject::Nobody => return Ok(false),
        Subject::User(id) => ("SELECT 1 FROM \"user\" WHERE id = $1 AND state = 'ACTIVE'", vec![id.into()]),
        Subject::Key { id, .. } => (
            "SELECT 1 FROM api_key WHERE id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)",
            vec![id.into(), now.into()],
        ),
    };
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, values);
    Ok(tx.query_one_raw(statement).await?.is_some())
}

/// Loads everything that the subject can reach, from what it holds downwards. The cost is linear in the result.
pub async fn descend(db: &Db, subject: Subject) -> Result<Neighbourhood> {
    let clients_flow = BuiltinRole::ALL.iter().filter(|role| !role.sets(false).clients.is_empty());
    let names: Vec<String> = clients_flow.map(|role| format!("'{}'", role.name())).collect();
    let (mine, user, parameters): (String, Uuid, Vec<Value>) = match subject {
        Subject::Nobody => return Ok(Neighbourhood::default()),
        Subject::User(id) => (
            format!(
                "SELECT m.organisation_id, (mr.builtin IN ({}) OR r.client_permissions <> 0), o.kind \
                 FROM membership m JOIN organisation o ON o.id = m.organisation_id \
                 JOIN membership_role mr ON mr.membership_id = m.id LEFT JOIN role r ON r.id = mr.role_id \
                 WHERE m.user_id = $1",
                names.join(", ")
            ),
            id,
            vec![id.into()],
        ),
        Subject::Key { organisation_id, scopes, .. } => (
            "SELECT o.id, $3, o.kind FROM organisation o WHERE o.id = $2".to_owned(),
            Uuid::nil(),
            vec![Uuid::nil().into(), organisation_id.into(), (!scopes.clients.is_empty()).into()],
        ),
    };
    let sql = format!(
        "WITH RECURSIVE mine(id, flows, kind) AS ({mine}), down(id) AS ( \
           SELECT id FROM mine WHERE flows \
           UNION SELECT o.id FROM organisation o WHERE EXISTS (SELECT 1 FROM mine WHERE flows AND kind = 'OPERATOR') \
           UNION SELECT p.client_id FROM down JOIN partnership p ON p.reseller_id = down.id AND p.state = 'ACTIVE' \
         ), scope(id) AS (SELECT id FROM down UNION SELECT id FROM mine) {}",
        selection(Partnerships::Active, SCOPE, "AND m.user_id = $1")
    );
    let rows = db.rows(sql, parameters).await?;
    let (mut neighbourhood, mut held) = read(&rows)?;
    neighbourhood.holdings = held.remove(&user).unwrap_or_default();
    add_key(&mut neighbourhood, subject);
    Ok(neighbourhood)
}

/// Some organisations, everything above them, and what everybody holds there.
#[derive(Debug, Default)]
pub struct Accessible {
    /// The graph; its holdings are empty.
    pub neighbourhood: Neighbourhood,
    /// What each user holds in it.
    pub users: HashMap<Uuid, Holdings>,
    /// What each key holds in it.
    pub keys: HashMap<Uuid, (String, Holdings)>,
    /// Names of the users.
    pub names: HashMap<Uuid, String>,
}

/// Loads everything through which anybody can reach the organisations, in three statements.
pub async fn everybody(db: &Db, ids: &[Uuid], now: DateTimeUtc) -> Result<Accessible> {
    let which = Partnerships::Active;
    let sql = format!(
        "{}, {} {}",
        climbing(db, which),
        depending(""),
        selection(which, AND_UPHOLDING, "AND u.state = 'ACTIVE'")
    );
    let (neighbourhood, users) = read(&db.rows(sql, vec![db.keys(ids)]).await?)?;
    let keys_of = format!(
        "{} SELECT k.id, k.name, k.organisation_id, k.permissions, k.client_permissions, k.expires_at \
         FROM scope JOIN api_key k ON k.organisation_id = scope.id WHERE k.revoked_at IS NULL",
        climbing(db, which)
    );
    let mut keys = HashMap::new();
    for row in db.rows(keys_of, vec![db.keys(ids)]).await? {
        let expires_at: Option<DateTimeUtc> = row.try_get_by_index(5)?;
        if expires_at.is_none_or(|end| now < end) {
            let key: Uuid = row.try_get_by_index(0)?;
            let organisation: Uuid = row.try_get_by_index(2)?;
            let Some(node) = neighbourhood.graph.nodes.get(&organisation) else { continue };
            let scopes = Grants {
                own: PermissionSet::from_stored(row.try_get_by_index(3)?),
                clients: PermissionSet::from_stored(row.try_get_by_index(4)?),
            };
            let holding = Holding::key(key, scopes, node.kind);
            keys.insert(key, (row.try_get_by_index(1)?, Holdings::from([(organisation, holding)])));
        }
    }
    let mut accessible = Accessible { neighbourhood, users, keys, names: HashMap::new() };
    let ids: Vec<Uuid> = accessible.users.keys().copied().collect();
    let sql = format!("SELECT id, name FROM \"user\" WHERE {}", db.among("id", 1));
    for row in db.rows(sql, vec![db.keys(&ids)]).await? {
        accessible.names.insert(row.try_get_by_index(0)?, row.try_get_by_index(1)?);
    }
    Ok(accessible)
}

/// The same graph as `climb`, for very many organisations whose rows are already loaded, as in exports. It loads the
/// partnerships above them and what the subject holds at them, and climbs only from the few resellers.
pub async fn load_bulk(db: &Db, subject: Subject, rows: Vec<Arc<organisation::Model>>) -> Result<Neighbourhood> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let links = format!(
        "SELECT p.id, p.client_id, p.reseller_id, p.delegated, p.client_delegated, p.includes_upstream, p.state, \
           p.starts_at, p.ends_at FROM partnership p WHERE {} AND p.state = 'ACTIVE'",
        db.among("p.client_id", 1)
    );
    let (links, held) =
        futures_util::future::try_join(db.rows(links, vec![db.keys(&ids)]), held_by(db, subject, &ids)).await?;
    let links = links.iter().map(bulk_edge).collect::<Result<Vec<Edge>>>()?;
    let resellers: HashSet<Uuid> = links.iter().map(|link| link.reseller).collect();
    let resellers: Vec<Uuid> = resellers.into_iter().collect();
    let mut found = climb(db, subject, &resellers, Partnerships::Active).await?;
    // An organisation that is above another one is already loaded by the climb.
    let known: HashSet<Uuid> = found.graph.nodes.keys().copied().collect();
    found.graph.edges.extend(links.into_iter().filter(|link| !known.contains(&link.client)));
    for row in rows.into_iter().filter(|row| !known.contains(&row.id)) {
        found.graph.nodes.insert(row.id, Node { state: row.state, kind: row.kind });
        found.rows.insert(row.id, row);
    }
    let known: HashSet<Uuid> = found.holdings.keys().copied().collect();
    for row in &held {
        let place = Place::read(row, 0)?;
        if !known.contains(&place.organisation) {
            place.add_to(&mut found.holdings, row, 0)?;
        }
    }
    add_key(&mut found, subject);
    Ok(found)
}

/// One row for each role that the user holds at one of the organisations, or at one on which such a membership depends.
async fn held_by(db: &Db, subject: Subject, ids: &[Uuid]) -> Result<Vec<QueryResult>> {
    let Subject::User(user) = subject else { return Ok(Vec::new()) };
    let sql = format!(
        "WITH RECURSIVE scope(id) AS (SELECT o.id FROM organisation o WHERE {}), {} \
         SELECT {PLACE} FROM (SELECT id FROM scope UNION SELECT id FROM upholding) place \
         JOIN organisation o ON o.id = place.id JOIN membership m ON m.organisation_id = o.id AND m.user_id = $2 {OF_PLACE}",
        db.among("o.id", 1),
        depending("AND m.user_id = $2")
    );
    db.rows(sql, vec![db.keys(ids), user.into()]).await
}

/// The memberships that meet the condition on `m`, with all on which they depend, by user. What counts of them is the
/// same pure function that decides (`Counting`).
pub async fn places(
    connection: &impl ConnectionTrait,
    condition: &str,
    values: Vec<Value>,
) -> Result<HashMap<Uuid, Holdings>, DbErr> {
    let sql = format!(
        "WITH RECURSIVE wanted(user_id, id) AS (SELECT m.user_id, m.organisation_id FROM membership m WHERE {condition}), \
         upholding(user_id, id) AS (SELECT user_id, id FROM wanted UNION SELECT m.user_id, up.id \
           FROM upholding s JOIN membership m ON m.organisation_id = s.id AND m.user_id = s.user_id {UP}) \
         SELECT {PLACE} FROM upholding place JOIN organisation o ON o.id = place.id \
         JOIN membership m ON m.organisation_id = o.id AND m.user_id = place.user_id {OF_PLACE}"
    );
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    let mut found: HashMap<Uuid, Holdings> = HashMap::new();
    for row in connection.query_all_raw(statement).await? {
        let place = Place::read(&row, 0)?;
        place.add_to(found.entry(place.user).or_default(), &row, 0)?;
    }
    Ok(found)
}

fn bulk_edge(row: &QueryResult) -> Result<Edge> {
    Ok(Edge {
        id: row.try_get_by_index(0)?,
        client: row.try_get_by_index(1)?,
        reseller: row.try_get_by_index(2)?,
        delegated: PermissionSet::from_stored(row.try_get_by_index(3)?),
        client_delegated: PermissionSet::from_stored(row.try_get_by_index(4)?),
        includes_upstream: row.try_get_by_index(5)?,
        state: row.try_get_by_index(6)?,
        starts_at: row.try_get_by_index(7)?,
        ends_at: row.try_get_by_index(8)?,
    })
}

/// The recursive part: `scope` holds the organisations in parameter 1, all above them, and the operator.
fn climbing(db: &Db, which: Partnerships) -> String {
    format!(
        "WITH RECURSIVE scope(id) AS ( \
           SELECT o.id FROM organisation o WHERE {} \
           UNION SELECT o.id FROM organisation o WHERE o.kind = 'OPERATOR' \
           UNION SELECT p.reseller_id FROM scope JOIN partnership p ON p.client_id = scope.id {} \
         )",
        db.among("o.id", 1),
        which.condition()
    )
}

/// The resellers on which a membership `m` depends, as `up`; none for most.
const UP: &str = "LEFT JOIN partnership d ON d.id = m.partnership_id \
     JOIN organisation up ON up.id IN (m.custody_reseller_id, d.reseller_id) \
     WHERE (m.custody_reseller_id IS NOT NULL OR m.partnership_id IS NOT NULL)";

/// The recursive part that follows memberships in `scope` to those on which they depend, however deep.
fn depending(members: &str) -> String {
    format!(
        "upholding(user_id, id) AS ( \
           SELECT m.user_id, up.id FROM scope s JOIN membership m ON m.organisation_id = s.id {members} {UP} \
           UNION SELECT m.user_id, up.id FROM upholding s \
             JOIN membership m ON m.organisation_id = s.id AND m.user_id = s.user_id {UP} \
         )"
    )
}

/// The organisations of a graph.
const SCOPE: &str = "(SELECT id, TRUE AS in_graph FROM scope)";
/// The same with those at which memberships are that others depend on: they bring memberships, and nothing to the graph.
const AND_UPHOLDING: &str = "(SELECT id, TRUE AS in_graph FROM scope \
     UNION ALL SELECT DISTINCT id, FALSE FROM upholding WHERE id NOT IN (SELECT id FROM scope))";

/// A role of a membership: `Place` reads it.
const PLACE: &str = "o.id, o.kind, m.id, m.user_id, m.expires_at, mr.builtin, r.id, r.name, r.permissions, \
     r.client_permissions, d.reseller_id, d.state, d.starts_at, d.ends_at, m.custody_reseller_id, k.kind, k.state, \
     (EXISTS (SELECT 1 FROM sign_in_policy sp WHERE sp.organisation_id = m.organisation_id AND sp.requires_second_factor) \
     AND NOT EXISTS (SELECT 1 FROM second_factor sf WHERE sf.user_id = m.user_id AND sf.confirmed_at IS NOT NULL))";
/// What `PLACE` needs besides the organisation `o` and the membership `m`.
const OF_PLACE: &str = "LEFT JOIN membership_role mr ON mr.membership_id = m.id LEFT JOIN role r ON r.id = mr.role_id \
     LEFT JOIN partnership d ON d.id = m.partnership_id LEFT JOIN organisation k ON k.id = m.custody_reseller_id";
/// Where `PLACE` begins in `selection`.
const PLACE_AT: usize = 13;

/// One row for each organisation, each partnership above it and each role that is held there.
fn selection(which: Partnerships, places: &str, members: &str) -> String {
    format!(
        "SELECT o.name, o.state, o.code, o.created_at, place.in_graph, \
           p.id, p.reseller_id, p.delegated, p.client_delegated, p.includes_upstream, p.state, p.starts_at, p.ends_at, \
           {PLACE} \
         FROM {places} place JOIN organisation o ON o.id = place.id \
         LEFT JOIN partnership p ON p.client_id = o.id AND place.in_graph {} \
         LEFT JOIN (membership m JOIN \"user\" u ON u.id = m.user_id) ON m.organisation_id = o.id {members} {OF_PLACE}",
        which.condition()
    )
}

/// A membership in a row.
struct Place {
    organisation: Uuid,
    kind: Kind,
    membership: Uuid,
    user: Uuid,
}

impl Place {
    /// Reads the columns of `PLACE`, of which the first is at this index.
    fn read(row: &QueryResult, first: usize) -> Result<Self, DbErr> {
        Ok(Self {
            organisation: row.try_get_by_index(first)?,
            kind: row.try_get_by_index(first + 1)?,
            membership: row.try_get_by_index(first + 2)?,
            user: row.try_get_by_index(first + 3)?,
        })
    }

    /// Adds the membership, and the role in this row.
    fn add_to(&self, holdings: &mut Holdings, row: &QueryResult, first: usize) -> Result<(), DbErr> {
        let holding = match holdings.entry(self.organisation) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let (expires_at, ties) = (row.try_get_by_index(first + 4)?, ties(row, first + 10)?);
                entry.insert(Holding::Membership { id: self.membership, expires_at, ties, roles: Vec::new() })
            }
        };
        let Holding::Membership { roles, .. } = holding else { return Ok(()) };
        let builtin: Option<String> = row.try_get_by_index(first + 5)?;
        if let Some(role) = builtin.as_deref().and_then(BuiltinRole::from_name) {
            roles.push(HeldRole::builtin(role, self.kind));
        } else if let Some(role) = row.try_get_by_index::<Option<Uuid>>(first + 6)? {
            roles.push(custom(row, first + 8, role, row.try_get_by_index(first + 7)?, self.kind)?);
        }
        Ok(())
    }
}

fn ties(row: &QueryResult, first: usize) -> Result<Vec<Tie>, DbErr> {
    let mut ties = Vec::new();
    if let Some(reseller) = row.try_get_by_index::<Option<Uuid>>(first)? {
        let (state, starts_at) = (row.try_get_by_index(first + 1)?, row.try_get_by_index(first + 2)?);
        ties.push(Tie::Partnership { reseller, state, starts_at, ends_at: row.try_get_by_index(first + 3)? });
    }
    if let Some(reseller) = row.try_get_by_index::<Option<Uuid>>(first + 4)? {
        let is_reseller = row.try_get_by_index::<Option<Kind>>(first + 5)? == Some(Kind::Reseller);
        let is_active =
            row.try_get_by_index::<Option<OrganisationState>>(first + 6)? == Some(OrganisationState::Active);
        ties.push(Tie::Custody { reseller, is_working: is_reseller && is_active });
    }
    if row.try_get_by_index(first + 7)? {
        ties.push(Tie::SecondFactor);
    }
    Ok(ties)
}

fn read(rows: &[QueryResult]) -> Result<(Neighbourhood, HashMap<Uuid, Holdings>)> {
    let mut neighbourhood = Neighbourhood::default();
    let mut held: HashMap<Uuid, Holdings> = HashMap::new();
    let mut edges = HashSet::new();
    let mut roles = HashSet::new();
    for row in rows {
        let id: Uuid = row.try_get_by_index(PLACE_AT)?;
        if row.try_get_by_index::<bool>(4)? {
            if let Entry::Vacant(node) = neighbourhood.graph.nodes.entry(id) {
                let organisation = organisation_of(row, id)?;
                node.insert(Node { state: organisation.state, kind: organisation.kind });
                neighbourhood.rows.insert(id, Arc::new(organisation));
            }
            if let Some(partnership) = row.try_get_by_index::<Option<Uuid>>(5)?
                && edges.insert(partnership)
            {
                neighbourhood.graph.edges.push(edge_of(row, partnership, id)?);
            }
        }
        let Some(membership) = row.try_get_by_index::<Option<Uuid>>(PLACE_AT + 2)? else { continue };
        let role: (Option<String>, Option<Uuid>) =
            (row.try_get_by_index(PLACE_AT + 5)?, row.try_get_by_index(PLACE_AT + 6)?);
        // A role comes once for each partnership above the organisation.
        if roles.insert((membership, role)) {
            let place = Place::read(row, PLACE_AT)?;
            place.add_to(held.entry(place.user).or_default(), row, PLACE_AT)?;
        }
    }
    Ok((neighbourhood, held))
}

fn organisation_of(row: &QueryResult, id: Uuid) -> Result<organisation::Model, DbErr> {
    Ok(organisation::Model {
        id,
        name: row.try_get_by_index(0)?,
        kind: row.try_get_by_index(PLACE_AT + 1)?,
        state: row.try_get_by_index(1)?,
        code: row.try_get_by_index(2)?,
        created_at: row.try_get_by_index(3)?,
    })
}

fn edge_of(row: &QueryResult, id: Uuid, client: Uuid) -> Result<Edge, DbErr> {
    Ok(Edge {
        id,
        client,
        reseller: row.try_get_by_index(6)?,
        delegated: PermissionSet::from_stored(row.try_get_by_index(7)?),
        client_delegated: PermissionSet::from_stored(row.try_get_by_index(8)?),
        includes_upstream: row.try_get_by_index(9)?,
        state: row.try_get_by_index(10)?,
        starts_at: row.try_get_by_index(11)?,
        ends_at: row.try_get_by_index(12)?,
    })
}

/// Reads two stored sets, starting at the given column.
fn custom(
    row: &QueryResult,
    column: usize,
    id: Uuid,
    name: String,
    kind: organisation::Kind,
) -> Result<HeldRole, DbErr> {
    let own = PermissionSet::from_stored(row.try_get_by_index(column)?);
    let clients = PermissionSet::from_stored(row.try_get_by_index(column + 1)?);
    Ok(HeldRole::custom(id, name, own, clients, kind))
}

fn add_key(neighbourhood: &mut Neighbourhood, subject: Subject) {
    if let Subject::Key { id, organisation_id, scopes } = subject
        && let Some(node) = neighbourhood.graph.nodes.get(&organisation_id)
    {
        neighbourhood.holdings = Holdings::from([(organisation_id, Holding::key(id, scopes, node.kind))]);
    }
}
