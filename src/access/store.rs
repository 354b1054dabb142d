//! The statements of the role resolver: the tenant graph, and what people hold in it.
#![expect(clippy::disallowed_methods, reason = "the statements of the role resolver stand here")]

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use entity::organisation;
use sea_orm::prelude::DateTimeUtc;
use sea_orm::sea_query::LockType;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, QueryResult, QuerySelect, Statement, Value,
};
use uuid::Uuid;

use super::actor::Subject;
use super::graph::{Edge, HeldRole, Holding, Holdings, Kind, OrganisationState};
use super::kept::{Person, Placed};
use super::lapsed::Tie;
use super::role::BuiltinRole;
use super::set::{Grants, PermissionSet};
use crate::base::db::Db;
use crate::base::error::{Error, Result};

/// Locks an organisation and loads its current row: nobody else can change its memberships until the transaction ends.
/// On SQLite, only one transaction writes at a time anyway. Rows that merely refer to the organisation can still be
/// written.
pub async fn lock(tx: &DatabaseTransaction, id: Uuid) -> Result<organisation::Model> {
    let query = organisation::Entity::find_by_id(id);
    let query =
        if tx.get_database_backend() == DbBackend::Postgres { query.lock(LockType::NoKeyUpdate) } else { query };
    query.one(tx).await?.ok_or(Error::NotFound)
}

/// Locks many organisations at once, in the order of their ids, so that nobody waits in a circle.
pub async fn lock_all(tx: &DatabaseTransaction, ids: &[Uuid]) -> Result<()> {
    // On SQLite, only one transaction writes at a time.
    if tx.get_database_backend() == DbBackend::Postgres {
        let sql = "SELECT id FROM organisation WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE";
        tx.query_all_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, [ids.to_vec().into()])).await?;
    }
    Ok(())
}

/// The condition that the subject may act at all, with the parameters after the first: the user is not disabled, and the key
/// is neither revoked nor expired. `None` for nobody.
fn working(subject: Subject, now: DateTimeUtc) -> Option<(&'static str, Vec<Value>)> {
    Some(match subject {
        Subject::Nobody => return None,
        Subject::User(id) => {
            ("EXISTS (SELECT 1 FROM \"user\" w WHERE w.id = $2 AND w.state = 'ACTIVE')", vec![id.into()])
        }
        Subject::Key { id, .. } => (
            "EXISTS (SELECT 1 FROM api_key w WHERE w.id = $2 AND w.revoked_at IS NULL \
             AND (w.expires_at IS NULL OR w.expires_at > $3))",
            vec![id.into(), now.into()],
        ),
    })
}

/// The organisations and all above them by partnerships that nobody has ended, each with the partnerships above it, past
/// ones too. The operator is always included.
pub async fn climb(db: &Db, ids: &[Uuid]) -> Result<HashMap<Uuid, Arc<Placed>>> {
    let sql = format!("WITH RECURSIVE {} SELECT {CLIMB} FROM {OF_CLIMB}", scope(db));
    let mut found = HashMap::new();
    for row in &db.rows(sql, vec![db.keys(ids)]).await? {
        place(&mut found, row)?;
    }
    Ok(in_order(found))
}

/// An organisation and everything above it, and what a subject holds there.
#[derive(Debug, Default)]
pub struct Climbed {
    /// The organisations.
    pub placed: HashMap<Uuid, Arc<Placed>>,
    /// What a user holds there; nothing for a key, which says itself what it holds.
    pub holdings: Holdings,
}

/// The organisation and all above it, with what the subject holds there, as the transaction sees it: one statement.
pub async fn climb_in(tx: &DatabaseTransaction, db: &Db, subject: Subject, id: Uuid) -> Result<Climbed> {
    let values = if let Subject::User(user) = subject { vec![user.into()] } else { Vec::new() };
    Ok(climbed(tx, db, subject, id, ("TRUE", values)).await?.unwrap_or_default())
}

