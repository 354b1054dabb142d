//! `tenantry directory`: imports files of people, groups and log-ins.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_graphql::ID;
use clap::{Args, Subcommand, ValueEnum};
use entity::directory_sync::Mode;
use sea_orm::prelude::DateTimeUtc;

use super::database::{IfMissing, open_current};
use super::{Failure, say};
use crate::access::Actor;
use crate::base::clock::Clock;
use crate::base::config::Config;
use crate::base::db::Db;
use crate::base::id::Type;
use crate::base::random::Random;
use crate::directory::sync::file::{Format, Kind};
use crate::directory::sync::import::{FilePart, Import, Settings};
use crate::graphql::request::{Request, Work};

/// So much of a file is read at once, in bytes.
const AT_ONCE: usize = 64 << 10;
/// After so many lines, the command says how far it is.
const SAY_EVERY: u64 = 5_000;

/// Bring people, groups and log-ins into the directory of an organisation.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tenantry directory import people.csv --organisation organisation_01… --kind people --mode full --dry-run
  tenantry directory import groups.ndjson --organisation organisation_01… --kind groups --mode patch
  tenantry directory import log-ins.csv --organisation organisation_01… --kind log-ins")]
pub struct Arguments {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// Import a file: CSV with a header line if its name ends in .csv, else one JSON object in each line.
    ///
    /// A line that is refused does not stop the others. With --mode full, people or groups that the file does not name are
    /// deleted at the end.
    Import(ImportFile),
}

#[derive(Debug, Args)]
struct ImportFile {
    /// The file.
    file: PathBuf,
    /// Id of the organisation.
    #[arg(long)]
    organisation: String,
    /// What the file has.
    #[arg(long)]
    kind: FileKind,
    /// What the file says about people or groups that it does not name.
    #[arg(long, default_value = "patch")]
    mode: FileMode,
    /// How many people or groups are missing from a full file, if that was asked.
    #[arg(long)]
    confirm_removals: Option<i32>,
    /// Until when the log-ins are complete, for example 2026-03-01T00:00:00Z.
    #[arg(long)]
    complete_until: Option<DateTimeUtc>,
    /// Say what would happen, and write nothing. Nobody else can change the organisation meanwhile.
    #[arg(long)]
    dry_run: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum FileKind {
    /// People.
    People,
    /// Groups and their members.
    Groups,
    /// Log-ins.
    LogIns,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FileMode {
    /// They are gone.
    Full,
    /// They stay as they are.
    Patch,
}

/// Runs the command.
pub async fn run(config: &Config, arguments: Arguments) -> Result<(), Failure> {
    let Act::Import(arguments) = arguments.act;
    let db = open_current(config, IfMissing::Fail).await?;
    let done = arguments.run(&db, config).await;
    db.close().await;
    let import = done?;
    for line in &import.refused {
        say(format_args!("Line {} ({}): {}", line.line, line.external_id.as_deref().unwrap_or("no id"), line.message));
    }
    let counts = import.counts;
    let would = if arguments.dry_run { "An import would do this" } else { "Done" };
    if matches!(arguments.kind, FileKind::LogIns) {
        say(format_args!(
            "{would}: {} lines, {} log-ins recorded, {} refused.",
            counts.lines, counts.recorded, counts.refused
        ));
    } else {
        say(format_args!(
            "{would}: {} lines, {} created, {} updated, {} unchanged, {} deleted, {} lines refused.",
            counts.lines, counts.created, counts.updated, counts.unchanged, counts.deleted, counts.refused
        ));
    }
    Ok(())
}

impl ImportFile {
    async fn run(&self, db: &Db, config: &Config) -> Result<Import, Failure> {
        let request = || {
            let config = Arc::new(config.clone());
            Request::new(db.clone(), Random::system(), config, Actor::Anonymous, Clock::default().now())
        };
        let first = request();
        let settings = self.settings(&first)?;
        if !self.dry_run {
            return self.import(settings, Target::Each(&request)).await;
        }
        let steps =
            async |work: &Work<'_>| Ok(self.import(settings.clone(), Target::Within::<fn() -> Request>(work)).await);
        first.tried(steps).await?
    }

    fn settings(&self, request: &Request) -> Result<Settings, Failure> {
        let kind = match self.kind {
            FileKind::People => Kind::People,
            FileKind::Groups => Kind::Groups,
            FileKind::LogIns => Kind::LogIns,
        };
        if self.complete_until.is_some_and(|until| until > request.now()) {
            return Err(Failure("--complete-until must be a moment in the past.".to_owned()));
        }
        Ok(Settings {
            organisation: Type::Organisation.parse(&ID(self.organisation.clone()))?,
            kind,
            sync_key: format!("tenantry directory import {}", request.now().to_rfc3339()),
            mode: if self.mode == FileMode::Full { Mode::Full } else { Mode::Patch },
            confirmed: self.confirm_removals,
            until: self.complete_until,
            by: None,
        })
    }

    async fn import(&self, settings: Settings, target: Target<'_, impl Fn() -> Request>) -> Result<Import, Failure> {
        let cannot = |error| Failure(format!("{} cannot be read: {error}.", self.file.display()));
        let wrong = |error| Failure(format!("{}: {error}", self.file.display()));
        let mut source = File::open(&self.file).map_err(cannot)?;
        let mut import = Import::new(settings, format_of(&self.file));
        let (mut piece, mut said) = (vec![0; AT_ONCE], 0);
        loop {
            let size = source.read(&mut piece).map_err(cannot)?;
            if size == 0 {
                break;
            }
            import.read(piece.get(..size).unwrap_or_default()).map_err(wrong)?;
            while let Some(part) = import.part() {
                target.write(&mut import, &part).await?;
            }
            if import.counts.lines >= said + SAY_EVERY {
                said = import.counts.lines;
                let _ = writeln!(std::io::stderr(), "{said} lines …");
            }
        }
        import.end().map_err(wrong)?;
        while let Some(part) = import.part() {
            target.write(&mut import, &part).await?;
        }
        let last = import.last();
        target.write(&mut import, &last).await?;
        Ok(import)
    }
}

/// Where parts are written.
enum Target<'a, R> {
    /// Each in a transaction of its own.
    Each(&'a R),
    /// All in one.
    Within(&'a Work<'a>),
}

impl<R: Fn() -> Request> Target<'_, R> {
    async fn write(&self, import: &mut Import, part: &FilePart) -> Result<(), Failure> {
        match self {
            Self::Each(request) => import.write(&request(), part).await?,
            Self::Within(work) => import.write_in(work, part).await?,
        }
        Ok(())
    }
}

fn format_of(file: &Path) -> Format {
    let is_csv = file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
    if is_csv { Format::Csv } else { Format::Ndjson }
}
