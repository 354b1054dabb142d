//! Works on billing runs: it takes a run that nobody works on, and bills a number of organisations at a time until none is
//! left.
//!
//! The counts of a run are written in the transaction of its invoices, so they are right whenever the server stops. A run
//! has a lease. If the server that works on it dies, another goes on when the lease is over.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use entity::billing_run::{Mode, Model, State};
use entity::issuer;
use uuid::Uuid;

use super::bill::{Done, Problem, SMALL, bill};
use super::store;
use crate::base::clock::every;
use crate::base::error::{Error, Result};
use crate::billing::issuer::rules::horizon;
use crate::billing::{charge, issuer as issuers, unbilled};
use crate::graphql::request::{Request, Work};

/// How often a server looks for a run.
const EVERY: Duration = Duration::from_secs(3);
/// How many organisations one transaction bills.
const AT_ONCE: usize = 50;
/// How many problems a run keeps.
const MOST_PROBLEMS: usize = 100;

/// Looks for runs every few seconds, as long as the server runs.
pub async fn bill_now_and_then(request: impl Fn() -> Request) {
    every(EVERY, async || match work(&request).await {
        Ok(None) => {}
        Ok(Some(run)) => tracing::info!(run.invoices, run.credit_notes, run.left_out, "a billing run is done"),
        Err(error) => tracing::error!(%error, "a billing run failed; it goes on by itself"),
    })
    .await;
}

/// Works on the next run until it is done. Returns it, or `None` if there is nothing to do. Each step is a request of its
/// own, at its own time.
pub async fn work(request: impl Fn() -> Request) -> Result<Option<Model>> {
    let first = request();
    let Some(mut run) = store::claim(first.db(), first.now()).await? else { return Ok(None) };
    run.lease_until = first.now() + store::LEASE;
    while run.state == State::Running {
        run = step(&request(), run).await?;
    }
    Ok(Some(run))
}

/// Bills the next organisations of a run.
async fn step(request: &Request, run: Model) -> Result<Model> {
    let Some(issuer) = issuers::store::find(request.db().reader(), run.issuer_id).await? else {
        return Err(Error::fault("a billing run without an issuer"));
    };
    let after = run.reached_id.unwrap_or_default();
    let horizon = horizon(&issuer, run.until_on);
    let limit = AT_ONCE as u64;
    let with_subscriptions = unbilled::store::organisations(request.db().reader(), horizon, after, limit).await?;
    let with_charges = charge::store::organisations(request.db().reader(), run.until_on, after, limit).await?;
    let next: BTreeSet<Uuid> = with_subscriptions.into_iter().chain(with_charges).collect();
    let next: Vec<Uuid> = next.into_iter().take(AT_ONCE).collect();
    let mut some = &next[..];
    loop {
        match (attempt(request, &run, &issuer, some).await, some) {
            // One organisation must not keep the others from being billed: it is found by billing them one by one.
            (Err(Error::Internal | Error::User(_) | Error::InvalidInput(_)), [first, rest @ ..]) => {
                if rest.is_empty() {
                    return leave_out(request, &run, *first).await;
                }
                some = std::slice::from_ref(first);
            }
            (outcome, _) => return outcome,
        }
    }
}

/// Bills these organisations; none is left if there are none.
async fn attempt(request: &Request, run: &Model, issuer: &issuer::Model, next: &[Uuid]) -> Result<Model> {
    request
        .transaction(async |work| {
            let mut after = run.clone();
            match next.last() {
                None => {
                    after.state = State::Done;
                    after.finished_at = Some(work.now);
                }
                Some(last) => {
                    let limits = limits(work, issuer, run).await?;
                    let done = bill(work, run, issuer, next, limits.as_ref()).await?;
                    if done.stops {
                        after.state = State::Stopped;
                    } else {
                        after.reached_id = Some(*last);
                        add(&mut after, done);
                    }
                }
            }
            save(work, run, after).await
        })
        .await
}

/// Goes on behind an organisation that the server failed to bill.
async fn leave_out(request: &Request, run: &Model, organisation: Uuid) -> Result<Model> {
    tracing::error!(%organisation, run = %run.id, "an organisation could not be billed");
    let message = "The server failed to bill it. Its log says why. Bill it again when that is mended.".to_owned();
    let done = Done { problems: vec![Problem { organisation, message }], ..Done::default() };
    request
        .transaction(async |work| {
            let mut after = Model { reached_id: Some(organisation), ..run.clone() };
            add(&mut after, done.clone());
            save(work, run, after).await
        })
        .await
}

async fn save(work: &Work<'_>, run: &Model, mut after: Model) -> Result<Model> {
    after.lease_until = work.now + store::LEASE;
    if store::save(work.tx, run.lease_until, after.clone()).await? {
        return Ok(after);
    }
    Err(Error::Conflict("Another server works on the billing run.".to_owned()))
}

/// How much the run may still invoice in each currency before it stops for a look. `None`: there is no limit.
async fn limits(work: &Work<'_>, issuer: &issuer::Model, run: &Model) -> Result<Option<BTreeMap<String, i128>>> {
    let (Some(percent), false, Mode::Draft | Mode::Issue) = (issuer.stop_above_percent, run.is_confirmed, run.mode)
    else {
        return Ok(None);
    };
    let Some(last) = store::last_done(work.tx, run.issuer_id).await? else { return Ok(None) };
    let so_far = sums(run);
    let rest = sums(&last).into_iter().map(|(currency, minor)| {
        let most = (minor * (100 + i128::from(percent)) / 100).max(SMALL);
        let rest = most - so_far.get(&currency).copied().unwrap_or_default();
        (currency, rest)
    });
    Ok(Some(rest.collect()))
}

fn sums(run: &Model) -> BTreeMap<String, i128> {
    let sums: BTreeMap<String, i64> = serde_json::from_str(&run.sums).unwrap_or_default();
    sums.into_iter().map(|(currency, minor)| (currency, i128::from(minor))).collect()
}

/// Adds what a step has done to the counts of a run.
fn add(run: &mut Model, done: Done) {
    let count = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
    run.invoices = run.invoices.saturating_add(count(done.invoices));
    run.credit_notes = run.credit_notes.saturating_add(count(done.credit_notes));
    run.left_out = run.left_out.saturating_add(count(done.problems.len()));
    let mut all = sums(run);
    for (currency, minor) in done.sums {
        *all.entry(currency).or_default() += minor;
    }
    let all: BTreeMap<String, i64> =
        all.into_iter().map(|(currency, minor)| (currency, i64::try_from(minor).unwrap_or(i64::MAX))).collect();
    run.sums = serde_json::to_string(&all).unwrap_or_else(|_| "{}".to_owned());
    let mut problems: Vec<Problem> = serde_json::from_str(&run.problems).unwrap_or_default();
    let room = MOST_PROBLEMS.saturating_sub(problems.len());
    problems.extend(done.problems.into_iter().take(room));
    run.problems = serde_json::to_string(&problems).unwrap_or_else(|_| "[]".to_owned());
}

/// Lets a run that has stopped go on.
pub async fn resume(work: &Work<'_>, row: Model) -> Result<Model> {
    let before = row.lease_until;
    let row = Model { state: State::Running, is_confirmed: true, lease_until: work.now, ..row };
    store::save(work.tx, before, row.clone()).await?;
    Ok(row)
}