/// The same for a subject that acts; `None` if it may not act at all.
pub async fn climb_to_act(
    tx: &DatabaseTransaction,
    db: &Db,
    (subject, now): (Subject, DateTimeUtc),
    id: Uuid,
) -> Result<Option<Climbed>> {
    let Some(working) = working(subject, now) else { return Ok(None) };
    climbed(tx, db, subject, id, working).await
}

/// The condition says whether the subject may act, with the parameters after the first. That of a user begins with the user.
async fn climbed(
    tx: &DatabaseTransaction,
    db: &Db,
    subject: Subject,
    id: Uuid,
    (working, values): (&str, Vec<Value>),
) -> Result<Option<Climbed>> {
    let scope = scope(db);
    let sql = match subject {
        Subject::User(_) => {
            let no_place = ["NULL"; PLACE_COLUMNS].join(", ");
            let no_climb = ["NULL"; CLIMB_COLUMNS].join(", ");
            let held = upholding(
                "SELECT m.user_id, m.organisation_id FROM scope JOIN membership m ON m.organisation_id = scope.id \
                 WHERE m.user_id = $2",
            );
            format!(
                "WITH RECURSIVE {scope}, {held} SELECT {CLIMB}, {working}, {no_place} FROM {OF_CLIMB} \
                 UNION ALL SELECT {no_climb}, NULL, {PLACE} FROM {OF_UPHOLDING} {OF_PLACE}"
            )
        }
        Subject::Nobody | Subject::Key { .. } => {
            format!("WITH RECURSIVE {scope} SELECT {CLIMB}, {working} FROM {OF_CLIMB}")
        }
    };
    let values = std::iter::once(db.keys(&[id])).chain(values);
    let (mut placed, mut holdings) = (HashMap::new(), Holdings::default());
    for row in &tx.query_all_raw(Statement::from_sql_and_values(db.backend(), sql, values)).await? {
        if row.try_get_by_index::<Option<Uuid>>(0)?.is_none() {
            Place::read(row, CLIMB_COLUMNS + 1)?.add_to(&mut holdings, row)?;
        } else if row.try_get_by_index(CLIMB_COLUMNS)? {
            place(&mut placed, row)?;
        } else {
            return Ok(None);
        }
    }
    Ok(Some(Climbed { placed: in_order(placed), holdings }))
}

/// The organisations whose ids are the first parameter, and all above them, as `scope`.
fn scope(db: &Db) -> String {
    format!(
        "scope(id) AS (SELECT o.id FROM organisation o WHERE {} \
           UNION SELECT o.id FROM organisation o WHERE o.kind = 'OPERATOR' \
           UNION SELECT p.reseller_id FROM scope JOIN partnership p ON p.client_id = scope.id AND p.state = 'ACTIVE')",
        db.among("o.id", 1)
    )
}

/// An organisation, and a partnership above it: `place` reads it.
const CLIMB: &str = "o.id, o.name, o.kind, o.state, o.code, o.created_at, \
     p.id, p.reseller_id, p.delegated, p.client_delegated, p.includes_upstream, p.state, p.starts_at, p.ends_at";
/// How many columns `CLIMB` has.
const CLIMB_COLUMNS: usize = 14;
/// What `CLIMB` needs.
const OF_CLIMB: &str = "scope JOIN organisation o ON o.id = scope.id LEFT JOIN partnership p ON p.client_id = o.id";

/// Adds what a row of `CLIMB` says.
fn place(found: &mut HashMap<Uuid, Placed>, row: &QueryResult) -> Result<(), DbErr> {
    let id: Uuid = row.try_get_by_index(0)?;
    let placed = match found.entry(id) {
        Entry::Occupied(entry) => entry.into_mut(),
        Entry::Vacant(entry) => entry.insert(Placed { row: Arc::new(organisation_of(row, id)?), above: Vec::new() }),
    };
    if let Some(partnership) = row.try_get_by_index::<Option<Uuid>>(6)? {
        placed.above.push(edge_of(row, partnership, id)?);
    }
    Ok(())
}

