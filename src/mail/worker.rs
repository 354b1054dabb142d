//! Sends the mails in the outbox, a few at the same time, while the server runs.
//!
//! It checks once a second whether a mail is due. This is one statement that reads one entry of an index without a
//! lock, in a fraction of a millisecond. So acts need not notify the worker, and mails of other processes are sent too.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::future::join_all;
use sea_orm::prelude::DateTimeUtc;

use super::folder::Folder;
use super::message::Letterhead;
use super::smtp::Smtp;
use super::store::{self, Claimed, Outcome};
use super::{Attached, Mail, Transport, Undelivered, rules};
use crate::base::clock::Clock;
use crate::base::config::Config;
use crate::base::db::Db;
use crate::base::error::Result;
use crate::base::random::Random;

/// Mails that are sent at the same time.
const AT_ONCE: u32 = 8;
/// The pause between checks, and the pause after a database error.
const PAUSE: Duration = Duration::from_secs(1);
const LONG_PAUSE: Duration = Duration::from_secs(15);
/// How much longer than an attempt the lease lasts, so that the outcome can be recorded.
const MARGIN: Duration = Duration::from_mins(1);
/// How long attempts may take after the shutdown begins.
const END: Duration = Duration::from_secs(10);
/// How often waiting mails are counted and old mails are removed.
const TIDIED: TimeDelta = TimeDelta::minutes(1);

/// Sends the mails in the outbox. Cheap to clone.
#[derive(Clone)]
pub struct Worker {
    db: Db,
    clock: Clock,
    random: Random,
    transport: Arc<dyn Transport>,
    lease: TimeDelta,
    keep: TimeDelta,
}

/// The outcomes of the mails that were due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// Number of mails that were sent.
    pub sent: usize,
    /// Number of mails that will be tried again.
    pub delayed: usize,
    /// Number of mails that were given up.
    pub given_up: usize,
}

impl Round {
    const fn total(self) -> usize {
        self.sent + self.delayed + self.given_up
    }
}

impl Worker {
    /// Reads the settings. The error names the wrong setting.
    pub fn new(config: &Config, db: Db, clock: Clock, random: Random) -> Result<Self, String> {
        let settings = &config.mail;
        let letterhead = Letterhead::new(settings)?;
        let transport: Arc<dyn Transport> = if settings.smtp.host.trim().is_empty() {
            Arc::new(Folder::new(config.data_dir.join("mail"), letterhead))
        } else {
            Arc::new(Smtp::new(&settings.smtp, letterhead)?)
        };
        let attempt = TimeDelta::seconds(i64::try_from(settings.smtp.timeout_seconds).unwrap_or(i64::MAX).min(3_600));
        let lease = attempt + TimeDelta::from_std(MARGIN).unwrap_or_default();
        Ok(Self { db, clock, random, transport, lease, keep: TimeDelta::days(settings.keep_days) })
    }

    /// Whether the transport would take mail now. The error says why not.
    pub async fn check(&self) -> Result<(), String> {
        self.transport.check().await.map_err(|refused| refused.reason)
    }

    /// Tries each mail that is due at `now` once.
    pub async fn deliver_due(&self, now: DateTimeUtc) -> Result<Round> {
        let mut all = Round::default();
        loop {
            let some = self.deliver_some(now).await?;
            if some.total() == 0 {
                return Ok(all);
            }
            all.sent += some.sent;
            all.delayed += some.delayed;
            all.given_up += some.given_up;
        }
    }

    /// Removes mails that were sent or given up long before `now`, and records how many wait.
    pub async fn tidy(&self, now: DateTimeUtc) -> Result<()> {
        while !store::remove(&self.db, now - self.keep).await? {}
        // The gauge is a float, which holds every u32.
        let waiting = u32::try_from(store::count_waiting(&self.db).await?).unwrap_or(u32::MAX);
        metrics::gauge!("tenantry_mail_waiting").set(waiting);
        Ok(())
    }

