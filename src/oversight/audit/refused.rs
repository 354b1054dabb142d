//! Refused mutations. Each is recorded in the log of the actor's active organisation if the actor belongs there.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::TimeDelta;
use sea_orm::prelude::DateTimeUtc;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::event::{Doer, Event};
use super::record::{belongs, record};
use crate::access::Permission;
use crate::base::error::Result;
use crate::graphql::refusals::Refusal;
use crate::graphql::request::Request;

/// How many refusals per actor and minute this process writes, so that nobody can flood a log.
const MOST_A_MINUTE: u32 = 10;
/// How many actors are counted at most. Above that, counts of past minutes are dropped.
const ACTORS: usize = 10_000;

/// Writes refusals. Cheap to clone.
#[derive(Clone, Default)]
pub struct RefusalLog {
    spent: Arc<Mutex<HashMap<Uuid, Spent>>>,
}

/// How many refusals were written since the minute started.
#[derive(Clone, Copy)]
struct Spent {
    since: DateTimeUtc,
    count: u32,
}

impl RefusalLog {
    /// Records the refusals of a finished request. If this fails, the response stays the same.
    pub async fn write(&self, request: &Request) {
        for refusal in request.refusals.take() {
            // Boxed, because most requests refuse nothing and should not reserve the memory.
            if let Err(error) = Box::pin(self.write_one(request, refusal)).await {
                tracing::error!(%error, "a refused mutation could not be written to the audit log");
            }
        }
    }

    async fn write_one(&self, request: &Request, refusal: Refusal) -> Result<()> {
        let (Some(actor), Some(organisation)) = (Doer::of(request.actor()).id, request.acting_organisation()) else {
            return Ok(());
        };
        if !belongs(&request.access, organisation).await? || !self.spend(actor, request.now()) {
            return Ok(());
        }
        let permission = refusal.permission.map(Permission::graphql_name);
        let after = json!({ "code": refusal.code, "permission": permission });
        // The event shows how the actor belongs to the organisation.
        let event = Event::done(&refusal.action, organisation, Some(Permission::OrganisationRead)).refused();
        let event = event.changing(Json::Null, after);
        request.db().write(async |tx| Ok(record(&request.work(tx), event).await?)).await
    }

    fn spend(&self, actor: Uuid, now: DateTimeUtc) -> bool {
        let is_past = |spent: &Spent| now - spent.since >= TimeDelta::minutes(1);
        let mut all = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= ACTORS {
            all.retain(|_, spent| !is_past(spent));
        }
        let spent = all.entry(actor).or_insert(Spent { since: now, count: 0 });
        if is_past(spent) {
            *spent = Spent { since: now, count: 0 };
        }
        spent.count += 1;
        spent.count <= MOST_A_MINUTE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_actor_writes_ten_refusals_a_minute_and_others_their_own() {
        let log = RefusalLog::default();
        let (ada, bob, now) = (Uuid::from_u128(1), Uuid::from_u128(2), DateTimeUtc::UNIX_EPOCH);
        let written = (0..15).filter(|_| log.spend(ada, now)).count();
        assert_eq!(written, 10);
        assert!(log.spend(bob, now));
        assert!(!log.spend(ada, now + TimeDelta::seconds(59)));
        assert!(log.spend(ada, now + TimeDelta::seconds(60)));
    }
}
