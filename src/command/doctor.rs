//! `tenantry doctor`: looks at everything that an installation needs, and says what to do.

use std::path::Path;

use chrono::TimeDelta;
use clap::Args;
use migration::{Migrator, MigratorTrait};
use sea_orm::DbBackend;

use super::database::{IfMissing, open, unknown};
use super::{Failure, say, store};
use crate::base::clock::Clock;
use crate::base::config::{Config, ConfigError};
use crate::base::db::Db;
use crate::base::memory::{is_readable, unlogged};
use crate::base::random::Random;
use crate::mail;
use crate::people::session::Tokens;
use crate::people::user::SecretKeys;

/// From this difference on, the clock deserves a look.
const NOTICEABLE: TimeDelta = TimeDelta::seconds(2);
/// Clocks of two nodes may differ by 30 seconds, so each may differ from the database by less than half of that.
const TOO_MUCH: TimeDelta = TimeDelta::seconds(10);

/// Check the installation, and say what to do.
///
/// Prints one line for each check: settings, database, schema, clock, mail, keys and memory. It changes and sends nothing,
/// and ends with 1 if something is wrong. Advice is not counted as wrong.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  tenantry doctor --config /etc/tenantry/config.toml")]
pub struct Arguments {}

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Good,
    Advice,
    Wrong,
}

/// The lines so far.
#[derive(Default)]
struct Report {
    wrong: usize,
    checks: usize,
}

impl Report {
    fn add(&mut self, name: &str, (outcome, text): (Outcome, String)) {
        let word = match outcome {
            Outcome::Good => "good",
            Outcome::Advice => "advice",
            Outcome::Wrong => "wrong",
        };
        self.checks += 1;
        self.wrong += usize::from(outcome == Outcome::Wrong);
        say(format_args!("{word:<7} {name:<12} {}", text.replace('\n', " ")));
    }

    fn end(self) -> Result<(), Failure> {
        match self.wrong {
            0 => Ok(()),
            wrong => Err(Failure(format!("{wrong} of {} checks found something wrong.", self.checks))),
        }
    }
}

fn good(text: impl Into<String>) -> (Outcome, String) {
    (Outcome::Good, text.into())
}

fn advice(text: impl Into<String>) -> (Outcome, String) {
    (Outcome::Advice, text.into())
}

fn wrong(text: impl Into<String>) -> (Outcome, String) {
    (Outcome::Wrong, text.into())
}

/// The settings cannot be read, so nothing else can be checked.
pub fn without_settings(error: &ConfigError) -> Result<(), Failure> {
    let mut report = Report::default();
    report.add("settings", wrong(error.to_string()));
    report.end()
}

/// Runs the command.
pub async fn run(config: &Config, _: Arguments) -> Result<(), Failure> {
    let (mut report, random) = (Report::default(), Random::system());
    report.add("settings", settings(config));
    report.add("signing keys", signing_keys(config, &random));
    report.add("secret keys", secret_keys(config, &random));
    match open(config, IfMissing::Fail).await {
        Ok(db) => {
            report.add("database", good(format!("{} answers.", config.database_name())));
            let (current, schema) = schema(&db).await;
            report.add("schema", schema);
            report.add("clock", clock(&db).await);
            if current {
                report.add("cache", cache(&db).await);
            }
            report.add("mail", mail(config, Some(db.clone()), random).await);
            db.close().await;
        }
        Err(failure) => {
            report.add("database", wrong(failure.to_string()));
            report.add("mail", mail(config, None, random).await);
        }
    }
    report.end()
}

fn settings(config: &Config) -> (Outcome, String) {
    if !config.ignored.is_empty() {
        let names = config.ignored.join(", ");
        return advice(format!("These variables of the environment are no settings and are ignored: {names}."));
    }
    if !config.has_public_url {
        return advice("public_url is not set, so links lead to the address of this node. Set it.");
    }
    if config.public_url.starts_with("http://") && !config.links_are_local() {
        return advice("public_url begins with http://. The console works over https:// only.");
    }
    good(format!("public_url is {}, and the issuer of tokens is {}.", config.public_url, config.tokens.issuer))
}

/// All nodes of an installation need the same keys. A key in the data folder serves only one node.
fn keys(config: &Config, setting: &str, given: &[String], file: &Path, check: Result<(), String>) -> (Outcome, String) {
    match check {
        Err(problem) => wrong(format!("{}.", problem.trim_end_matches('.'))),
        Ok(()) if !given.is_empty() => good(format!("{setting} has {}.", given.len())),
        Ok(()) if config.database_file().is_none() => {
            advice(format!("{setting} is empty, so each node makes its own in data_dir. Give all nodes the same list."))
        }
        Ok(()) if !file.exists() => {
            good(format!("The first start makes a key in {}. Keep a copy then.", file.display()))
        }
        Ok(()) => good(format!("Keys are in {}. Keep a copy.", file.display())),
    }
}