    /// Works until `end` completes. Then it finishes the running attempts.
    pub async fn run(self, end: impl Future<Output = ()>) {
        let mut end = std::pin::pin!(end);
        let mut tidied = DateTimeUtc::UNIX_EPOCH;
        loop {
            let mut step = std::pin::pin!(self.step(&mut tidied));
            let pause = tokio::select! {
                pause = &mut step => pause,
                () = &mut end => {
                    if tokio::time::timeout(END, step).await.is_err() {
                        tracing::warn!(seconds = END.as_secs(), "unfinished attempts are left to the next start");
                    }
                    return;
                }
            };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = &mut end => return,
            }
        }
    }

    /// Sends some mails, and returns how long to pause.
    async fn step(&self, tidied: &mut DateTimeUtc) -> Duration {
        let now = self.clock.now();
        let some = async {
            if now - *tidied >= TIDIED {
                self.tidy(now).await?;
                *tidied = now;
            }
            self.deliver_some(now).await
        };
        match some.await {
            Ok(some) if some.total() == 0 => PAUSE,
            Ok(_) => Duration::ZERO,
            // The error is already in the log.
            Err(_) => LONG_PAUSE,
        }
    }

    async fn deliver_some(&self, now: DateTimeUtc) -> Result<Round> {
        let mut round = Round::default();
        if !store::is_any_due(&self.db, now).await? {
            return Ok(round);
        }
        let claimed = store::claim(&self.db, now, now + self.lease, AT_ONCE).await?;
        for outcome in join_all(claimed.into_iter().map(|claimed| self.attempt(claimed))).await {
            match outcome {
                Outcome::Sent => round.sent += 1,
                Outcome::Delayed { .. } => round.delayed += 1,
                Outcome::GivenUp { .. } => round.given_up += 1,
            }
        }
        Ok(round)
    }

    /// Tries to send one mail, and records the outcome.
    async fn attempt(&self, claimed: Claimed) -> Outcome {
        let Claimed { mail, attached, attempts } = claimed;
        let (id, at) = (mail.id, mail.at);
        let delivered = match self.with_attachment(mail, attached).await {
            Ok(mail) => self.deliver(mail).await,
            Err(undelivered) => Err(undelivered),
        };
        let now = self.clock.now();
        let outcome = match delivered {
            Ok(()) => Outcome::Sent,
            Err(Undelivered { reason, is_final }) if is_final || rules::is_given_up(attempts, now - at) => {
                Outcome::GivenUp { reason }
            }
            Err(Undelivered { reason, .. }) => {
                let [chance] = self.random.bytes();
                Outcome::Delayed { next: now + rules::wait(attempts, chance), reason }
            }
        };
        match &outcome {
            Outcome::Sent => {
                metrics::counter!("tenantry_mail_sent_total").increment(1);
                tracing::debug!(%id, attempts, "a mail was sent");
            }
            Outcome::Delayed { next, reason } => {
                metrics::counter!("tenantry_mail_delayed_total").increment(1);
                tracing::warn!(%id, attempts, reason, %next, "a mail was not sent and will be tried again");
            }
            Outcome::GivenUp { reason } => {
                metrics::counter!("tenantry_mail_failed_total").increment(1);
                tracing::error!(%id, attempts, reason, "a mail was given up");
            }
        }
        // The lease keeps other processes away from the mail during this time.
        let recorded = async {
            while store::settle(&self.db, id, attempts, now, &outcome).await.is_err() {
                tokio::time::sleep(PAUSE).await;
            }
        };
        if tokio::time::timeout(MARGIN, recorded).await.is_err() {
            tracing::error!(%id, ?outcome, "the outcome of a mail could not be recorded, so it is sent again");
        }
        outcome
    }

    async fn with_attachment(&self, mut mail: Mail, attached: Option<Attached>) -> Result<Mail, Undelivered> {
        if let Some(of) = attached {
            let found = store::attachment(&self.db, of).await;
            let found = found.map_err(|_| Undelivered::for_now("the document that it carries cannot be read"))?;
            mail.attachment = found;
            if mail.attachment.is_none() {
                return Err(Undelivered::for_now("the document that it carries is not written yet"));
            }
        }
        Ok(mail)
    }

    /// Delivers in its own task, so that a panic ends only this attempt.
    async fn deliver(&self, mail: Mail) -> Result<(), Undelivered> {
        let transport = Arc::clone(&self.transport);
        let delivered = tokio::spawn(async move { transport.deliver(mail).await });
        delivered.await.unwrap_or_else(|_| Err(Undelivered::for_now("the attempt panicked")))
    }
}
