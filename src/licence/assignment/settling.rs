//! Ending the assignments whose days of grace are over, and giving their licences back.

use std::collections::HashMap;
use std::time::Duration;

use entity::licence_assignment::Model;
use uuid::Uuid;

use super::store;
use crate::access;
use crate::base::clock::every;
use crate::base::error::Result;
use crate::graphql::request::{Request, Work};
use crate::licence::pool::give_back_each;

const EVERY: Duration = Duration::from_mins(15);
/// How many organisations one round takes at a time.
const AT_ONCE: u64 = 100;

/// Ends the assignments of an organisation whose last day is over. The caller has locked the organisation. Each act on
/// licences begins with it, so nothing depends on when the job runs. Returns how many.
pub async fn settle(work: &Work<'_>, organisation: Uuid) -> Result<usize> {
    let due = store::due(work.tx, organisation, work.today()).await?;
    end(work, organisation, &due).await?;
    Ok(due.len())
}

/// Ends assignments of an organisation now, and gives their licences back. The caller has locked the organisation.
pub async fn end(work: &Work<'_>, organisation: Uuid, rows: &[Model]) -> Result<()> {
    let mut returned: HashMap<Uuid, i64> = HashMap::new();
    for row in rows {
        *returned.entry(row.feature_id).or_default() += 1;
    }
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    store::end(work.tx, &ids, work.now).await?;
    give_back_each(work, organisation, &returned).await
}

/// Ends what is due at all organisations. Returns how many assignments.
pub async fn settle_all(request: &Request) -> Result<usize> {
    let mut ended = 0;
    loop {
        let organisations = store::organisations_due(request.db().reader(), request.today(), AT_ONCE).await?;
        if organisations.is_empty() {
            return Ok(ended);
        }
        for organisation in organisations {
            ended += request
                .transaction(async |work| {
                    access::lock_all(work.tx, &[organisation]).await?;
                    settle(work, organisation).await
                })
                .await?;
        }
    }
}

/// Ends what is due every quarter of an hour, as long as the server runs.
pub async fn settle_now_and_then(request: impl Fn() -> Request) {
    every(EVERY, async || match settle_all(&request()).await {
        Ok(0) => {}
        Ok(ended) => tracing::info!(ended, "licences ended after their days of grace"),
        Err(error) => tracing::error!(%error, "licences were not ended after their days of grace"),
    })
    .await;
}