fn in_order(found: HashMap<Uuid, Placed>) -> HashMap<Uuid, Arc<Placed>> {
    let sorted = |mut placed: Placed| {
        placed.above.sort_unstable_by_key(|edge| edge.id);
        Arc::new(placed)
    };
    found.into_iter().map(|(id, placed)| (id, sorted(placed))).collect()
}

fn organisation_of(row: &QueryResult, id: Uuid) -> Result<organisation::Model, DbErr> {
    Ok(organisation::Model {
        id,
        name: row.try_get_by_index(1)?,
        kind: row.try_get_by_index(2)?,
        state: row.try_get_by_index(3)?,
        code: row.try_get_by_index(4)?,
        created_at: row.try_get_by_index(5)?,
    })
}

fn edge_of(row: &QueryResult, id: Uuid, client: Uuid) -> Result<Edge, DbErr> {
    Ok(Edge {
        id,
        client,
        reseller: row.try_get_by_index(7)?,
        delegated: PermissionSet::from_stored(row.try_get_by_index(8)?),
        client_delegated: PermissionSet::from_stored(row.try_get_by_index(9)?),
        includes_upstream: row.try_get_by_index(10)?,
        state: row.try_get_by_index(11)?,
        starts_at: row.try_get_by_index(12)?,
        ends_at: row.try_get_by_index(13)?,
    })
}

/// The clients of the resellers and of all below them, by partnerships that nobody has ended.
pub async fn clients(db: &Db, resellers: &[Uuid]) -> Result<HashMap<Uuid, Arc<Vec<Uuid>>>> {
    let sql = format!(
        "WITH RECURSIVE down(id) AS ( \
           SELECT o.id FROM organisation o WHERE {} \
           UNION SELECT p.client_id FROM down JOIN partnership p ON p.reseller_id = down.id AND p.state = 'ACTIVE' \
         ) SELECT p.reseller_id, p.client_id FROM down JOIN partnership p ON p.reseller_id = down.id \
             AND p.state = 'ACTIVE' ORDER BY p.client_id",
        db.among("o.id", 1)
    );
    pairs(&db.rows(sql, vec![db.keys(resellers)]).await?)
}

/// The users with a membership at each organisation.
pub async fn members(db: &Db, organisations: &[Uuid]) -> Result<HashMap<Uuid, Arc<Vec<Uuid>>>> {
    let sql = format!(
        "SELECT m.organisation_id, m.user_id FROM membership m WHERE {} ORDER BY m.user_id",
        db.among("m.organisation_id", 1)
    );
    pairs(&db.rows(sql, vec![db.keys(organisations)]).await?)
}

/// Groups pairs of ids by the first.
fn pairs(rows: &[QueryResult]) -> Result<HashMap<Uuid, Arc<Vec<Uuid>>>> {
    let mut found: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for row in rows {
        found.entry(row.try_get_by_index(0)?).or_default().push(row.try_get_by_index(1)?);
    }
    Ok(found.into_iter().map(|(id, ids)| (id, Arc::new(ids))).collect())
}

/// All organisations.
pub async fn all(db: &Db) -> Result<Vec<Uuid>> {
    let rows = db.rows("SELECT id FROM organisation", Vec::new()).await?;
    Ok(rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?)
}

/// The names and states of users.
pub async fn people(db: &Db, ids: &[Uuid]) -> Result<HashMap<Uuid, Arc<Person>>> {
    let sql = format!("SELECT id, name, state FROM \"user\" WHERE {}", db.among("id", 1));
    let rows = db.rows(sql, vec![db.keys(ids)]).await?;
    let people = rows.iter().map(|row| {
        let state: entity::user::State = row.try_get_by_index(2)?;
        let is_active = state == entity::user::State::Active;
        Ok((row.try_get_by_index(0)?, Arc::new(Person { name: row.try_get_by_index(1)?, is_active })))
    });
    Ok(people.collect::<Result<_, DbErr>>()?)
}

/// A key that works: id, name, organisation and scopes.
pub type WorkingKey = (Uuid, String, Uuid, Grants);

