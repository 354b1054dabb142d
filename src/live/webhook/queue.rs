//! Puts events into the queues of the webhooks that ask for them, where events get their places.
//!
//! What goes into a queue may be more than what is sent: whether a webhook may have an event is decided when it is sent.

use std::collections::HashSet;

use entity::webhook::{ActiveModel, Model};
use entity::{event, webhook_delivery as delivery};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::{DatabaseTransaction, Set};
use uuid::Uuid;

use super::{rules, store};
use crate::base::db::Db;
use crate::base::error::Result;
use crate::base::random::Random;
use crate::live::kinds::EventKind;

/// How many events of a replay are read at once.
const AT_ONCE: u64 = 1_000;

/// Queues new events, in the transaction in which they get their places. One statement where no webhook asks for them, and
/// at most three for any number of events.
pub async fn fan_out(
    tx: &DatabaseTransaction,
    db: &Db,
    random: &Random,
    now: DateTimeUtc,
    events: &[event::Model],
) -> Result<()> {
    let organisations: HashSet<Uuid> = events.iter().filter_map(|event| event.organisation_id).collect();
    if organisations.is_empty() {
        return Ok(());
    }
    let organisations: Vec<Uuid> = organisations.into_iter().collect();
    let webhooks = store::listening(tx, db, &organisations).await?;
    let rows = deliveries(tx, db, (random, now), &webhooks, events).await?;
    Ok(store::insert(tx, &rows).await?)
}

/// Queues the next events of a replay, and returns whether there was anything to do.
pub async fn replay_some(db: &Db, random: &Random, now: DateTimeUtc) -> Result<bool> {
    if !store::is_any_replaying(db).await? {
        return Ok(false);
    }
    db.write(async |tx| {
        let Some(webhook) = store::replaying(tx).await? else { return Ok(false) };
        let row = &webhook.0;
        let (after, until) = (row.replay_after.unwrap_or_default(), row.replay_until.unwrap_or_default());
        let organisation = if row.includes_clients { None } else { Some(row.organisation_id) };
        let events = store::events(tx, organisation, (after, until), AT_ONCE).await?;
        let last = events.last().map(|event| event.position);
        let change =
            ActiveModel { replay_after: Set(last), replay_until: Set(last.map(|_| until)), ..Default::default() };
        store::update(tx, row.id, change).await?;
        let rows = deliveries(tx, db, (random, now), std::slice::from_ref(&webhook), &events).await?;
        store::insert_again(tx, &rows).await?;
        Ok(true)
    })
    .await
}

/// The deliveries of events to webhooks. Each webhook comes with whether it is the operator's.
async fn deliveries(
    tx: &DatabaseTransaction,
    db: &Db,
    (random, now): (&Random, DateTimeUtc),
    webhooks: &[(Model, bool)],
    events: &[event::Model],
) -> Result<Vec<delivery::Model>> {
    let mut resellers: Vec<Uuid> = webhooks
        .iter()
        .filter(|(row, is_operator)| row.includes_clients && !is_operator)
        .map(|(row, _)| row.organisation_id)
        .collect();
    resellers.sort_unstable();
    resellers.dedup();
    let pairs = if resellers.is_empty() {
        HashSet::new()
    } else {
        let organisations: HashSet<Uuid> = events.iter().filter_map(|event| event.organisation_id).collect();
        store::above(tx, db, &organisations.into_iter().collect::<Vec<_>>(), &resellers).await?
    };
    let mut rows = Vec::new();
    for event in events {
        let (Some(kind), Some(organisation)) = (EventKind::from_stored(&event.kind), event.organisation_id) else {
            continue;
        };
        for (row, is_operator) in webhooks {
            let is_own = row.organisation_id == organisation;
            let belongs = is_own || *is_operator || pairs.contains(&(organisation, row.organisation_id));
            if belongs && rules::asks_for(row, kind, is_own) {
                rows.extend(rules::delivery(random, now, row, event));
            }
        }
    }
    Ok(rows)
}

/// Removes what came of the events before an instant.
pub async fn remove_old(db: &Db, before: DateTimeUtc) -> Result<u64> {
    let mut removed = 0;
    loop {
        let some = db.write(async |tx| Ok(store::remove(tx, before).await?)).await?;
        removed += some;
        if some == 0 {
            return Ok(removed);
        }
    }
}
