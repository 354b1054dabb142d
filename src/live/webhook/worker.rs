//! Sends deliveries while the server runs, on every node.
//!
//! A node takes a lease before it sends a delivery: one statement takes many. What it has taken waits in a lane for each
//! webhook, so that a slow receiver holds up only itself. Right before deliveries are sent, one statement reads the webhooks
//! and what has changed of the tenant graph, and `deciding` decides about each of them as about an API key with the scopes
//! of the webhook. So nothing is sent that a webhook may not have at that moment. The outcomes of many attempts are written
//! together. If the node is killed, its leases end, and others send what it had not recorded: a receiver may get an event
//! twice, always with the same id.

use std::collections::{HashMap, HashSet, VecDeque};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use entity::webhook::{Model, Reason};
use entity::webhook_delivery as delivery;
use futures_util::FutureExt;
use sea_orm::prelude::DateTimeUtc;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until, timeout};
use url::Url;
use uuid::Uuid;

use super::outgoing::{LookUp, Message, Outgoing, PATIENCE, system};
use super::queue::replay_some;
use super::rules::{self, Attempt, Next};
use super::stopping::stop;
use super::store::{self, Settled, Share};
use super::{deciding, sealed};
use crate::base::clock::Clock;
use crate::base::config::Config;
use crate::base::db::Db;
use crate::base::error::Result;
use crate::base::id::Type;
use crate::base::random::Random;
use crate::people::user::SecretKeys;

/// How often the worker looks for what is due.
const EVERY: Duration = Duration::from_millis(250);
/// The pause after a database error.
const LONG_PAUSE: Duration = Duration::from_secs(5);
/// How long a node has a delivery to itself.
const LEASE: TimeDelta = TimeDelta::seconds(45);
/// How long before the end of its lease a delivery is not sent any more.
const MARGIN: TimeDelta = TimeDelta::seconds(15);
/// The most deliveries that a node has taken and not settled.
const TAKEN: usize = 2_048;
/// How many a node takes of one webhook at once.
const TAKEN_OF_ONE: usize = 256;
/// Attempts at the same time: of a node, of a webhook, and of a webhook that fails.
const RUNNING: usize = 512;
const RUNNING_OF_ONE: usize = 16;
const RUNNING_OF_FAILING: usize = 2;
/// Outcomes are written when there are so many, or when one has waited for so long.
const SETTLED_AT_ONCE: usize = 200;
const SETTLED_AFTER: Duration = Duration::from_millis(20);
/// How long attempts may take after the shutdown begins.
const END: Duration = Duration::from_secs(12);
/// How often what waits is counted.
const COUNTED: TimeDelta = TimeDelta::minutes(1);

/// Sends the deliveries that are due. Cheap to clone.
#[derive(Clone)]
pub struct Worker {
    db: Db,
    clock: Clock,
    random: Random,
    keys: SecretKeys,
    outgoing: Outgoing,
}

/// What came of the deliveries that were due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// The receiver has them.
    pub delivered: usize,
    /// They are tried again.
    pub delayed: usize,
    /// They were given up.
    pub given_up: usize,
    /// They were not sent, because the webhook may not have them.
    pub withheld: usize,
}

/// What waits for one webhook on this node.
#[derive(Default)]
struct Lane {
    waiting: VecDeque<delivery::Model>,
    running: usize,
    is_ordered: bool,
    is_failing: bool,
    /// Whether more is due than was taken.
    has_more: bool,
}

impl Lane {
    /// How many more may be sent now.
    fn room(&self) -> usize {
        let most = match (self.is_ordered, self.is_failing) {
            (true, _) => 1,
            (false, true) => RUNNING_OF_FAILING,
            (false, false) => RUNNING_OF_ONE,
        };
        most.saturating_sub(self.running)
    }
}

/// An attempt that has ended.
struct Done {
    row: delivery::Model,
    webhook: Arc<Model>,
    attempt: Attempt,
}