/// The keys of the organisations that are neither revoked nor expired.
pub async fn keys(db: &Db, organisations: &[Uuid], now: DateTimeUtc) -> Result<Vec<WorkingKey>> {
    working_keys(db, "k.organisation_id", organisations, now).await
}

/// Those of these keys that are neither revoked nor expired.
pub async fn keys_by_id(db: &Db, ids: &[Uuid], now: DateTimeUtc) -> Result<Vec<WorkingKey>> {
    working_keys(db, "k.id", ids, now).await
}

async fn working_keys(db: &Db, column: &str, among: &[Uuid], now: DateTimeUtc) -> Result<Vec<WorkingKey>> {
    let sql = format!(
        "SELECT k.id, k.name, k.organisation_id, k.permissions, k.client_permissions FROM api_key k \
         WHERE {} AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > $2)",
        db.among(column, 1)
    );
    let rows = db.rows(sql, vec![db.keys(among), now.into()]).await?;
    let keys = rows.iter().map(|row| {
        let own = PermissionSet::from_stored(row.try_get_by_index(3)?);
        let scopes = Grants { own, clients: PermissionSet::from_stored(row.try_get_by_index(4)?) };
        Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?, row.try_get_by_index(2)?, scopes))
    });
    Ok(keys.collect::<Result<_, DbErr>>()?)
}

/// What each user holds, everywhere.
pub async fn holdings(
    connection: &impl ConnectionTrait,
    db: &Db,
    users: &[Uuid],
) -> Result<HashMap<Uuid, Arc<Holdings>>> {
    let sql = format!(
        "SELECT {PLACE} FROM membership m JOIN organisation o ON o.id = m.organisation_id {OF_PLACE} WHERE {}",
        db.among("m.user_id", 1)
    );
    let statement = Statement::from_sql_and_values(db.backend(), sql, [db.keys(users)]);
    let found = read(&connection.query_all_raw(statement).await?)?;
    Ok(found.into_iter().map(|(user, holdings)| (user, Arc::new(holdings))).collect())
}

/// The memberships that meet the condition on `m`, with all on which they depend, by user. What counts of them is the
/// same pure function that decides (`Counting`).
pub async fn places(
    connection: &impl ConnectionTrait,
    condition: &str,
    values: Vec<Value>,
) -> Result<HashMap<Uuid, Holdings>, DbErr> {
    let wanted = format!("SELECT m.user_id, m.organisation_id FROM membership m WHERE {condition}");
    let sql = format!("WITH RECURSIVE {} SELECT {PLACE} FROM {OF_UPHOLDING} {OF_PLACE}", upholding(&wanted));
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    read(&connection.query_all_raw(statement).await?)
}

/// Rows of `PLACE`, by user.
fn read(rows: &[QueryResult]) -> Result<HashMap<Uuid, Holdings>, DbErr> {
    let mut found: HashMap<Uuid, Holdings> = HashMap::new();
    for row in rows {
        let place = Place::read(row, 0)?;
        place.add_to(found.entry(place.user).or_default(), row)?;
    }
    Ok(found)
}

/// The memberships that a statement gives, and those on which they depend, as `upholding`.
fn upholding(wanted: &str) -> String {
    format!(
        "wanted(user_id, id) AS ({wanted}), \
         upholding(user_id, id) AS (SELECT user_id, id FROM wanted UNION SELECT m.user_id, up.id \
           FROM upholding s JOIN membership m ON m.organisation_id = s.id AND m.user_id = s.user_id {UP})"
    )
}

/// The organisations `o` and memberships `m` of `upholding`.
const OF_UPHOLDING: &str = "upholding place JOIN organisation o ON o.id = place.id \
     JOIN membership m ON m.organisation_id = o.id AND m.user_id = place.user_id";

/// The resellers on which a membership `m` depends, as `up`; none for most.
const UP: &str = "LEFT JOIN partnership d ON d.id = m.partnership_id \
     JOIN organisation up ON up.id IN (m.custody_reseller_id, d.reseller_id) \
     WHERE (m.custody_reseller_id IS NOT NULL OR m.partnership_id IS NOT NULL)";

