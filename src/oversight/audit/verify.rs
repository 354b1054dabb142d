//! Verifies a log from its oldest kept event to its end, page by page, with constant memory.

use uuid::Uuid;

use super::rules::{BEGINNING, fault};
use super::store;
use crate::base::db::Db;
use crate::base::error::Result;

/// How many events are read at a time.
const PAGE: u64 = 1000;

/// What was found in a log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Finding {
    /// How many events are valid.
    pub events: u64,
    /// How many of them had their details removed.
    pub forgotten: u64,
    /// The sequence of the first invalid event, and what is wrong with it.
    pub fault: Option<(i64, &'static str)>,
}

/// Verifies the log of an organisation: finds an event that was changed, removed or inserted. Calls `on_page` with the
/// number of events after each page.
pub async fn verify(db: &Db, organisation: Uuid, mut on_page: impl FnMut(u64)) -> Result<Finding> {
    let mut finding = Finding::default();
    // The end is read before the events. So events may be added after it, but none before it may be missing.
    let chain = store::find_chain(db, organisation).await?;
    let mut events = store::events(db, organisation, None, PAGE).await?;
    // The first event of a log and its end are written together.
    let chain = match chain {
        None if !events.is_empty() => store::find_chain(db, organisation).await?,
        chain => chain,
    };
    let (mut last_sequence, mut hash) =
        chain.as_ref().map_or((0, BEGINNING.to_owned()), |chain| (chain.removed_sequence, chain.removed_hash.clone()));
    while !events.is_empty() {
        for event in &events {
            if let Some(reason) = fault(event, last_sequence, &hash) {
                // Retention may have removed the start of the log in the meantime. Then the rest continues from there.
                let removed = store::find_chain(db, organisation)
                    .await?
                    .map(|chain| (chain.removed_sequence, chain.removed_hash));
                if let Some((sequence, end)) = removed.filter(|(sequence, _)| *sequence > last_sequence)
                    && fault(event, sequence, &end).is_none()
                {
                    (last_sequence, hash) = (event.sequence, event.hash.clone());
                    finding.events += 1;
                    continue;
                }
                finding.fault = Some((event.sequence.min(last_sequence + 1), reason));
                return Ok(finding);
            }
            if chain.as_ref().is_some_and(|chain| chain.sequence == event.sequence && chain.hash != event.hash) {
                finding.fault = Some((event.sequence, "the event was changed, together with its hash"));
                return Ok(finding);
            }
            finding.events += 1;
            finding.forgotten += u64::from(event.details.is_none());
            event.hash.clone_into(&mut hash);
            last_sequence = event.sequence;
        }
        on_page(events.len() as u64);
        events = store::events(db, organisation, Some(last_sequence), PAGE).await?;
    }
    match chain {
        Some(chain) if last_sequence < chain.sequence => {
            finding.fault = Some((last_sequence + 1, "the newest events were removed"));
        }
        None if last_sequence > 0 => finding.fault = Some((last_sequence + 1, "the end of the log was removed")),
        _ => {}
    }
    Ok(finding)
}