/// What a node has taken.
struct Work {
    worker: Worker,
    lanes: HashMap<Uuid, Lane>,
    running: JoinSet<Done>,
    done: Vec<Done>,
    withheld: Vec<Uuid>,
    given_back: Vec<Uuid>,
    /// Webhooks in order that others may send to again.
    freed: Vec<Uuid>,
    /// Whether more is due for those.
    frees_more: bool,
    round: Round,
}

impl Worker {
    /// A worker with the look-up of the system. An error if the certificates of the settings cannot be used.
    pub fn new(config: &Config, db: Db, clock: Clock, random: Random, keys: SecretKeys) -> Result<Self, String> {
        Self::looking_up(config, db, clock, random, keys, system())
    }

    /// A worker that finds the addresses of names in another way.
    pub fn looking_up(
        config: &Config,
        db: Db,
        clock: Clock,
        random: Random,
        keys: SecretKeys,
        look_up: LookUp,
    ) -> Result<Self, String> {
        let outgoing = Outgoing::new(&config.live, look_up)?;
        Ok(Self { db, clock, random, keys, outgoing })
    }

    fn work(&self) -> Work {
        Work {
            worker: self.clone(),
            lanes: HashMap::new(),
            running: JoinSet::new(),
            done: Vec::new(),
            withheld: Vec::new(),
            given_back: Vec::new(),
            freed: Vec::new(),
            frees_more: false,
            round: Round::default(),
        }
    }

    /// Sends each delivery that is due by the clock once.
    pub async fn deliver_due(&self) -> Result<Round> {
        while replay_some(&self.db, &self.random, self.clock.now()).await? {}
        let mut work = self.work();
        loop {
            let mut is_more = work.take().await?;
            loop {
                is_more |= work.begin().await?;
                let Some(done) = work.running.join_next().await else { break };
                work.collect(done);
                if work.done.len() >= SETTLED_AT_ONCE {
                    work.settle().await?;
                }
            }
            work.settle().await?;
            if !is_more {
                return Ok(work.round);
            }
        }
    }

    /// Counts what waits.
    pub async fn count(&self) -> Result<()> {
        let waiting = u32::try_from(store::count_waiting(&self.db).await?).unwrap_or(u32::MAX);
        metrics::gauge!("tenantry_webhook_deliveries_waiting").set(waiting);
        Ok(())
    }

    /// Works until `end` completes. Then it finishes the running attempts.
    pub async fn run(self, end: impl Future<Output = ()>) {
        let mut end = std::pin::pin!(end);
        let mut work = self.work();
        loop {
            let ended = tokio::select! {
                failed = work.go_on() => failed.err(),
                () = &mut end => {
                    if timeout(END, work.finish()).await.is_err() {
                        tracing::warn!(seconds = END.as_secs(), "unfinished webhooks are left to the next start");
                    }
                    return;
                }
            };
            // The error is already in the log. What has been sent stays in `work` and is recorded later.
            drop(ended);
            tokio::select! {
                () = tokio::time::sleep(LONG_PAUSE) => {}
                () = &mut end => return,
            }
        }
    }

    /// One attempt.
    async fn attempt(self, row: delivery::Model, webhook: Arc<Model>, now: DateTimeUtc) -> Done {
        let began = Instant::now();
        let sent = match self.message(&row, &webhook, now) {
            Ok(message) => {
                let sent = AssertUnwindSafe(self.outgoing.send(message)).catch_unwind().await;
                sent.unwrap_or_else(|_| Err("the attempt panicked".to_owned()))
            }
            Err(reason) => Err(reason),
        };
        let millis = u32::try_from(began.elapsed().as_millis()).unwrap_or(u32::MAX);
        let attempt = match sent {
            Ok(answer) => Attempt { at: now, status: Some(answer.status), body: answer.start, error: None, millis },
            Err(error) => Attempt { at: now, status: None, body: String::new(), error: Some(error), millis },
        };
        Done { row, webhook, attempt }
    }

