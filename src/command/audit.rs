//! `tenantry audit`: verifies, anchors and prunes the audit logs.

mod anchor;

use std::path::PathBuf;

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

/// Verify, anchor or prune the audit logs.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tenantry audit verify
  tenantry audit verify --organisation organisation_01h455vb4pex5vsknk084sn02q
  tenantry audit anchor >> anchors.txt
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
write a whole new log. `tenantry audit anchor` detects that.")]
    Verify {
        /// Verify only the log of this organisation.
        #[arg(long, value_name = "ID")]
        organisation: Option<String>,
    },
    /// Print the end of each log for keeping elsewhere, or compare what you kept with the logs of today.
    ///
    /// Anybody with write access to the database can write a whole new log that verifies, or cut off its end. Neither
    /// holds the event that an anchor names. Without --check, the command prints a line for each log: organisation,
    /// sequence, hash and time of the newest event. Keep the lines where the owners of the database cannot change them.
    #[command(after_help = "Examples:
  tenantry audit anchor | ssh vault 'cat >> anchors.txt'
  tenantry audit anchor --check anchors.txt && tenantry audit verify

A file may hold the output of many runs. Each event that it names is compared, so the newest lines protect the most, and
older ones say since when a log was another. Retention may remove an event that is at least 90 days old; such anchors are
counted and not compared. Forgotten details change no hash. The exit code is 1 if a log was rewritten or shortened, or if
the file is cut off.")]
    Anchor {
        /// Compare the lines of this file with the logs.
        #[arg(long, value_name = "FILE")]
        check: Option<PathBuf>,
    },
    /// Remove events that are older than their organisation keeps them. The server also does this once an hour.
    Prune,
}

/// What was found in all logs.
#[derive(Default)]
pub struct Report {
    /// Logs that have events.
    pub logs: u64,
    /// Their events.
    pub events: u64,
    forgotten: u64,
    /// Logs that are broken. A line of the output says where.
    pub broken: u64,
    /// All events that were read, including those of broken logs.
    read: u64,
}

/// Runs the command.
pub async fn run(config: &Config, arguments: Arguments) -> Result<(), Failure> {
    let db = open_current(config, IfMissing::Fail).await?;
    let outcome = match arguments.act {
        Act::Verify { organisation } => verify_logs(config, &db, organisation).await,
        Act::Anchor { check: None } => anchor::print(&db).await,
        Act::Anchor { check: Some(file) } => anchor::check(&db, &file).await,
        Act::Prune => prune(&db, Clock::default().now()).await.map_err(Failure::from).map(|events| {
            say(format_args!("Events removed: {events}."));
        }),
    };
    db.close().await;
    outcome
}

async fn verify_logs(config: &Config, db: &Db, organisation: Option<String>) -> Result<(), Failure> {
    let only = organisation.map(|id| Type::Organisation.parse(&ID(id))).transpose()?;
    let report = match only {
        Some(id) if !store::is_there(db, id).await? => {
            return Err(Failure("There is no such organisation.".to_owned()));
        }
        Some(id) => {
            let mut report = Report::default();
            report.add(db, id).await?;
            report
        }
        None => Report::of_all(db).await?,
    };
    report.conclude(&config.database_name())
}

impl Report {
    /// Verifies all logs.
    pub async fn of_all(db: &Db) -> Result<Self, Failure> {
        let (mut report, mut after) = (Self::default(), None);
        loop {
            let ids = store::organisations(db, after, PAGE).await?;
            let Some(last) = ids.last() else { return Ok(report) };
            after = Some(*last);
            for id in ids {
                report.add(db, id).await?;
            }
        }
    }

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
