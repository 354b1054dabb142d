//! Applying rules every day.
//!
//! Any number of servers may run it: the first one to try a set on a day does it. Whatever happens, the owners and admins
//! get a mail if a licence changed or should have.

use std::time::Duration;

use entity::licence_rule_set::Model;
use serde_json::Value as Json;
use uuid::Uuid;

use super::plan::Plan;
use super::writing::{Counts, write};
use super::{letters, store};
use crate::access;
use crate::base::clock::every;
use crate::base::error::{Error, Result};
use crate::graphql::request::{Request, Work};
use crate::organisation::store::find_row;
use crate::oversight::audit::{self, Event};
use crate::people::membership::mail_admins;

const EVERY: Duration = Duration::from_mins(15);
/// How many sets are read at once.
const AT_ONCE: u64 = 100;

/// Applies all sets that were not tried today. Returns how many were applied.
pub async fn apply_daily(request: &Request) -> Result<usize> {
    let (mut applied, mut after) = (0, Uuid::nil());
    loop {
        let due = store::due(request.db().reader(), request.today(), after, AT_ONCE).await?;
        let Some(last) = due.last() else { return Ok(applied) };
        after = last.id;
        for set in due {
            // A set that fails does not stop the others. It is tried again in the next round.
            match request.transaction(async |work| attempt(work, &set).await).await {
                Ok(done) => applied += usize::from(done),
                Err(error) => tracing::error!(%error, set = %set.id, "a set of licence rules was not applied"),
            }
        }
    }
}

/// Applies rules every quarter of an hour to the sets that are due, as long as the server runs.
pub async fn apply_now_and_then(request: impl Fn() -> Request) {
    every(EVERY, async || match apply_daily(&request()).await {
        Ok(0) => {}
        Ok(applied) => tracing::info!(applied, "licence rules were applied"),
        Err(error) => tracing::error!(%error, "licence rules were not applied"),
    })
    .await;
}

/// Applies one set, or tells the admins why not. Returns whether it was applied.
async fn attempt(work: &Work<'_>, set: &Model) -> Result<bool> {
    let organisation = set.organisation_id;
    access::lock_all(work.tx, &[organisation]).await?;
    if !store::mark_tried(work.tx, set.id, work.today()).await? {
        return Ok(false);
    }
    let name = find_row(work.tx, organisation).await?.map(|row| row.name).unwrap_or_default();
    let plan = match Plan::make_in(work, organisation, &set.family).await {
        Ok(Some(plan)) => plan,
        Ok(None) => return Ok(false),
        Err(Error::User(error)) => {
            let letter = |locale| letters::refused(locale, &set.family, &name, error.message.in_language(locale));
            mail_admins(work, organisation, letter).await?;
            return Ok(false);
        }
        Err(error) => return Err(error),
    };
    if plan.guard.stops {
        mail_admins(work, organisation, |locale| letters::stopped(locale, &set.family, &name, plan.guard)).await?;
        return Ok(false);
    }
    write(work, &plan).await?;
    let counts = Counts::of(&plan.changes);
    if !counts.is_nothing() {
        mail_admins(work, organisation, |locale| letters::applied(locale, &set.family, &name, counts)).await?;
        let event = Event::done("applyLicenceRules", organisation, None);
        let event = event.changing(Json::Null, counts.audit_snapshot(&plan));
        audit::record_by_system(work.tx, work.random, work.now, event).await?;
    }
    Ok(true)
}
