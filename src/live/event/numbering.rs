//! Gives events their places in one order.
//!
//! Transactions commit in another order than they begin, so nothing can number events while it writes them: a reader would
//! pass over one that commits late. Instead, what has been committed gets its number here. The row with the last number is
//! locked meanwhile, so numbers become visible in their order, and whoever has read up to a number has missed nothing.

use std::time::Duration;

use chrono::TimeDelta;
use entity::audit_event::ActorKind;
use entity::event::Model;
use sea_orm::prelude::DateTimeUtc;
use sea_orm::{ActiveEnum, DatabaseTransaction};
use uuid::Uuid;

use super::store::{self, Waiting};
use crate::base::clock::{Clock, every};
use crate::base::db::Db;
use crate::base::error::Result;
use crate::base::id::{self, Type};
use crate::base::random::Random;
use crate::live::kinds::EventKind;
use crate::live::webhook;

/// How many events one transaction numbers.
const AT_ONCE: u64 = 1_000;
/// How often old events are removed.
const CLEANED_EVERY: Duration = Duration::from_hours(1);

/// Numbers all that waits. Any number of nodes may do this at the same time. Returns whether there was anything.
pub async fn number(db: &Db, random: &Random, now: DateTimeUtc) -> Result<bool> {
    let mut has_numbered = false;
    while store::has_waiting(db).await? {
        has_numbered |= db.write(async |tx| number_some(tx, db, random, now).await).await?;
    }
    Ok(has_numbered)
}

async fn number_some(tx: &DatabaseTransaction, db: &Db, random: &Random, now: DateTimeUtc) -> Result<bool> {
    let end = store::lock_end(tx).await?;
    let waiting = store::waiting(tx, AT_ONCE).await?;
    let waited: Vec<i64> = waiting.iter().map(|one| one.place).collect();
    let mut events: Vec<Model> = waiting.into_iter().filter_map(|one| event(one, random, now)).collect();
    name_domains(tx, &mut events).await?;
    name_invited(tx, &mut events).await?;
    let mut position = end;
    for event in &mut events {
        position += 1;
        event.position = position;
    }
    if !waited.is_empty() {
        store::insert(tx, &events, &waited).await?;
        webhook::fan_out(tx, db, random, now, &events).await?;
    }
    if position > end {
        store::set_end(tx, position).await?;
        store::ring(tx).await?;
    }
    Ok(position > end)
}

/// The event without its position; `None` for acts that are no events.
fn event(waiting: Waiting, random: &Random, now: DateTimeUtc) -> Option<Model> {
    let (kind, object) = if let Some(name) = &waiting.kind {
        let kind = EventKind::from_stored(name)?;
        (kind, kind.announced().zip(waiting.object_key))
    } else {
        let kind = EventKind::of_act(waiting.action.as_deref()?, waiting.details.as_deref())?;
        (kind, waiting.object_id.and_then(|id| id::parse(&id.into()).ok()))
    };
    let actor = waiting.actor.and_then(|(kind, id)| Some((ActorKind::try_from_value(&kind).ok()?, id)));
    let actor = actor.filter(|(kind, _)| *kind != ActorKind::System);
    Some(Model {
        position: 0,
        // An announcement's own id says nothing of its time.
        id: if waiting.kind.is_some() { random.id(now) } else { waiting.id },
        kind: kind.stored().to_owned(),
        at: waiting.at.unwrap_or(now),
        organisation_id: waiting.organisation,
        user_id: waiting.user.or_else(|| joined_or_left(kind, actor)),
        actor_kind: actor.map(|(kind, _)| kind),
        actor_id: actor.and_then(|(_, id)| id),
        object_key: object.map(|(_, key)| key),
        object_id: object.map(|(kind, key)| kind.id(key).0),
    })
}

/// Events of services that are domains are read with another permission.
async fn name_domains(tx: &DatabaseTransaction, events: &mut [Model]) -> Result<()> {
    let is_of_service = |event: &&mut Model| event.kind == EventKind::ServiceChanged.stored();
    let services: Vec<Uuid> = events.iter_mut().filter(is_of_service).filter_map(|event| event.object_key).collect();
    let domains = store::domains(tx, &services).await?;
    for event in events.iter_mut().filter(is_of_service) {
        if event.object_key.is_some_and(|key| domains.contains(&key)) {
            EventKind::DomainChanged.stored().clone_into(&mut event.kind);
        }
    }
    Ok(())
}

/// An invitation concerns the user who has its address.
async fn name_invited(tx: &DatabaseTransaction, events: &mut [Model]) -> Result<()> {
    let is_of_invitation = |event: &&mut Model| {
        event.user_id.is_none() && event.object_id.as_ref().is_some_and(|id| id.starts_with("invitation_"))
    };
    let invitations: Vec<Uuid> =
        events.iter_mut().filter(is_of_invitation).filter_map(|event| event.object_key).collect();
    let invited = store::invited(tx, &invitations).await?;
    for event in events.iter_mut().filter(is_of_invitation) {
        event.user_id = event.object_key.and_then(|key| invited.get(&key).copied());
    }
    Ok(())
}

/// Who joins or leaves by an act of their own.
fn joined_or_left(kind: EventKind, actor: Option<(ActorKind, Option<Uuid>)>) -> Option<Uuid> {
    let is_own = matches!(kind, EventKind::MemberJoined | EventKind::MemberLeft | EventKind::OwnershipChanged);
    actor.filter(|(kind, _)| is_own && *kind == ActorKind::User)?.1
}

impl EventKind {
    /// The type of the object of an event that no audit event says.
    const fn announced(self) -> Option<Type> {
        match self {
            Self::InvoicePaid | Self::InvoiceReopened | Self::InvoiceChanged => Some(Type::Invoice),
            Self::SessionStarted | Self::SessionEnded => Some(Type::Session),
            Self::LicenceExhausted => Some(Type::Feature),
            _ => None,
        }
    }
}

/// Removes the events that are older than so many days, and what came of them.
pub async fn remove_old(db: &Db, now: DateTimeUtc, days: i64) -> Result<u64> {
    let before = now - TimeDelta::days(days);
    let mut removed = webhook::remove_old(db, before).await?;
    loop {
        let some = db.write(async |tx| Ok(store::remove(tx, before).await?)).await?;
        removed += some;
        if some == 0 {
            return Ok(removed);
        }
    }
}

/// Removes old events once an hour while the server runs.
pub async fn remove_now_and_then(db: Db, clock: Clock, days: i64) {
    every(CLEANED_EVERY, async || {
        if let Err(error) = remove_old(&db, clock.now(), days).await {
            tracing::error!(%error, "old events could not be removed");
        }
    })
    .await;
}
