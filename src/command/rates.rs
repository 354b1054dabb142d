//! `tenantry rates`: records the file of the European Central Bank.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Subcommand};

use super::database::{IfMissing, open_current};
use super::{Failure, say};
use crate::access::Actor;
use crate::base::clock::Clock;
use crate::base::config::Config;
use crate::base::db::Db;
use crate::base::error::Result as Outcome;
use crate::base::random::Random;
use crate::billing::exchange::ecb::{self, Published};
use crate::billing::exchange::import::{Imported, import};
use crate::graphql::request::Request;
use crate::oversight::operator::store::find_operator;

/// The largest file: that of all days has a tenth of it.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// Record rates between currencies.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  curl -fsSO https://www.ecb.europa.eu/stats/eurofxref/eurofxref-daily.xml
  tenantry rates import eurofxref-daily.xml --dry-run
  tenantry rates import eurofxref-daily.xml")]
pub struct Arguments {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// Record the reference rates of the euro that the European Central Bank publishes on working days at 16:00.
    ///
    /// The file is eurofxref-daily.xml, eurofxref-hist-90d.xml or eurofxref-hist.xml, or the CSV from one of the ZIP files. A
    /// file that is imported again changes nothing, and nothing is recorded of a file with a fault. Rates between two other
    /// currencies come of their rates to the euro.
    Import {
        /// The file.
        file: PathBuf,
        /// Say what would be recorded, and record nothing.
        #[arg(long)]
        dry_run: bool,
    },
}

/// Runs the command.
pub async fn run(config: &Config, arguments: Arguments) -> Result<(), Failure> {
    let Act::Import { file, dry_run } = arguments.act;
    let bytes = read(&file).map_err(|error| Failure(format!("{} cannot be read: {error}.", file.display())))?;
    let rates = ecb::read(&bytes).map_err(|error| Failure(format!("{}: {error}", file.display())))?;
    let db = open_current(config, IfMissing::Fail).await?;
    let done = record(&db, config, &rates, dry_run).await;
    db.close().await;
    let Some(Imported { rates, new, first, last }) = done? else {
        return Err(Failure("There is no operator yet. Create one with tenantry operator create.".to_owned()));
    };
    let days = if first == last { first.to_string() } else { format!("{first} to {last}") };
    let recorded = if dry_run { "Rates that an import would record" } else { "Rates recorded" };
    say(format_args!("{recorded}: {new}. The file has {rates} rates of {days}."));
    Ok(())
}

fn read(file: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(file)?.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(std::io::Error::new(std::io::ErrorKind::FileTooLarge, "it has more than 64 MiB"));
    }
    Ok(bytes)
}

/// Records the rates, or only counts those that are new. `None` without an operator.
async fn record(db: &Db, config: &Config, rates: &[Published], dry_run: bool) -> Outcome<Option<Imported>> {
    let config = Arc::new(config.clone());
    let request = Request::new(db.clone(), Random::system(), config, Actor::Anonymous, Clock::default().now());
    let Some(operator) = find_operator(&request.access).await? else { return Ok(None) };
    import(&request, operator.id(), rates, dry_run).await.map(Some)
}
