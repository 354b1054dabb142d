//! What decides for many organisations whose rows are at hand: the partnerships above them, what the subject holds at
//! them, and what `climb` brings for the few resellers above. All of it makes the same graph as a climb from them would,
//! for the same function to decide.

use std::collections::HashSet;
use std::sync::Arc;

use entity::organisation;
use sea_orm::QueryResult;
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::super::actor::Subject;
use super::super::graph::{Edge, HeldRole, Holding, Holdings, Node};
use super::super::loss::{Loss, loss};
use super::super::role::BuiltinRole;
use super::super::set::PermissionSet;
use super::super::store::{Neighbourhood, Partnerships, add_key, climb, custom};
use crate::base::db::Db;
use crate::base::error::Result;

/// The organisations, all that is above them, and what the subject holds there.
pub async fn among(
    db: &Db,
    subject: Subject,
    rows: Vec<Arc<organisation::Model>>,
    now: DateTimeUtc,
) -> Result<Neighbourhood> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let links = format!(
        "SELECT p.id, p.client_id, p.reseller_id, p.delegated, p.client_delegated, p.includes_upstream, p.state, \
           p.starts_at, p.ends_at FROM partnership p WHERE {} AND p.state = 'ACTIVE'",
        db.among("p.client_id", 1)
    );
    let (links, held) =
        futures_util::future::try_join(db.rows(links, vec![db.keys(&ids)]), held_by(db, subject, &ids, now)).await?;
    let links = links.iter().map(edge).collect::<Result<Vec<Edge>>>()?;
    let resellers: HashSet<Uuid> = links.iter().map(|link| link.reseller).collect();
    let resellers: Vec<Uuid> = resellers.into_iter().collect();
    let mut found = climb(db, subject, &resellers, Partnerships::Active, now).await?;
    // One of them may be above another, and came with the climb.
    let known: HashSet<Uuid> = found.graph.nodes.keys().copied().collect();
    found.graph.edges.extend(links.into_iter().filter(|link| !known.contains(&link.client)));
    for row in rows.into_iter().filter(|row| !known.contains(&row.id)) {
        found.graph.nodes.insert(row.id, Node { state: row.state, kind: row.kind });
        found.rows.insert(row.id, row);
    }
    for row in &held {
        let organisation: Uuid = row.try_get_by_index(0)?;
        if !known.contains(&organisation) {
            hold(&mut found, organisation, row)?;
        }
    }
    add_key(&mut found, subject);
    Ok(found)
}

/// One row for each role that the user has at one of the organisations.
async fn held_by(db: &Db, subject: Subject, ids: &[Uuid], now: DateTimeUtc) -> Result<Vec<QueryResult>> {
    let Subject::User(user) = subject else { return Ok(Vec::new()) };
    let sql = format!(
        "SELECT m.organisation_id, m.id, m.expires_at, mr.builtin, r.id, r.name, r.permissions, r.client_permissions, \
           {} FROM membership m LEFT JOIN membership_role mr ON mr.membership_id = m.id LEFT JOIN role r ON r.id = mr.role_id \
         WHERE {} AND m.user_id = $2",
        loss("m", "$3"),
        db.among("m.organisation_id", 1)
    );
    db.rows(sql, vec![db.keys(ids), user.into(), now.into()]).await
}

fn hold(found: &mut Neighbourhood, organisation: Uuid, row: &QueryResult) -> Result<()> {
    let Some(kind) = found.graph.nodes.get(&organisation).map(|node| node.kind) else { return Ok(()) };
    let (id, expires_at, loss) = (row.try_get_by_index(1)?, row.try_get_by_index(2)?, Loss::read(row, 8)?);
    let holdings: &mut Holdings = &mut found.holdings;
    let holding =
        holdings.entry(organisation).or_insert_with(|| Holding::Membership { id, expires_at, loss, roles: Vec::new() });
    let builtin: Option<String> = row.try_get_by_index(3)?;
    if let Holding::Membership { roles, .. } = holding {
        if let Some(role) = builtin.as_deref().and_then(BuiltinRole::from_name) {
            roles.push(HeldRole::builtin(role, kind));
        } else if let Some(role) = row.try_get_by_index::<Option<Uuid>>(4)? {
            roles.push(custom(row, 6, role, row.try_get_by_index(5)?, kind)?);
        }
    }
    Ok(())
}

fn edge(row: &QueryResult) -> Result<Edge> {
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
