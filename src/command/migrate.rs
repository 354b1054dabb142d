//! `tenantry migrate`: changes the schema of the database, one migration at a time.

use clap::{Args, Subcommand};
use migration::{Migration, MigrationStatus, Migrator, MigratorTrait};
use sea_orm::DbBackend;

use super::database::{IfMissing, not_migrated, open, unknown};
use super::{Failure, say, store};
use crate::base::config::Config;

/// Run or undo migrations of the database.
///
/// The server migrates the embedded database when it starts. On PostgreSQL, run this command before you start a new
/// version. Only one process migrates at a time, and each migration is one transaction.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tenantry migrate status
  DATABASE_URL=postgres://tenantry@localhost/tenantry tenantry migrate up
  tenantry migrate down --steps 2 --yes")]
pub struct Arguments {
    #[command(subcommand)]
    direction: Direction,
}

#[derive(Debug, Subcommand)]
enum Direction {
    /// Run all pending migrations.
    Up,
    /// Undo the last migrations. Data in the tables and columns that they added is lost. Make a backup first.
    Down {
        /// How many migrations to undo.
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
        steps: u32,
        /// Really undo them. Without this, the command only lists them.
        #[arg(long)]
        yes: bool,
    },
    /// List all migrations, and whether they are done.
    Status,
}

/// Runs the command.
pub async fn run(mut config: Config, arguments: Arguments) -> Result<(), Failure> {
    // The lock belongs to a connection, so the migrations must run on the same connection.
    config.database.max_connections = 1;
    let if_missing = if matches!(arguments.direction, Direction::Up) { IfMissing::Create } else { IfMissing::Fail };
    let db = open(&config, if_missing).await?;
    let changes = !matches!(arguments.direction, Direction::Status);
    if changes && db.backend() == DbBackend::Postgres {
        store::lock_migrations(&db).await?;
    }
    let state = Migrator::get_migration_with_status_read_only(db.writer()).await.map_err(|error| unknown(&error))?;
    match arguments.direction {
        Direction::Up => {
            Migrator::up(db.writer(), None).await.map_err(|error| not_migrated(&error))?;
            migration::fill(db.writer()).await.map_err(|error| not_migrated(&error))?;
            let pending = state.iter().filter(|step| step.status() == MigrationStatus::Pending).count();
            say(format_args!("The database is up to date. Migrations done: {pending}."));
        }
        Direction::Down { steps, yes } => {
            let applied = state.iter().rev().filter(|step| step.status() == MigrationStatus::Applied);
            let last: Vec<_> = applied.take(steps as usize).map(Migration::name).collect();
            if !yes && !last.is_empty() {
                return Err(Failure(format!(
                    "Nothing was changed in {}. This would undo {}, and the data in their tables and columns would be \
                     lost. Make a backup, then add --yes.",
                    config.database_name(),
                    last.join(", ")
                )));
            }
            Migrator::down(db.writer(), Some(steps)).await.map_err(|error| not_migrated(&error))?;
            say(format_args!("Migrations undone: {}.", last.len()));
        }
        Direction::Status => {
            for step in state {
                let status = if step.status() == MigrationStatus::Applied { "done   " } else { "pending" };
                say(format_args!("{status}  {}", step.name()));
            }
        }
    }
    db.close().await;
    Ok(())
}
