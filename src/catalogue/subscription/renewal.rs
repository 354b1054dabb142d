//! What the server does about subscriptions by itself: it renews those whose term is over, ends those that are cancelled,
//! and announces higher prices before they count.
//!
//! It may run any number of times, on any number of servers: each batch locks its organisations and looks again. A
//! subscription that is several terms behind, because no server ran, catches up term by term. Decisions and charges do not
//! depend on when it runs.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use chrono::Days;
use entity::{price, product, subscription, subscription_change as change};
use sea_orm::DatabaseTransaction;
use sea_orm::prelude::DateTimeUtc;
use serde_json::Value as Json;
use uuid::Uuid;

use super::acting::{Cause, Found, rows_of};
use super::following::follow;
use super::rules::{Outcome, Standing, audit_snapshot};
use super::store::Due;
use super::{letters, store};
use crate::access;
use crate::base::clock::every;
use crate::base::error::Result;
use crate::base::id::Type;
use crate::catalogue::price::rules as prices;
use crate::catalogue::price::store::{Plans, all_of_products};
use crate::catalogue::product::store as products;
use crate::graphql::request::{Request, Work};
use crate::oversight::audit::{self, Event};
use crate::people::membership::mail_admins;

const EVERY: Duration = Duration::from_mins(10);
/// How many subscriptions one transaction takes: of many organisations, whose locks it holds for a fraction of a second.
const AT_ONCE: i64 = 500;
/// For how many days after the first possible one a price can still be announced.
const GRACE: u64 = 7;

/// The outcome of one round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Renewed {
    /// Subscriptions that began a new term.
    pub renewed: usize,
    /// Subscriptions that ended.
    pub ended: usize,
    /// Higher prices that were announced.
    pub announced: usize,
}

/// Subscriptions of one transaction, with what their prices depend on.
struct Batch {
    loaded: Vec<Found>,
    plans: Plans,
    prices: Vec<price::Model>,
}

impl Batch {
    /// Locks the organisations and loads the subscriptions.
    async fn load(tx: &DatabaseTransaction, due: &[Due]) -> Result<Self> {
        let organisations: BTreeSet<Uuid> = due.iter().map(|one| one.organisation).collect();
        let organisations: Vec<Uuid> = organisations.into_iter().collect();
        access::lock_all(tx, &organisations).await?;
        let ids: Vec<Uuid> = due.iter().map(|one| one.id).collect();
        let rows = store::load_in(tx, &ids).await?;
        let wanted: BTreeSet<Uuid> = rows.iter().map(|(row, _)| row.product_id).collect();
        let wanted: Vec<Uuid> = wanted.into_iter().collect();
        let products: HashMap<Uuid, product::Model> =
            products::load_in(tx, &wanted).await?.into_iter().map(|product| (product.id, product)).collect();
        let loaded = rows.into_iter().filter_map(|(row, changes)| {
            let product = products.get(&row.product_id)?.clone();
            Some(Found { row, changes, product })
        });
        Ok(Self {
            loaded: loaded.collect(),
            plans: Plans::load(tx, &organisations).await?,
            prices: all_of_products(tx, &wanted).await?,
        })
    }

    /// The price of a subscription on the first day of its next term.
    fn offered(&self, standing: &Standing<'_>) -> Option<i64> {
        let row = standing.row;
        let on = row.committed_until;
        let wanted = prices::Wanted {
            product: row.product_id,
            currency: &row.currency,
            term: row.term,
            interval: row.interval,
            quantity: standing.next_quantity(),
        };
        let plans = self.plans.of(row.organisation_id, on);
        prices::in_force(&self.prices, &plans, wanted, on).map(|price| price.unit_minor)
    }
}

