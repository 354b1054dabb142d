//! `tenantry audit`: whether the audit logs are as they were written.

use async_graphql::ID;
use clap::{Args, Subcommand};
use uuid::Uuid;

use super::database::open_current;
use super::{Failure, say};
use crate::base::clock::Clock;
use crate::base::config::Config;
use crate::base::db::Db;
use crate::base::id::Type;
use crate::oversight::audit::{Finding, prune, store, verify};

/// So many organisations are listed at a time.
const PAGE: u64 = 1000;
/// Progress is told after so many events.
const STEP: u64 = 100_000;

/// Look after the audit logs.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tenantry audit verify
  tenantry audit verify --organisation organisation_01h455vb4pex5vsknk084sn02q
  tenantry audit prune")]
pub struct Arguments {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// Find events that were changed, removed or put in behind the server's back.
    ///
    /// Each organisation has its own log, in which every event holds the hash of the one before. This goes through all
    /// of them from the first kept event to the newest, and names each log that does not hold, with the place of its
    /// first event that is wrong. It changes no log, may run while the server does, and takes little memory however
    /// long the logs are.
    #[command(after_help = "Examples:
  tenantry audit verify
  tenantry audit verify --organisation organisation_01h455vb4pex5vsknk084sn02q
  tenantry audit verify > report.txt || echo 'Look into report.txt' | mail -s 'Audit log' security@example.com

Ends with 0 if all logs hold, and with 1 if one does not. Whoever can write into the database can also write a whole new
log: keep the `hash` of the newest event elsewhere from time to time if that matters to you.")]
    Verify {
        /// Only the log of this organisation.
        #[arg(long, value_name = "ID")]
        organisation: Option<String>,
    },
    /// Remove events that are older than their organisation wants to keep. A server does so by itself once an hour.
    Prune,
}

/// What was found in all logs.
#[derive(Default)]
struct Report {
    logs: u64,
    events: u64,
    forgotten: u64,
    broken: u64,
    /// Events that were looked at, also those of broken logs.
    looked_at: u64,
}

/// Runs it.
pub async fn run(config: &Config, arguments: Arguments) -> Result<(), Failure> {
    let db = open_current(config).await?;
    let outcome = match arguments.act {
        Act::Verify { organisation } => all_hold(&db, organisation).await,
        Act::Prune => prune(&db, Clock::default().now()).await.map_err(Failure::from).map(|events| {
            say(format_args!("Events that were removed after their time: {events}."));
        }),
    };
    db.close().await;
    outcome
}

async fn all_hold(db: &Db, organisation: Option<String>) -> Result<(), Failure> {
    let only = organisation.map(|id| Type::Organisation.parse(&ID(id))).transpose()?;
    let mut report = Report::default();
    match only {
        Some(id) if !store::is_there(db, id).await? => {
            return Err(Failure("There is no such organisation.".to_owned()));
        }
        Some(id) => report.add(db, id).await?,
        None => {
            let mut behind = None;
            loop {
                let ids = store::organisations(db, behind, PAGE).await?;
                let Some(last) = ids.last() else { break };
                behind = Some(*last);
                for id in ids {
                    report.add(db, id).await?;
                }
            }
        }
    }
    report.conclude()
}

impl Report {
    async fn add(&mut self, db: &Db, organisation: Uuid) -> Result<(), Failure> {
        let logs = self.logs;
        let looked_at = &mut self.looked_at;
        let tell = |events| {
            let before = *looked_at;
            *looked_at += events;
            if before / STEP < *looked_at / STEP {
                tracing::info!(logs, events = *looked_at, "verifying");
            }
        };
        let Finding { events, forgotten, fault } = verify(db, organisation, tell).await?;
        if let Some((place, reason)) = fault {
            say(format_args!("{}: event {place}: {reason}.", Type::Organisation.id(organisation).0));
            self.broken += 1;
        }
        self.logs += u64::from(events > 0 || fault.is_some());
        self.events += events;
        self.forgotten += forgotten;
        Ok(())
    }

    fn conclude(self) -> Result<(), Failure> {
        let Self { logs, events, forgotten, broken, .. } = self;
        if broken > 0 {
            return Err(Failure(format!("Logs that do not hold: {broken} of {logs}. The lines above say where.")));
        }
        say(format_args!("All logs hold. Logs: {logs}. Events: {events}, of which forgotten: {forgotten}."));
        Ok(())
    }
}
