//! Writes the documents of what was issued, soon after the issue. It may run on any number of servers: the same document
//! has the same bytes, and only the first is kept.

use std::time::Duration;

use super::{store, write};
use crate::base::clock::every;
use crate::base::error::Result;
use crate::graphql::request::Request;

const EVERY: Duration = Duration::from_secs(5);
/// How many invoices are looked for at once.
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

/// Writes the documents of everything that has none, and returns how many.
pub async fn run(request: &Request) -> Result<usize> {
    let mut count = 0;
    loop {
        let mut written = 0;
        for id in store::without(request.db(), AT_ONCE).await? {
            written += write::of_invoice(request, id).await?;
        }
        for id in store::notes_without(request.db(), AT_ONCE).await? {
            written += write::of_credit_note(request, id).await?;
        }
        count += written;
        if written == 0 {
            return Ok(count);
        }
    }
}