fn signing_keys(config: &Config, random: &Random) -> (Outcome, String) {
    let (given, file) = (&config.tokens.signing_keys, Tokens::key_file(config));
    let is_there = !given.is_empty() || file.exists();
    let check = if is_there { Tokens::load(config, random).map(drop) } else { Ok(()) };
    keys(config, "tokens.signing_keys", given, &file, check)
}

fn secret_keys(config: &Config, random: &Random) -> (Outcome, String) {
    let (given, file) = (&config.accounts.secret_keys, SecretKeys::key_file(config));
    let is_there = !given.is_empty() || file.exists();
    let check = if is_there { SecretKeys::load(config, random).map(drop) } else { Ok(()) };
    keys(config, "accounts.secret_keys", given, &file, check)
}

/// Whether all migrations are done.
async fn schema(db: &Db) -> (bool, (Outcome, String)) {
    match Migrator::get_pending_migrations_read_only(db.writer()).await {
        Ok(pending) if pending.is_empty() => (true, good("All migrations are done.")),
        Ok(pending) => {
            let (missing, all) = (pending.len(), Migrator::migrations().len());
            (false, wrong(format!("The database lacks {missing} of {all} migrations. Run: tenantry migrate up")))
        }
        Err(error) => (false, wrong(unknown(&error).to_string())),
    }
}

async fn clock(db: &Db) -> (Outcome, String) {
    if db.backend() == DbBackend::Sqlite {
        return good("The embedded database uses the clock of this machine.");
    }
    let clock = Clock::default();
    let before = clock.now();
    let Ok(there) = store::time(db).await else { return wrong("The database does not tell its time.") };
    judge(there - (before + (clock.now() - before) / 2))
}

/// What a difference to the clock of the database means.
fn judge(difference: TimeDelta) -> (Outcome, String) {
    let seconds = difference.abs().as_seconds_f64();
    let text = format!("The clock of this machine differs from that of the database by {seconds:.1} s");
    if difference.abs() > TOO_MUCH {
        return wrong(format!("{text}. Nodes would refuse each other's tokens. Start a time service, such as chrony."));
    }
    if difference.abs() > NOTICEABLE {
        return advice(format!("{text}. Look at the time service of both."));
    }
    good(format!("{text}."))
}

async fn cache(db: &Db) -> (Outcome, String) {
    if !db.memory().is_on() {
        return advice("cache.megabytes is 0, so nothing is kept in memory and each request reads the database.");
    }
    if !is_readable(db).await {
        return wrong("The log of changes cannot be read. Run: tenantry migrate status");
    }
    match unlogged(db).await {
        Ok(tables) if tables.is_empty() => good("All changes are logged, so nodes see them at once."),
        Ok(tables) => {
            let tables = tables.join(", ");
            wrong(format!(
                "Changes of {tables} are not logged. Enable their triggers with ALTER TABLE … ENABLE ALWAYS TRIGGER ALL."
            ))
        }
        Err(_) => wrong("The triggers of the database cannot be listed; the line above says why."),
    }
}

async fn mail(config: &Config, db: Option<Db>, random: Random) -> (Outcome, String) {
    let host = &config.mail.smtp.host;
    if let Some(db) = db {
        let worker = mail::Worker::new(config, db, Clock::default(), random);
        let checked = match worker {
            Ok(worker) => worker.check().await,
            Err(problem) => Err(problem),
        };
        if let Err(problem) = checked {
            return wrong(format!("{} does not take mail: {problem}. See mail.smtp.", config.mail_route()));
        }
    }
    if host.is_empty() {
        return advice(format!("Mail goes to {} and reaches nobody. Set mail.smtp.host.", config.mail_route()));
    }
    if config.links_are_local() {
        return wrong("Links in mails lead to this machine only. Set public_url or portal_url.");
    }
    good(format!("Mail goes to {}.", config.mail_route()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_may_differ_a_little() {
        for (seconds, outcome) in [(0, Outcome::Good), (-2, Outcome::Good), (5, Outcome::Advice), (-11, Outcome::Wrong)]
        {
            assert_eq!(judge(TimeDelta::seconds(seconds)).0, outcome, "{seconds}");
        }
    }
}
