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
pub async fn climb(connection: &impl ConnectionTrait, db: &Db, ids: &[Uuid]) -> Result<HashMap<Uuid, Arc<Placed>>> {
    Ok(placed(&climbed(connection, db, ids, ("TRUE", Vec::new())).await?)?)
}

/// The same for a subject that acts; `None` if it may not act at all.
pub async fn climb_to_act(
    connection: &impl ConnectionTrait,
    db: &Db,
    (subject, now): (Subject, DateTimeUtc),
    id: Uuid,
) -> Result<Option<HashMap<Uuid, Arc<Placed>>>> {
    let Some(working) = working(subject, now) else { return Ok(None) };
    let rows = climbed(connection, db, &[id], working).await?;
    let is_working = rows.first().map_or(Ok(true), |row| row.try_get_by_index(14))?;
    Ok(if is_working { Some(placed(&rows)?) } else { None })
}

async fn climbed(
    connection: &impl ConnectionTrait,
    db: &Db,
    ids: &[Uuid],
    (working, values): (&str, Vec<Value>),
) -> Result<Vec<QueryResult>, DbErr> {
    let sql = format!(
        "WITH RECURSIVE scope(id) AS ( \
           SELECT o.id FROM organisation o WHERE {} \
           UNION SELECT o.id FROM organisation o WHERE o.kind = 'OPERATOR' \
           UNION SELECT p.reseller_id FROM scope JOIN partnership p ON p.client_id = scope.id AND p.state = 'ACTIVE' \
         ) \
         SELECT o.id, o.name, o.kind, o.state, o.code, o.created_at, \
           p.id, p.reseller_id, p.delegated, p.client_delegated, p.includes_upstream, p.state, p.starts_at, p.ends_at, \
           {working} \
         FROM scope JOIN organisation o ON o.id = scope.id LEFT JOIN partnership p ON p.client_id = o.id",
        db.among("o.id", 1)
    );
    let values = [db.keys(ids)].into_iter().chain(values);
    connection.query_all_raw(Statement::from_sql_and_values(db.backend(), sql, values)).await
}

/// The rows of `climbed`, by organisation.
fn placed(rows: &[QueryResult]) -> Result<HashMap<Uuid, Arc<Placed>>, DbErr> {
    let mut found: HashMap<Uuid, Placed> = HashMap::new();
    for row in rows {
        let id: Uuid = row.try_get_by_index(0)?;
        let placed = match found.entry(id) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                entry.insert(Placed { row: Arc::new(organisation_of(row, id)?), above: Vec::new() })
            }
        };
        if let Some(partnership) = row.try_get_by_index::<Option<Uuid>>(6)? {
            placed.above.push(edge_of(row, partnership, id)?);
        }
    }
    let in_order = |mut placed: Placed| {
        placed.above.sort_unstable_by_key(|edge| edge.id);
        Arc::new(placed)
    };
    Ok(found.into_iter().map(|(id, placed)| (id, in_order(placed))).collect())
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

/// The keys of the organisations that are neither revoked nor expired: id, name, organisation and scopes.
pub async fn keys(db: &Db, organisations: &[Uuid], now: DateTimeUtc) -> Result<Vec<(Uuid, String, Uuid, Grants)>> {
    let sql = format!(
        "SELECT k.id, k.name, k.organisation_id, k.permissions, k.client_permissions FROM api_key k \
         WHERE {} AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > $2)",
        db.among("k.organisation_id", 1)
    );
    let rows = db.rows(sql, vec![db.keys(organisations), now.into()]).await?;
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
    let sql = format!(
        "WITH RECURSIVE wanted(user_id, id) AS (SELECT m.user_id, m.organisation_id FROM membership m WHERE {condition}), \
         upholding(user_id, id) AS (SELECT user_id, id FROM wanted UNION SELECT m.user_id, up.id \
           FROM upholding s JOIN membership m ON m.organisation_id = s.id AND m.user_id = s.user_id {UP}) \
         SELECT {PLACE} FROM upholding place JOIN organisation o ON o.id = place.id \
         JOIN membership m ON m.organisation_id = o.id AND m.user_id = place.user_id {OF_PLACE}"
    );
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    read(&connection.query_all_raw(statement).await?)
}