    fn message(&self, row: &delivery::Model, webhook: &Model, now: DateTimeUtc) -> Result<Message, String> {
        let secrets = sealed::open_all(&self.keys, webhook, now).ok_or("the secret of the webhook cannot be read")?;
        let (id, body) = (Type::Event.id(row.event_id).0, rules::body(row));
        let timestamp = now.timestamp();
        let signature = rules::signatures(&secrets, &id, timestamp, &body);
        let signature = signature.ok_or("the secret of the webhook cannot be read")?;
        let url = Url::parse(&webhook.url).map_err(|_| "the URL cannot be read")?;
        let headers =
            [("webhook-id", id), ("webhook-timestamp", timestamp.to_string()), ("webhook-signature", signature)];
        Ok(Message { url, headers, body })
    }
}

impl Work {
    /// Sends what is due, as long as the database answers.
    async fn go_on(&mut self) -> Result<()> {
        let mut ticks = interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut counted = DateTimeUtc::UNIX_EPOCH;
        let mut settle_at = Instant::now();
        loop {
            let mut is_tick = false;
            tokio::select! {
                Some(done) = self.running.join_next(), if !self.running.is_empty() => {
                    if self.done.is_empty() {
                        settle_at = Instant::now() + SETTLED_AFTER;
                    }
                    self.collect(done);
                    while let Some(done) = self.running.try_join_next() {
                        self.collect(done);
                    }
                }
                () = sleep_until(settle_at), if !self.done.is_empty() => {}
                _ = ticks.tick() => {
                    let now = self.worker.clock.now();
                    replay_some(&self.worker.db, &self.worker.random, now).await?;
                    is_tick = true;
                    if now - counted >= COUNTED {
                        self.worker.count().await?;
                        counted = now;
                    }
                }
            }
            if self.done.len() >= SETTLED_AT_ONCE || !self.is_settled() && Instant::now() >= settle_at {
                self.settle().await?;
            }
            // Between the ticks, taking goes on where there is more than what was taken.
            if is_tick || self.runs_dry() {
                self.take().await?;
            }
            self.begin().await?;
        }
    }

    /// Finishes the running attempts, and gives back the rest.
    async fn finish(&mut self) -> Result<()> {
        for (id, lane) in &mut self.lanes {
            self.given_back.extend(lane.waiting.drain(..).map(|row| row.id));
            if lane.is_ordered {
                self.freed.push(*id);
            }
        }
        while let Some(done) = self.running.join_next().await {
            self.collect(done);
        }
        self.settle().await
    }

    fn waiting(&self) -> usize {
        self.lanes.values().map(|lane| lane.waiting.len()).sum()
    }

    /// Whether more is due than what was taken, and what was taken ends soon.
    fn runs_dry(&self) -> bool {
        let is_free = self.frees_more && self.freed.is_empty();
        is_free || self.lanes.values().any(|lane| lane.has_more && !lane.is_busy())
    }

    fn is_settled(&self) -> bool {
        self.done.is_empty() && self.withheld.is_empty() && self.given_back.is_empty() && self.freed.is_empty()
    }

