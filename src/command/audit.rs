//! `tenantry audit`: verifies and prunes the audit logs.

use async_graphql::ID;
use clap::{Args, Subcommand};
use uuid::Uuid;

use super::database::{IfMissing, open_current};
use super::{Failure, say};
use crate::base::clock::Clock;
use crate::base::config::Config;
use crate::base::db::Db;
use crate::base::id::Type;
use crate::oversight::audit::{Finding, prune, store, verify};

/// Organisations that are read at a time.
const PAGE: u64 = 1000;
/// Progress is logged after this many events.
const STEP: u64 = 100_000;

/// Verify or prune the audit logs.
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
    /// Find events that were changed, removed or inserted behind the server's back.
    ///
    /// Each organisation has its own log, in which every event holds the hash of the event before it. This command
    /// reads every log from the oldest kept event to the newest. It names each broken log and the number of the first
    /// wrong event. It changes nothing, can run beside the server, and needs little memory.
    #[command(after_help = "Examples:
  tenantry audit verify
  tenantry audit verify --organisation organisation_01h455vb4pex5vsknk084sn02q
  tenantry audit verify > report.txt || echo 'Look into report.txt' | mail -s 'Audit log' security@example.com

The exit code is 0 if all logs are intact, and 1 if one is broken. Anybody with write access to the database can also
write a whole new log. To detect that, keep the `hash` of the newest event in another place from time to time.")]
    Verify {
        /// Verify only the log of this organisation.
        #[arg(long, value_name = "ID")]
        organisation: Option<String>,
    },
    /// Remove events that are older than their organisation keeps them. The server also does this once an hour.
    Prune,
}

/// What was found in all logs.
#[derive(Default)]
struct Report {
    logs: u64,
    events: u64,
    forgotten: u64,
    broken: u64,
    /// All events that were read, including those of broken logs.
    read: u64,
}

/// Runs the command.
pub async fn run(config: &Config, arguments: Arguments) -> Result<(), Failure> {
    let db = open_current(config, IfMissing::Fail).await?;
    let outcome = match arguments.act {
        Act::Verify { organisation } => verify_logs(config, &db, organisation).await,
        Act::Prune => prune(&db, Clock::default().now()).await.map_err(Failure::from).map(|events| {
            say(format_args!("Events removed: {events}."));
        }),
    };
    db.close().await;
    outcome
}

async fn verify_logs(config: &Config, db: &Db, organisation: Option<String>) -> Result<(), Failure> {
    let only = organisation.map(|id| Type::Organisation.parse(&ID(id))).transpose()?;
    let mut report = Report::default();
    match only {
        Some(id) if !store::is_there(db, id).await? => {
            return Err(Failure("There is no such organisation.".to_owned()));
        }
        Some(id) => report.add(db, id).await?,
        None => {
            let mut after = None;
            loop {
                let ids = store::organisations(db, after, PAGE).await?;
                let Some(last) = ids.last() else { break };
                after = Some(*last);
                for id in ids {
                    report.add(db, id).await?;
                }
            }
        }
    }
    report.conclude(&config.database_name())
}

impl Report {
    async fn add(&mut self, db: &Db, organisation: Uuid) -> Result<(), Failure> {
        let logs = self.logs;
        let read = &mut self.read;
        let progress = |events| {
            let before = *read;
            *read += events;
            if before / STEP < *read / STEP {
                tracing::info!(logs, events = *read, "verifying");
            }
        };
        let Finding { events, forgotten, fault } = verify(db, organisation, progress).await?;
        if let Some((place, reason)) = fault {
            say(format_args!("{}: event {place}: {reason}.", Type::Organisation.id(organisation).0));
            self.broken += 1;
        }
        self.logs += u64::from(events > 0 || fault.is_some());
        self.events += events;
        self.forgotten += forgotten;
        Ok(())
    }

    fn conclude(self, database: &str) -> Result<(), Failure> {
        let Self { logs, events, forgotten, broken, .. } = self;
        if broken > 0 {
            return Err(Failure(format!("Broken logs: {broken} of {logs}. The lines above say where.")));
        }
        say(format_args!("Database: {database}."));
        say(format_args!("All logs are intact. Logs: {logs}. Events: {events}, of which forgotten: {forgotten}."));
        Ok(())
    }
}