/// A role of a membership: `Place` reads it.
const PLACE: &str = "o.id, o.kind, m.id, m.user_id, m.expires_at, mr.builtin, r.id, r.name, r.permissions, \
     r.client_permissions, d.reseller_id, d.state, d.starts_at, d.ends_at, m.custody_reseller_id, k.kind, k.state, \
     (EXISTS (SELECT 1 FROM sign_in_policy sp WHERE sp.organisation_id = m.organisation_id AND sp.requires_second_factor) \
     AND NOT EXISTS (SELECT 1 FROM second_factor sf WHERE sf.user_id = m.user_id AND sf.confirmed_at IS NOT NULL))";
/// How many columns `PLACE` has.
const PLACE_COLUMNS: usize = 18;
/// What `PLACE` needs besides the organisation `o` and the membership `m`.
const OF_PLACE: &str = "LEFT JOIN membership_role mr ON mr.membership_id = m.id LEFT JOIN role r ON r.id = mr.role_id \
     LEFT JOIN partnership d ON d.id = m.partnership_id LEFT JOIN organisation k ON k.id = m.custody_reseller_id";

/// A membership in a row.
struct Place {
    /// The first column of it.
    at: usize,
    organisation: Uuid,
    kind: Kind,
    membership: Uuid,
    user: Uuid,
}

impl Place {
    /// Reads the columns of `PLACE`, the first of which is given.
    fn read(row: &QueryResult, at: usize) -> Result<Self, DbErr> {
        Ok(Self {
            at,
            organisation: row.try_get_by_index(at)?,
            kind: row.try_get_by_index(at + 1)?,
            membership: row.try_get_by_index(at + 2)?,
            user: row.try_get_by_index(at + 3)?,
        })
    }

    /// Adds the membership, and the role in this row.
    fn add_to(&self, holdings: &mut Holdings, row: &QueryResult) -> Result<(), DbErr> {
        let holding = match holdings.entry(self.organisation) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let (expires_at, ties) = (row.try_get_by_index(self.at + 4)?, ties(row, self.at)?);
                entry.insert(Holding::Membership { id: self.membership, expires_at, ties, roles: Vec::new() })
            }
        };
        let Holding::Membership { roles, .. } = holding else { return Ok(()) };
        let builtin: Option<String> = row.try_get_by_index(self.at + 5)?;
        if let Some(role) = builtin.as_deref().and_then(BuiltinRole::from_name) {
            roles.push(HeldRole::builtin(role, self.kind));
        } else if let Some(role) = row.try_get_by_index::<Option<Uuid>>(self.at + 6)? {
            roles.push(custom(row, self.at + 8, role, row.try_get_by_index(self.at + 7)?, self.kind)?);
        }
        Ok(())
    }
}

/// On what the membership in the columns of `PLACE` depends.
fn ties(row: &QueryResult, at: usize) -> Result<Vec<Tie>, DbErr> {
    let mut ties = Vec::new();
    if let Some(reseller) = row.try_get_by_index::<Option<Uuid>>(at + 10)? {
        let (state, starts_at) = (row.try_get_by_index(at + 11)?, row.try_get_by_index(at + 12)?);
        ties.push(Tie::Partnership { reseller, state, starts_at, ends_at: row.try_get_by_index(at + 13)? });
    }
    if let Some(reseller) = row.try_get_by_index::<Option<Uuid>>(at + 14)? {
        let kind = row.try_get_by_index::<Option<Kind>>(at + 15)?;
        let has_clients = matches!(kind, Some(Kind::Reseller | Kind::Operator));
        let is_active = row.try_get_by_index::<Option<OrganisationState>>(at + 16)? == Some(OrganisationState::Active);
        ties.push(Tie::Custody { reseller, is_working: has_clients && is_active });
    }
    if row.try_get_by_index(at + 17)? {
        ties.push(Tie::SecondFactor);
    }
    Ok(ties)
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