    /// Takes some of what is due, and returns whether there may be more.
    async fn take(&mut self) -> Result<bool> {
        let db = &self.worker.db;
        let now = self.worker.clock.now();
        if !store::is_any_due(db, now).await? {
            return Ok(false);
        }
        let taken = self.waiting() + self.running.len();
        let share = Share { most: TAKEN.saturating_sub(taken), each: TAKEN_OF_ONE };
        if share.most == 0 {
            return Ok(true);
        }
        let lease = (now, now + LEASE);
        let busy: Vec<Uuid> = self.lanes.iter().filter(|(_, lane)| lane.is_busy()).map(|(id, _)| *id).collect();
        let (ordered, others) = db
            .write(async |tx| {
                let ordered = store::claim_ordered(tx, db, lease, share, &busy).await?;
                Ok((ordered, store::claim(tx, db, lease, share, &busy).await?))
            })
            .await?;
        let is_any = !ordered.is_empty() || !others.is_empty();
        self.frees_more = false;
        for lane in self.lanes.values_mut().filter(|lane| !lane.is_busy()) {
            lane.has_more = false;
        }
        let mut many: HashMap<Uuid, usize> = HashMap::new();
        for (rows, is_ordered) in [(ordered, true), (others, false)] {
            for row in rows {
                let lane = self.lanes.entry(row.webhook_id).or_default();
                lane.is_ordered = is_ordered;
                let many = many.entry(row.webhook_id).or_default();
                *many += 1;
                lane.has_more = *many >= TAKEN_OF_ONE.min(share.most);
                lane.waiting.push_back(row);
            }
        }
        Ok(is_any)
    }

    /// Begins as many attempts as may run at the same time, of what may be sent. Returns whether anything waited.
    async fn begin(&mut self) -> Result<bool> {
        let now = self.worker.clock.now();
        let mut free = RUNNING.saturating_sub(self.running.len());
        let mut next = Vec::new();
        for (id, lane) in &mut self.lanes {
            while lane.waiting.front().is_some_and(|row| is_late(row, now)) {
                // Others take it when the lease has ended.
                lane.waiting.pop_front();
            }
            let many = lane.room().min(free).min(lane.waiting.len());
            next.extend(lane.waiting.drain(..many));
            lane.running += many;
            free -= many;
            if lane.is_ordered && lane.is_empty() {
                self.freed.push(*id);
            }
        }
        self.lanes.retain(|_, lane| !lane.is_empty());
        if next.is_empty() {
            return Ok(false);
        }
        let decided = match deciding::decide(&self.worker.db, &next, now).await {
            Ok(decided) => decided,
            Err(error) => {
                // They are sent later.
                for row in next.into_iter().rev() {
                    let lane = self.lanes.entry(row.webhook_id).or_default();
                    lane.running = lane.running.saturating_sub(1);
                    lane.waiting.push_front(row);
                }
                return Err(error);
            }
        };
        for row in next {
            let webhook = decided.webhooks.get(&row.webhook_id);
            match webhook.filter(|_| decided.allowed.contains(&row.id)) {
                Some(webhook) => {
                    if let Some(lane) = self.lanes.get_mut(&row.webhook_id) {
                        lane.is_failing = webhook.failing_since.is_some();
                    }
                    self.running.spawn(self.worker.clone().attempt(row, Arc::clone(webhook), now));
                }
                None => self.hold_back(row, webhook.is_some_and(|webhook| webhook.disabled_at.is_some())),
            }
        }
        Ok(true)
    }

    /// Does not send a delivery: it may not be sent, or the webhook was disabled meanwhile.
    fn hold_back(&mut self, row: delivery::Model, is_disabled: bool) {
        if is_disabled {
            self.given_back.push(row.id);
        } else {
            self.round.withheld += 1;
            metrics::counter!("tenantry_webhook_deliveries_total", "outcome" => "withheld").increment(1);
            self.withheld.push(row.id);
        }
        self.leave(row.webhook_id);
    }

    fn leave(&mut self, webhook: Uuid) {
        if let Some(lane) = self.lanes.get_mut(&webhook) {
            lane.running = lane.running.saturating_sub(1);
            if lane.is_empty() {
                if lane.is_ordered {
                    self.freed.push(webhook);
                    self.frees_more |= lane.has_more;
                }
                self.lanes.remove(&webhook);
            }
        }
    }

