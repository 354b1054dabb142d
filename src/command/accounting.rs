//! `tenantry accounting`: the accounts of the bookkeeping, and its files.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use entity::accounting_batch::Format;
use entity::issuer;
use sea_orm::prelude::Date;
use serde_json::json;

use super::database::{IfMissing, open_current};
use super::{Failure, say};
use crate::base::clock::Clock;
use crate::base::config::Config;
use crate::base::db::Db;
use crate::base::error::Error;
use crate::base::id::Type;
use crate::base::random::Random;
use crate::billing::accounting::export::{self, Accounts, Moment};
use crate::billing::accounting::store::Span;
use crate::billing::issuer::store as issuers;
use crate::oversight::audit::{self, Event};

/// Set the accounts of the bookkeeping, and write its files.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tenantry accounting accounts > accounts.toml   show the accounts that vouchers use
  tenantry accounting set-accounts accounts.toml use those of the file from now on
  tenantry accounting export --format sie --from 2026-01-01 --until 2026-01-31 > january.se")]
pub struct Arguments {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// Print the accounts as TOML: those that were set, or those that are usual in the country of the issuer.
    Accounts,
    /// Use the accounts of a file, which `accounts` has printed and a person has changed.
    SetAccounts {
        /// The file.
        file: PathBuf,
    },
    /// Print the vouchers of days, as `GET /operator/accounting` sends them.
    Export {
        /// The first day.
        #[arg(long)]
        from: Date,
        /// The last day.
        #[arg(long)]
        until: Date,
        /// The format.
        #[arg(long)]
        format: Written,
    },
}

/// The format of a file.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Written {
    /// SIE 4I, in code page 437.
    Sie,
    /// DATEV Buchungsstapel, in Windows-1252.
    Datev,
    /// A voucher in each line, as JSON.
    Ndjson,
}

/// Runs the command.
pub async fn run(config: &Config, arguments: Arguments) -> Result<(), Failure> {
    let db = open_current(config, IfMissing::Fail).await?;
    let done = act(&db, config, arguments.act).await;
    db.close().await;
    done
}

async fn act(db: &Db, config: &Config, act: Act) -> Result<(), Failure> {
    let issuer = issuers::find_only(db.reader()).await.map_err(Error::from)?;
    let issuer = issuer.ok_or_else(|| Failure("There is no issuer yet. Set its details with setIssuer.".to_owned()))?;
    match act {
        Act::Accounts => {
            let mut known = Accounts::of(&issuer)?;
            known.plan = Some(known.plan(&issuer.country));
            let text = toml::to_string_pretty(&known).map_err(|error| Failure(error.to_string()))?;
            print(text.as_bytes())
        }
        Act::SetAccounts { file } => {
            set(db, issuer, read(&file)?).await?;
            say("Vouchers use these accounts from now on.");
            Ok(())
        }
        Act::Export { from, until, format } => {
            export::check(from, until).map_err(|[why, ..]| Failure(why.to_owned()))?;
            let span = Span::new(issuer.organisation_id, from, until);
            let at = Moment::of(Clock::default().now(), &config.billing);
            let format = match format {
                Written::Sie => Format::Sie,
                Written::Datev => Format::Datev,
                Written::Ndjson => Format::Ndjson,
            };
            print(&export::write(db.reader(), &issuer, &span, format, at).await?.bytes)
        }
    }
}

fn print(bytes: &[u8]) -> Result<(), Failure> {
    std::io::stdout().write_all(bytes).map_err(|error| Failure(format!("The file cannot be written: {error}.")))
}

fn read(file: &Path) -> Result<Accounts, Failure> {
    let wrong = |error: &dyn std::fmt::Display| Failure(format!("{}: {error}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| wrong(&error))?;
    let accounts: Accounts = toml::from_str(&text).map_err(|error| wrong(&error))?;
    accounts.check().map_err(|error| wrong(&error))?;
    Ok(accounts)
}

async fn set(db: &Db, issuer: issuer::Model, accounts: Accounts) -> Result<(), Error> {
    let (random, now) = (Random::system(), Clock::default().now());
    let stored = serde_json::to_string(&accounts).map_err(Error::fault)?;
    db.write(async |tx| {
        let event = Event::done("setAccounts", issuer.organisation_id, None);
        let event = event.to(Type::Organisation.id(issuer.organisation_id));
        let event = event.changing(json!({ "accounts": issuer.accounts }), json!({ "accounts": stored }));
        audit::record_by_system(tx, &random, now, event).await?;
        Ok(issuers::save(tx, issuer::Model { accounts: stored.clone(), ..issuer.clone() }).await?)
    })
    .await
}
