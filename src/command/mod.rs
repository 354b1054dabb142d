//! The command line. Each command has its own file, and `database` opens the database.

mod accounting;
mod archive;
mod audit;
mod backup;
mod cache;
mod catalogue;
mod completions;
mod database;
mod directory;
mod doctor;
mod health;
mod keys;
mod man;
mod migrate;
mod operator;
mod payments;
mod rates;
mod restore;
mod seed;
mod serve;
mod soundness;
mod store;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tokio::runtime::Builder;

use crate::base::config::{Config, ConfigError};
use crate::base::error::Error;
use crate::base::log;
use crate::base::telemetry::Telemetry;
use crate::graphql;
use crate::http::Console;

/// Tenantry: who may do what, for whom, and who pays, behind one GraphQL schema.
#[derive(Debug, Parser)]
#[command(
    name = "tenantry",
    version,
    after_help = "Examples:
  tenantry serve --demo                 try it with an embedded database and example data
  tenantry serve --config tenantry.toml run it; config.example.toml explains every setting
  tenantry operator create --email you@example.com
                                        create the first account of an installation
  tenantry catalogue export > catalogue.toml
                                        write products and prices to a file; `import` reads it
  tenantry directory import people.csv --organisation organisation_01… --kind people --mode full
                                        bring people into the directory of an organisation
  tenantry payments import statement.xml
                                        record what the bank says was paid
  tenantry rates import eurofxref-daily.xml
                                        record the rates between currencies that the European Central Bank published
  tenantry accounting export --format sie --from 2026-01-01 --until 2026-01-31
                                        write the vouchers of days for the bookkeeping
  tenantry audit verify                 check that nobody changed the audit logs
  tenantry backup /backup/today.tar     copy the embedded database and its keys while the server runs
  tenantry keys rotate signing          replace the key that signs tokens, while the server runs
  tenantry doctor                       check the installation, and say what to do
  tenantry schema > schema.graphql      print the schema, with the permission of each field

Every setting can also come from the environment: database.max_connections is TENANTRY_DATABASE__MAX_CONNECTIONS,
and DATABASE_URL is database.url. Without a database URL, Tenantry uses SQLite in the data folder."
)]
pub struct Cli {
    /// The settings file. Settings that are missing in it have their defaults.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The folder for the embedded database, the signing key and outgoing mail. It replaces data_dir.
    #[arg(long, global = true, value_name = "FOLDER")]
    data_dir: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Arguments),
    Migrate(migrate::Arguments),
    Seed(seed::Arguments),
    /// Print the GraphQL schema.
    #[command(
        after_help = "Example:\n  tenantry schema > schema.graphql\n\nThis needs neither a database nor settings."
    )]
    Schema,
    Operator(operator::Arguments),
    Audit(audit::Arguments),
    Keys(keys::Arguments),
    Backup(backup::Arguments),
    Restore(restore::Arguments),
    Cache(cache::Arguments),
    Catalogue(catalogue::Arguments),
    Directory(directory::Arguments),
    Payments(payments::Arguments),
    Rates(rates::Arguments),
    Accounting(accounting::Arguments),
    Doctor(doctor::Arguments),
    Health(health::Arguments),
    Completions(completions::Arguments),
    Man(man::Arguments),
}

/// Why a command failed, and what to do about it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Failure(String);

impl From<String> for Failure {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self(error.to_string())
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Internal => Self("The database failed; the line above says why.".to_owned()),
            other => Self(other.to_string()),
        }
    }
}

/// Parses the command line and runs the command to its end.
///
/// This is no `async fn`: the program would then compile everything that it awaits a second time.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match Builder::new_multi_thread().thread_stack_size(graphql::STACK).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(format_args!("The program cannot start its threads: {error}.")),
    };
    match runtime.block_on(Box::pin(cli.run())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failed(failure),
    }
}

fn failed(reason: impl std::fmt::Display) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "tenantry: {reason}");
    ExitCode::FAILURE
}

impl Cli {
    async fn run(self) -> Result<(), Failure> {
        match self.command {
            Command::Schema => {
                // A test compares this with schema.graphql, byte for byte.
                let _ = write!(std::io::stdout(), "{}", graphql::sdl());
                return Ok(());
            }
            Command::Completions(arguments) => {
                completions::run(&arguments);
                return Ok(());
            }
            Command::Man(arguments) => return man::run(arguments),
            _ => {}
        }
        let mut config = match Config::load(self.config.as_deref()) {
            Err(error) if matches!(self.command, Command::Doctor(_)) => return doctor::without_settings(&error),
            loaded => loaded?,
        };
        config.has_console = Console::BUILT.is_there();
        if let Some(folder) = self.data_dir {
            config.data_dir = folder;
        }
        // Only the server sends traces and metrics.
        let is_server = matches!(self.command, Command::Serve(_));
        let telemetry = if is_server { Telemetry::start(&config.telemetry)? } else { None };
        log::start(&config.log, telemetry.as_ref())?;
        if !config.ignored.is_empty() {
            let names = config.ignored.join(", ");
            tracing::warn!(%names, "variables of the environment that are no settings are ignored");
        }
        match self.command {
            Command::Serve(arguments) => Box::pin(serve::run(config, arguments, telemetry)).await,
            Command::Migrate(arguments) => migrate::run(config, arguments).await,
            Command::Seed(arguments) => seed::run(&config, arguments).await,
            Command::Operator(arguments) => operator::run(&config, arguments).await,
            Command::Audit(arguments) => audit::run(&config, arguments).await,
            Command::Keys(arguments) => keys::run(&config, arguments).await,
            Command::Backup(arguments) => backup::run(&config, arguments).await,
            Command::Restore(arguments) => restore::run(&config, arguments).await,
            Command::Cache(arguments) => cache::run(&config, arguments).await,
            Command::Catalogue(arguments) => catalogue::run(&config, arguments).await,
            Command::Directory(arguments) => directory::run(&config, arguments).await,
            Command::Payments(arguments) => payments::run(&config, arguments).await,
            Command::Rates(arguments) => rates::run(&config, arguments).await,
            Command::Accounting(arguments) => accounting::run(&config, arguments).await,
            Command::Doctor(arguments) => doctor::run(&config, arguments).await,
            Command::Health(arguments) => health::run(&config, arguments).await,
            Command::Schema | Command::Completions(_) | Command::Man(_) => Ok(()),
        }
    }
}

/// Writes a line to the standard output. Errors are ignored, because the reader may have closed the pipe.
fn say(text: impl std::fmt::Display) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn global_options_may_follow_the_command() {
        let cli = Cli::try_parse_from(["tenantry", "seed", "demo", "--config", "a.toml", "--data-dir", "b"]).unwrap();
        assert_eq!(cli.config.unwrap().to_str(), Some("a.toml"));
        assert_eq!(cli.data_dir.unwrap().to_str(), Some("b"));
    }
}
