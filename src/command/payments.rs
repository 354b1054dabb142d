//! `tenantry payments`: records the files of the bank.

use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;
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
use crate::billing::payment::bank::Record;
use crate::billing::payment::statement::{self, Recorded};
use crate::graphql::request::Request;
use crate::oversight::operator::store::find_operator;

/// Record what the bank says was paid.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tenantry payments import statement.xml --dry-run
  tenantry payments import statement.xml")]
pub struct Arguments {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// Record the entries of a bank statement: camt.053 or camt.054 of ISO 20022.
    ///
    /// Each entry that brought money in becomes a payment. It settles the invoice whose reference it names, if the currency
    /// is the same; all others wait for a person. What the bank took back opens its invoice again. A file that is imported
    /// again changes nothing, and nothing is recorded of a file with a fault.
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
    let source = File::open(&file).map_err(|error| Failure(format!("{} cannot be read: {error}.", file.display())))?;
    let records =
        statement::read(BufReader::new(source)).map_err(|error| Failure(format!("{}: {error}", file.display())))?;
    let db = open_current(config, IfMissing::Fail).await?;
    let done = import(&db, config, &records, dry_run).await;
    db.close().await;
    let Some(Recorded { entries, new, matched, returned, unknown_returns, known }) = done? else {
        return Err(Failure("There is no operator yet. Create one with tenantry operator create.".to_owned()));
    };
    say(format_args!("{entries} entries brought money in, of which {known} were recorded before."));
    let new_payments = if dry_run { "Payments that an import would record" } else { "Payments recorded" };
    say(format_args!("{new_payments}: {new}, of which {matched} settle invoices. Taken back: {returned}."));
    if unknown_returns > 0 {
        say(format_args!(
            "Entries that took money back and fit no payment: {unknown_returns}. Look for the payments, and return them with \
             returnPayment."
        ));
    }
    Ok(())
}

/// Records the entries, or only counts them. `None` without an operator.
async fn import(db: &Db, config: &Config, records: &[Record], dry_run: bool) -> Outcome<Option<Recorded>> {
    let config = Arc::new(config.clone());
    let request = Request::new(db.clone(), Random::system(), config, Actor::Anonymous, Clock::default().now());
    let Some(operator) = find_operator(&request.access).await? else { return Ok(None) };
    let done = if dry_run {
        statement::preview(&request, operator.id(), records).await?
    } else {
        statement::record(&request, operator.id(), records, None).await?
    };
    Ok(Some(done))
}
