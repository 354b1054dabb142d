//! Ending the assignments whose days of grace are over, and giving their licences back.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::Days;
use entity::licence_assignment::Model;
use uuid::Uuid;

use super::rules::Reason;
use super::store;
use crate::access;
use crate::base::clock::every;
use crate::base::error::Result;
use crate::graphql::request::{Request, Work};
use crate::licence::pool::give_back;

const EVERY: Duration = Duration::from_mins(15);
/// How many organisations one round takes at a time.
const AT_ONCE: u64 = 100;
/// How many licences of deleted people are read at once.
const MOST_DELETED: u64 = 500;
/// For how many days the licence of a deleted person is kept where no rules say otherwise.
const GRACE: Days = Days::new(7);

/// Ends the assignments of an organisation whose last day is over. The caller has locked the organisation. Each act on
/// licences begins with it, so nothing depends on when the job runs. Returns how many.
pub async fn settle(work: &Work<'_>, organisation: Uuid) -> Result<usize> {
    let due = store::due(work.tx, organisation, work.today()).await?;
    end(work, organisation, &due).await?;
    Ok(due.len())
}

/// Ends assignments of an organisation now, and gives their licences back. The caller has locked the organisation.
pub async fn end(work: &Work<'_>, organisation: Uuid, rows: &[Model]) -> Result<()> {
    let mut returned: BTreeMap<Uuid, i64> = BTreeMap::new();
    for row in rows {
        *returned.entry(row.feature_id).or_default() += 1;
    }
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    store::end(work.tx, &ids, work.now).await?;
    give_back(work, organisation, &returned).await
}

/// Lets the licences of deleted people end, after the usual days of grace, where no rules decide about them. Returns how
/// many.
pub async fn release_deleted(request: &Request) -> Result<usize> {
    let mut ending = 0;
    loop {
        let rows = store::of_deleted(request.db().reader(), MOST_DELETED).await?;
        let Some(organisation) = rows.first().map(|row| row.organisation_id) else { return Ok(ending) };
        let of_it = rows.iter().filter(|row| row.organisation_id == organisation);
        let ids: Vec<Uuid> = of_it.map(|row| row.id).collect();
        ending += ids.len();
        let reason = Reason::plain("The person was deleted.").text();
        request
            .transaction(async |work| {
                access::lock_all(work.tx, &[organisation]).await?;
                Ok(store::begin_end(work.tx, &ids, work.today() + GRACE, &reason).await?)
            })
            .await?;
    }
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
    every(EVERY, async || {
        let request = request();
        match (release_deleted(&request).await, settle_all(&request).await) {
            (Ok(0), Ok(0)) => {}
            (Ok(ending), Ok(ended)) => {
                tracing::info!(ending, ended, "licences of deleted people end, and others ended");
            }
            (Err(error), _) | (_, Err(error)) => tracing::error!(%error, "licences were not ended"),
        }
    })
    .await;
}