/// Rows of `PLACE`, by user.
fn read(rows: &[QueryResult]) -> Result<HashMap<Uuid, Holdings>, DbErr> {
    let mut found: HashMap<Uuid, Holdings> = HashMap::new();
    for row in rows {
        let place = Place::read(row)?;
        place.add_to(found.entry(place.user).or_default(), row)?;
    }
    Ok(found)
}

/// The resellers on which a membership `m` depends, as `up`; none for most.
const UP: &str = "LEFT JOIN partnership d ON d.id = m.partnership_id \
     JOIN organisation up ON up.id IN (m.custody_reseller_id, d.reseller_id) \
     WHERE (m.custody_reseller_id IS NOT NULL OR m.partnership_id IS NOT NULL)";

/// A role of a membership: `Place` reads it.
const PLACE: &str = "o.id, o.kind, m.id, m.user_id, m.expires_at, mr.builtin, r.id, r.name, r.permissions, \
     r.client_permissions, d.reseller_id, d.state, d.starts_at, d.ends_at, m.custody_reseller_id, k.kind, k.state, \
     (EXISTS (SELECT 1 FROM sign_in_policy sp WHERE sp.organisation_id = m.organisation_id AND sp.requires_second_factor) \
     AND NOT EXISTS (SELECT 1 FROM second_factor sf WHERE sf.user_id = m.user_id AND sf.confirmed_at IS NOT NULL))";
/// What `PLACE` needs besides the organisation `o` and the membership `m`.
const OF_PLACE: &str = "LEFT JOIN membership_role mr ON mr.membership_id = m.id LEFT JOIN role r ON r.id = mr.role_id \
     LEFT JOIN partnership d ON d.id = m.partnership_id LEFT JOIN organisation k ON k.id = m.custody_reseller_id";

/// A membership in a row.
struct Place {
    organisation: Uuid,
    kind: Kind,
    membership: Uuid,
    user: Uuid,
}

impl Place {
    /// Reads the columns of `PLACE`.
    fn read(row: &QueryResult) -> Result<Self, DbErr> {
        Ok(Self {
            organisation: row.try_get_by_index(0)?,
            kind: row.try_get_by_index(1)?,
            membership: row.try_get_by_index(2)?,
            user: row.try_get_by_index(3)?,
        })
    }

    /// Adds the membership, and the role in this row.
    fn add_to(&self, holdings: &mut Holdings, row: &QueryResult) -> Result<(), DbErr> {
        let holding = match holdings.entry(self.organisation) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let (expires_at, ties) = (row.try_get_by_index(4)?, ties(row)?);
                entry.insert(Holding::Membership { id: self.membership, expires_at, ties, roles: Vec::new() })
            }
        };
        let Holding::Membership { roles, .. } = holding else { return Ok(()) };
        let builtin: Option<String> = row.try_get_by_index(5)?;
        if let Some(role) = builtin.as_deref().and_then(BuiltinRole::from_name) {
            roles.push(HeldRole::builtin(role, self.kind));
        } else if let Some(role) = row.try_get_by_index::<Option<Uuid>>(6)? {
            roles.push(custom(row, 8, role, row.try_get_by_index(7)?, self.kind)?);
        }
        Ok(())
    }
}

fn ties(row: &QueryResult) -> Result<Vec<Tie>, DbErr> {
    let mut ties = Vec::new();
    if let Some(reseller) = row.try_get_by_index::<Option<Uuid>>(10)? {
        let (state, starts_at) = (row.try_get_by_index(11)?, row.try_get_by_index(12)?);
        ties.push(Tie::Partnership { reseller, state, starts_at, ends_at: row.try_get_by_index(13)? });
    }
    if let Some(reseller) = row.try_get_by_index::<Option<Uuid>>(14)? {
        let kind = row.try_get_by_index::<Option<Kind>>(15)?;
        let has_clients = matches!(kind, Some(Kind::Reseller | Kind::Operator));
        let is_active = row.try_get_by_index::<Option<OrganisationState>>(16)? == Some(OrganisationState::Active);
        ties.push(Tie::Custody { reseller, is_working: has_clients && is_active });
    }
    if row.try_get_by_index(17)? {
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
