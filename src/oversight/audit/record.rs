//! How events are written: every mutation calls `record` in its own transaction.

use std::collections::BTreeSet;

use entity::audit_event::{self, Way};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::{DatabaseTransaction, DbErr};
use serde_json::json;
use uuid::Uuid;

use super::event::{Doer, Event};
use super::rules::{BEGINNING, hash_of};
use super::store;
use crate::access::{Access, Permission, Step};
use crate::base::error::Result;
use crate::base::random::{Random, hash};
use crate::graphql::request::{Request, Work};

type Written<T> = Result<T, DbErr>;

/// How many events of many organisations are written at once.
const AT_ONCE: usize = 500;

/// Who acted, when, and why they were allowed.
struct Setting {
    doer: Doer,
    at: DateTimeUtc,
    request_id: String,
    acting_organisation: Option<Uuid>,
    way: (Way, Option<Uuid>),
}

impl Setting {
    /// Of the server itself, or of somebody for whom it acts.
    const fn of_system(doer: Doer, at: DateTimeUtc) -> Self {
        Self { doer, at, request_id: String::new(), acting_organisation: None, way: (Way::Own, None) }
    }

    fn of(request: &Request, event: &Event) -> Self {
        Self {
            at: request.now(),
            request_id: request.id.clone(),
            acting_organisation: if event.by.is_some() { None } else { request.acting_organisation() },
            way: way(&request.access, event),
            doer: event.by.clone().unwrap_or_else(|| Doer::of(request.actor())),
        }
    }
}

/// Writes the event of an act in its transaction: two statements.
pub async fn record(work: &Work<'_>, event: Event) -> Written<()> {
    record_all(work, vec![event]).await
}

/// Writes an event for each of many objects: two statements. All events have the same actor, permission and organisation.
pub async fn record_all(work: &Work<'_>, events: Vec<Event>) -> Written<()> {
    let Some(first) = events.first() else { return Ok(()) };
    let setting = Setting::of(work.request, first);
    append(work.tx, work.random, &setting, events).await
}

/// Writes the first event of each of many new organisations: three statements.
pub async fn record_beginnings(work: &Work<'_>, events: Vec<Event>) -> Written<()> {
    if events.is_empty() {
        return Ok(());
    }
    store::insert_chains(work.tx, events.iter().map(|event| event.organisation)).await?;
    let rows = events.into_iter().map(|event| {
        let setting = Setting::of(work.request, &event);
        row(work.random, &setting, event, (1, BEGINNING.to_owned()))
    });
    store::insert(work.tx, rows).await
}

/// Records that staff of the operator read something through the operator's access alone, so that customers can see it.
/// Does nothing for other viewers.
pub async fn record_look(request: &Request, event: Event) -> Result<()> {
    if way(&request.access, &event).0 != Way::Operator {
        return Ok(());
    }
    request.db().write(async |tx| Ok(record(&request.work(tx), event).await?)).await
}

/// Writes the event of an act by the command line, by a background task, or by somebody whom the event names.
pub async fn record_by_system(
    tx: &DatabaseTransaction,
    random: &Random,
    now: DateTimeUtc,
    event: Event,
) -> Written<()> {
    let doer = event.by.clone().unwrap_or_else(Doer::system);
    append(tx, random, &Setting::of_system(doer, now), vec![event]).await
}

/// Writes the events of a background task at many organisations: two statements for up to 500. The caller has locked the
/// organisations.
pub async fn record_all_by_system(work: &Work<'_>, events: Vec<Event>) -> Written<()> {
    let setting = Setting::of_system(Doer::system(), work.now);
    let mut events = events.into_iter().peekable();
    while events.peek().is_some() {
        let some: Vec<Event> = events.by_ref().take(AT_ONCE).collect();
        let organisations: BTreeSet<Uuid> = some.iter().map(|event| event.organisation).collect();
        let organisations: Vec<Uuid> = organisations.into_iter().collect();
        let mut ends = store::lock_ends(work.tx, work.request.db(), &organisations).await?;
        let rows: Vec<audit_event::Model> = some
            .into_iter()
            .filter_map(|event| {
                let end = ends.get_mut(&event.organisation)?;
                let row = row(work.random, &setting, event, (end.0 + 1, end.1.clone()));
                *end = (row.sequence, row.hash.clone());
                Some(row)
            })
            .collect();
        store::insert(work.tx, rows).await?;
    }
    Ok(())
}

async fn append(tx: &DatabaseTransaction, random: &Random, setting: &Setting, events: Vec<Event>) -> Written<()> {
    let Some(organisation) = events.first().map(|event| event.organisation) else { return Ok(()) };
    let (mut sequence, mut previous_hash) = store::lock_end(tx, organisation).await?;
    let mut rows = Vec::with_capacity(events.len());
    for event in events {
        let row = row(random, setting, event, (sequence + 1, previous_hash));
        (sequence, previous_hash) = (row.sequence, row.hash.clone());
        rows.push(row);
    }
    // A trigger updates the end of the chain.
    store::insert(tx, rows).await
}

fn row(
    random: &Random,
    setting: &Setting,
    event: Event,
    (sequence, previous_hash): (i64, String),
) -> audit_event::Model {
    let Setting { doer, at, request_id, acting_organisation, way: (way, partnership_id) } = setting;
    // The salt prevents anyone from guessing erased details and checking the guess against the hash.
    let salt = hash(&random.secret());
    let details = json!({ "actor": doer.name, "before": event.before, "after": event.after, "salt": salt }).to_string();
    let mut row = audit_event::Model {
        id: random.id(*at),
        organisation_id: event.organisation,
        sequence,
        at: *at,
        actor_kind: doer.kind,
        actor_id: doer.id,
        acting_organisation_id: *acting_organisation,
        way: *way,
        partnership_id: *partnership_id,
        action: event.action,
        object_id: event.object.map(|id| id.to_string()),
        outcome: event.outcome,
        details_hash: hash(&details),
        details: Some(details),
        request_id: request_id.clone(),
        previous_hash,
        hash: String::new(),
        person_id: event.person,
    };
    row.hash = hash_of(&row);
    row
}

/// Why the actor was allowed, from the last link of the shortest path.
fn way(access: &Access, event: &Event) -> (Way, Option<Uuid>) {
    if let Some(partnership) = event.through {
        return (Way::Partnership, Some(partnership));
    }
    if event.by_staff {
        return (Way::Operator, None);
    }
    let path = event.permission.and_then(|permission| access.way(event.organisation, permission));
    match path.as_deref().and_then(<[Step]>::last) {
        Some(Step::Partnership { partnership, .. }) => (Way::Partnership, Some(*partnership)),
        Some(Step::Operator { .. }) => (Way::Operator, None),
        Some(Step::Key { .. }) => (Way::ApiKey, None),
        Some(Step::Membership { .. }) => (Way::Membership, None),
        None => (Way::Own, None),
    }
}

/// Whether the actor belongs to the organisation: a member there, or its key.
pub async fn belongs(access: &Access, organisation: Uuid) -> Result<bool> {
    access.look(organisation).await?;
    let path = access.way(organisation, Permission::OrganisationRead).unwrap_or_default();
    Ok(matches!(path[..], [Step::Membership { .. } | Step::Key { .. }]))
}
