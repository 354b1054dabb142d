//! Counting the use of licences, several times a day.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use entity::usage_day::Model;
use futures_util::future::join_all;
use uuid::Uuid;

use super::store;
use crate::base::clock::every;
use crate::base::error::Result;
use crate::graphql::request::Request;
use crate::licence::pool;

const EVERY: Duration = Duration::from_hours(3);
/// How many organisations one transaction takes.
const AT_ONCE: usize = 100;

/// Counts what all organisations have and use today. Returns how many figures were written.
pub async fn count(request: &Request) -> Result<usize> {
    let (mut written, mut after) = (0, Uuid::nil());
    loop {
        let most = i64::try_from(AT_ONCE).unwrap_or(i64::MAX);
        let organisations = store::organisations(request.db(), after, most).await?;
        let Some(last) = organisations.last() else { return Ok(written) };
        after = *last;
        let rows = figures(request, &organisations).await?;
        written += rows.len();
        request.transaction(async |work| Ok(store::save(work.tx, &rows).await?)).await?;
    }
}

/// The figures of some organisations. The number of statements does not depend on how many there are.
async fn figures(request: &Request, organisations: &[Uuid]) -> Result<Vec<Model>> {
    let people = store::in_use(request.db(), organisations, request.now()).await?;
    let each = organisations.iter().map(async |organisation| {
        let granted = pool::granted(request, *organisation).await?;
        let used = pool::store::load(request, *organisation).await?;
        let used: HashMap<Uuid, i64> = used.iter().map(|row| (row.feature_id, row.used)).collect();
        let features: BTreeSet<Uuid> = granted.keys().chain(used.keys()).copied().collect();
        let rows = features.into_iter().map(|feature| {
            let in_use = people.get(&(*organisation, feature)).copied().unwrap_or_default();
            Model {
                id: request.random.id(request.now()),
                organisation_id: *organisation,
                feature_id: feature,
                day: request.today(),
                granted: granted.get(&feature).copied().unwrap_or_default(),
                // Quotas count things, which no person has.
                assigned: used.get(&feature).copied().unwrap_or_default(),
                active_7: in_use.active_7,
                active_30: in_use.active_30,
                never: in_use.never,
            }
        });
        Ok(rows.collect::<Vec<_>>())
    });
    Ok(join_all(each).await.into_iter().collect::<Result<Vec<_>>>()?.concat())
}

/// Counts every three hours, as long as the server runs.
pub async fn count_now_and_then(request: impl Fn() -> Request) {
    every(EVERY, async || match count(&request()).await {
        Ok(written) => tracing::debug!(written, "the use of licences was counted"),
        Err(error) => tracing::error!(%error, "the use of licences was not counted"),
    })
    .await;
}