    /// Takes in an attempt that has ended.
    fn collect(&mut self, done: Result<Done, tokio::task::JoinError>) {
        let done = match done {
            Ok(done) => done,
            Err(error) => {
                // Its lease ends, and it is sent again. Its place in the lane stays taken until the lane is empty otherwise.
                tracing::error!(%error, "sending a webhook failed");
                return;
            }
        };
        if let Some(lane) = self.lanes.get_mut(&done.row.webhook_id)
            && lane.is_ordered
            && !done.attempt.is_success()
        {
            // What is behind waits.
            self.given_back.extend(lane.waiting.drain(..).map(|row| row.id));
        }
        self.leave(done.row.webhook_id);
        self.done.push(done);
    }

    /// Writes what came of the attempts: a few statements for many.
    async fn settle(&mut self) -> Result<()> {
        if self.is_settled() {
            return Ok(());
        }
        let Worker { db, clock, random, .. } = &self.worker;
        let now = clock.now();
        let (mut outcomes, mut round) = (Vec::with_capacity(self.done.len()), self.round);
        let (mut working, mut failing) = (HashSet::new(), HashSet::new());
        let mut stopped: HashMap<Uuid, Reason> = HashMap::new();
        for Done { row, webhook, attempt } in &self.done {
            let mut attempts = rules::attempts_of(row);
            attempts.push(attempt.clone());
            let [chance] = random.bytes();
            let next = rules::next(&attempts, row.waits_since, now, chance);
            let (state, next, outcome) = match next {
                Next::Delivered => (delivery::State::Delivered, None, "delivered"),
                Next::Again(at) => (delivery::State::Pending, Some(at), "delayed"),
                Next::GivenUp => (delivery::State::Failed, None, "given_up"),
            };
            *match state {
                delivery::State::Delivered => &mut round.delivered,
                delivery::State::Pending => &mut round.delayed,
                delivery::State::Failed => &mut round.given_up,
            } += 1;
            metrics::counter!("tenantry_webhook_deliveries_total", "outcome" => outcome).increment(1);
            if attempt.is_success() {
                if webhook.failing_since.is_some() {
                    working.insert(webhook.id);
                }
            } else {
                if webhook.failing_since.is_none() {
                    failing.insert(webhook.id);
                }
                if let Some(reason) = rules::reason_to_stop(webhook.failing_since, attempt, now) {
                    stopped.insert(webhook.id, reason);
                }
            }
            outcomes.push(Settled {
                id: row.id,
                claims: row.claims,
                state,
                next,
                attempts: serde_json::to_string(&attempts).unwrap_or_else(|_| "[]".to_owned()),
                attempted_at: row.attempted_at.or(Some(attempt.at)),
            });
        }
        let working: Vec<Uuid> = working.into_iter().collect();
        let failing: Vec<Uuid> = failing.into_iter().collect();
        let (withheld, given_back, freed) = (&self.withheld, &self.given_back, &self.freed);
        db.write(async |tx| {
            store::settle(tx, db, &outcomes).await?;
            store::withhold(tx, withheld).await?;
            store::give_back(tx, given_back, now).await?;
            store::note_health(tx, &failing, Some(now)).await?;
            store::note_health(tx, &working, None).await?;
            Ok(store::free(tx, freed).await?)
        })
        .await?;
        self.round = round;
        self.done.clear();
        self.withheld.clear();
        self.given_back.clear();
        self.freed.clear();
        for (webhook, reason) in stopped {
            stop(db, random, now, webhook, reason).await?;
        }
        Ok(())
    }
}

impl Lane {
    fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.running == 0
    }

    /// Whether the node has enough of this webhook for now.
    fn is_busy(&self) -> bool {
        self.is_ordered || self.waiting.len() >= TAKEN_OF_ONE / 4
    }
}

/// Whether the lease of a delivery ends too soon to send it.
fn is_late(row: &delivery::Model, now: DateTimeUtc) -> bool {
    const { assert!(PATIENCE.as_secs() < 15) };
    row.next_attempt_at.is_none_or(|end| end - now < MARGIN)
}