/// Runs one round, for a request of nobody.
pub async fn run(request: &Request) -> Result<Renewed> {
    let (db, today) = (request.db(), request.today());
    let mut done = Renewed::default();
    for state in [subscription::State::Active, subscription::State::Cancelled] {
        let mut after = Due::before(DateTimeUtc::UNIX_EPOCH.date_naive());
        loop {
            let due = store::list_due(db, state, today, after, AT_ONCE).await?;
            let Some(last) = due.last() else { break };
            after = *last;
            let (renewed, ended) = request.transaction(async |work| renew(work, &due).await).await?;
            done.renewed += renewed;
            done.ended += ended;
        }
    }
    let from = today + Days::new(request.config.billing.price_notice_days);
    let until = from + Days::new(GRACE);
    let mut after = Due::before(from);
    loop {
        let due = store::list_unannounced(db, subscription::State::Active, until, after, AT_ONCE).await?;
        let Some(last) = due.last() else { return Ok(done) };
        after = *last;
        done.announced += request.transaction(async |work| announce(work, &due).await).await?;
    }
}

/// Runs a round every ten minutes, as long as the server runs.
pub async fn renew_now_and_then(request: impl Fn() -> Request) {
    every(EVERY, async || match run(&request()).await {
        Ok(done) if done == Renewed::default() => {}
        Ok(done) => tracing::info!(done.renewed, done.ended, done.announced, "subscriptions were renewed"),
        Err(error) => tracing::error!(%error, "the renewal of subscriptions failed"),
    })
    .await;
}

/// Renews or ends subscriptions. Returns how many of each.
async fn renew(work: &Work<'_>, due: &[Due]) -> Result<(usize, usize)> {
    let batch = Batch::load(work.tx, due).await?;
    let (mut outcomes, mut appended) = (Vec::new(), Vec::new());
    for one in &batch.loaded {
        let (mut row, mut changes, mut done) = (one.row.clone(), one.changes.clone(), Vec::new());
        loop {
            let standing = Standing { row: &row, product: &one.product, changes: &changes, today: work.today() };
            let Some(outcome) = standing.renew(batch.offered(&standing)) else { break };
            let rows = rows_of(work.request, Cause::default(), &row, &changes, &outcome.planned);
            for change in &mut changes {
                if outcome.done.contains(&change.id) {
                    change.state = change::State::Done;
                }
            }
            changes.extend(rows.iter().cloned());
            appended.extend(rows);
            done.extend(outcome.done);
            row = outcome.row;
        }
        if row != one.row {
            outcomes.push(Outcome { row, planned: Vec::new(), withdrawn: Vec::new(), done });
        }
    }
    if outcomes.is_empty() {
        return Ok((0, 0));
    }
    store::apply(work.tx, &outcomes, appended).await?;
    let before: HashMap<Uuid, &subscription::Model> = batch.loaded.iter().map(|one| (one.row.id, &one.row)).collect();
    let pairs: Vec<_> = outcomes.iter().filter_map(|one| Some((*before.get(&one.row.id)?, &one.row))).collect();
    follow(work, &pairs).await?;
    let ended: Vec<_> = pairs.iter().filter(|(_, row)| row.state == subscription::State::Ended).collect();
    let events = ended.iter().map(|(old, new)| {
        let event = Event::done("endSubscription", new.organisation_id, None).to(Type::Subscription.id(new.id));
        event.changing(audit_snapshot(old), audit_snapshot(new))
    });
    audit::record_all_by_system(work, events.collect()).await?;
    Ok((outcomes.len() - ended.len(), ended.len()))
}

/// Announces the higher prices of next terms. Returns how many.
async fn announce(work: &Work<'_>, due: &[Due]) -> Result<usize> {
    let batch = Batch::load(work.tx, due).await?;
    let (mut outcomes, mut appended, mut events) = (Vec::new(), Vec::new(), Vec::new());
    for found in &batch.loaded {
        let (standing, row) = (found.standing(work), &found.row);
        let Some(offered) = batch.offered(&standing) else { continue };
        let Some(outcome) = standing.announce(offered) else { continue };
        mail_admins(work, row.organisation_id, |locale| letters::higher_price(locale, row, offered)).await?;
        let event = Event::done("announcePrice", row.organisation_id, None).to(Type::Subscription.id(row.id));
        events.push(event.changing(Json::from(row.unit_price_minor), Json::from(offered)));
        appended.extend(rows_of(work.request, Cause::default(), row, &found.changes, &outcome.planned));
        outcomes.push(outcome);
    }
    if !outcomes.is_empty() {
        store::apply(work.tx, &outcomes, appended).await?;
        audit::record_all_by_system(work, events).await?;
    }
    Ok(outcomes.len())
}
