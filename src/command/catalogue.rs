//! `tenantry catalogue`: writes the catalogue to a file, and reads it from one.

use std::fs;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::database::{IfMissing, open_current};
use super::{Failure, say};
use crate::base::calendar::business_day;
use crate::base::clock::Clock;
use crate::base::config::Config;
use crate::base::random::Random;
use crate::catalogue::exchange;

/// Write the catalogue of products and prices to a file, or read it from one.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tenantry catalogue export > catalogue.toml
  tenantry catalogue import catalogue.toml --dry-run
  tenantry catalogue import catalogue.toml")]
pub struct Arguments {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// Print the whole catalogue as TOML: products, features, plans and prices.
    Export,
    /// Change the catalogue to what a file says.
    ///
    /// Products are found by their codes, features by their keys and plans by their names. What is new is added, and what
    /// differs is changed. What the file does not name stays; a field that a row leaves out has its default. Prices that have begun are never changed. All changes are
    /// made together, or none if a row is wrong. Each change is printed, and recorded in the audit log of the operator.
    Import {
        /// The file, as `tenantry catalogue export` writes it.
        file: PathBuf,
        /// Print the changes and make none.
        #[arg(long)]
        dry_run: bool,
    },
}

/// Runs the command.
pub async fn run(config: &Config, arguments: Arguments) -> Result<(), Failure> {
    match arguments.act {
        Act::Export => {
            let db = open_current(config, IfMissing::Fail).await?;
            let text = exchange::export(&db).await;
            db.close().await;
            say(text?.trim_end());
            Ok(())
        }
        Act::Import { file, dry_run } => {
            let text = fs::read_to_string(&file)
                .map_err(|error| Failure(format!("{} cannot be read: {error}.", file.display())))?;
            let db = open_current(config, IfMissing::Fail).await?;
            let (random, now) = (Random::system(), Clock::default().now());
            let today = business_day(now, config.billing.time_zone);
            let changes = exchange::import(&db, &random, (now, today), &text, dry_run).await;
            db.close().await;
            let changes = changes.map_err(|error| Failure(format!("{}: {}", file.display(), Failure::from(error))))?;
            for change in &changes {
                say(change);
            }
            let done = if dry_run { "Changes that an import would make" } else { "Changes made" };
            say(format_args!("{done}: {}.", changes.len()));
            Ok(())
        }
    }
}
