//! Statements about the graph of payers.

use std::collections::HashMap;

use sea_orm::prelude::Date;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, QueryResult, Statement};
use uuid::Uuid;

use super::Link;
use crate::base::error::Result;
use crate::graphql::request::Request;

type Written<T> = Result<T, DbErr>;

/// Names the lock on PostgreSQL.
const LOCK: i64 = 0x0070_6179_6572;

const COLUMNS: &str = "p.id, p.organisation_id, p.payer_id, p.starts_on, p.ends_on";

/// One lock for the whole graph of payers, until the transaction ends. Whoever adds an agreement holds it from before
/// looking for circles until the agreement is written, so two that would close one together come one after the other.
/// Taken after the locks of organisations. On SQLite a transaction that writes is alone anyway.
pub async fn lock(tx: &DatabaseTransaction) -> Written<()> {
    if tx.get_database_backend() == DbBackend::Postgres {
        let sql = "SELECT pg_advisory_xact_lock($1)";
        tx.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, [LOCK.into()])).await?;
    }
    Ok(())
}

/// The agreements of an organisation that hold on a day or later.
pub async fn own(tx: &DatabaseTransaction, organisation: Uuid, from: Date) -> Written<Vec<Link>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM payer p WHERE p.organisation_id = $1 AND p.state = 'ACTIVE' \
         AND (p.ends_on IS NULL OR p.ends_on > $2) ORDER BY p.starts_on"
    );
    let values = [organisation.into(), from.into()];
    let rows = tx.query_all_raw(Statement::from_sql_and_values(tx.get_database_backend(), sql, values)).await?;
    rows.iter().map(link).collect()
}

/// The agreements above a payer and below an organisation that hold on a day or later: all that can have to do with a
/// new one between the two.
pub async fn around(tx: &DatabaseTransaction, organisation: Uuid, payer: Uuid, from: Date) -> Written<Vec<Link>> {
    let holds = "p.state = 'ACTIVE' AND (p.ends_on IS NULL OR p.ends_on > $3)";
    let sql = format!(
        "WITH RECURSIVE up(id) AS ( \
           SELECT o.id FROM organisation o WHERE o.id = $2 \
           UNION SELECT p.payer_id FROM up JOIN payer p ON p.organisation_id = up.id AND {holds} \
         ), down(id) AS ( \
           SELECT o.id FROM organisation o WHERE o.id = $1 \
           UNION SELECT p.organisation_id FROM down JOIN payer p ON p.payer_id = down.id AND {holds} \
         ) SELECT {COLUMNS} FROM up JOIN payer p ON p.organisation_id = up.id AND {holds} \
         UNION SELECT {COLUMNS} FROM down JOIN payer p ON p.payer_id = down.id AND {holds}"
    );
    let values = [organisation.into(), payer.into(), from.into()];
    let rows = tx.query_all_raw(Statement::from_sql_and_values(tx.get_database_backend(), sql, values)).await?;
    rows.iter().map(link).collect()
}

/// The agreements above an organisation that hold on a day or later; for all that are asked for at the same time.
pub async fn above(request: &Request, organisation: Uuid, from: Date) -> Result<Vec<Link>> {
    let batch = request.lists.batch::<Vec<Link>>(format!("payers above {from}"));
    let found = batch.load(organisation, async |ids| all_above(request, &ids, from).await).await?;
    Ok(found.unwrap_or_default())
}

async fn all_above(request: &Request, ids: &[Uuid], from: Date) -> Result<HashMap<Uuid, Vec<Link>>> {
    let db = request.db();
    let holds = "p.state = 'ACTIVE' AND (p.ends_on IS NULL OR p.ends_on > $2)";
    let sql = format!(
        "WITH RECURSIVE up(bottom, id) AS ( \
           SELECT o.id, o.id FROM organisation o WHERE {} \
           UNION SELECT up.bottom, p.payer_id FROM up JOIN payer p ON p.organisation_id = up.id AND {holds} \
         ) SELECT {COLUMNS}, up.bottom FROM up JOIN payer p ON p.organisation_id = up.id AND {holds}",
        db.among("o.id", 1)
    );
    let mut found: HashMap<Uuid, Vec<Link>> = HashMap::new();
    for row in db.rows(sql, vec![db.keys(ids), from.into()]).await? {
        found.entry(row.try_get_by_index(5)?).or_default().push(link(&row)?);
    }
    Ok(found)
}

fn link(row: &QueryResult) -> Written<Link> {
    Ok(Link {
        id: row.try_get_by_index(0)?,
        organisation: row.try_get_by_index(1)?,
        payer: row.try_get_by_index(2)?,
        from: row.try_get_by_index(3)?,
        until: row.try_get_by_index(4)?,
    })
}
