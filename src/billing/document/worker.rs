//! Writes the documents of what was issued, soon after the issue. It may run on any number of servers: the same document
//! has the same bytes, and only the first is kept.

use std::time::Duration;

use uuid::Uuid;

use super::store::{self, Source};
use super::write::write;
use crate::base::clock::every;
use crate::base::error::Result;
use crate::graphql::request::Request;

const EVERY: Duration = Duration::from_secs(5);
/// How many are looked for at once.
const AT_ONCE: u64 = 50;

/// Writes documents every few seconds, as long as the server runs.
pub async fn write_now_and_then(request: impl Fn() -> Request) {
    every(EVERY, async || match run(&request()).await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "documents were written"),
        Err(error) => tracing::error!(%error, "documents could not be written; they are tried again"),
    })
    .await;
}

/// Writes all documents that are still to be written, and returns how many it wrote. One that cannot be written keeps no
/// other from being written.
pub async fn run(request: &Request) -> Result<usize> {
    Ok(write_all(request, Source::Invoice).await? + write_all(request, Source::CreditNote).await?)
}

async fn write_all(request: &Request, source: fn(Uuid) -> Source) -> Result<usize> {
    let (mut count, mut after) = (0, Uuid::nil());
    loop {
        let due = store::due(request.db(), source(after), AT_ONCE).await?;
        let Some(last) = due.last().copied() else { return Ok(count) };
        for id in due {
            match write(request, source(id)).await {
                Ok(written) => count += written,
                Err(error) => tracing::error!(%error, of = ?source(id), "a document could not be written"),
            }
        }
        after = last;
    }
}
