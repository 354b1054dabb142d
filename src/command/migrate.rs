//! `tenantry migrate`: the schema of the database, step by step.

use clap::{Args, Subcommand};
use migration::{MigrationStatus, Migrator, MigratorTrait};
use sea_orm::DbBackend;

use super::database::{not_migrated, open, unknown};
use super::{Failure, say, store};
use crate::base::config::Config;

/// Bring the schema of the database up to date, or undo steps.
///
/// The embedded database does this by itself when the server starts. On PostgreSQL it is yours to do, before the new
/// version starts: one process at a time takes the steps, each in one transaction.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tenantry migrate status
  DATABASE_URL=postgres://tenantry@localhost/tenantry tenantry migrate up
  tenantry migrate down --steps 2")]
pub struct Arguments {
    #[command(subcommand)]
    direction: Direction,
}

#[derive(Debug, Subcommand)]
enum Direction {
    /// Take all steps that are not taken yet.
    Up,
    /// Undo the last steps. What only they had a place for is lost.
    Down {
        /// How many.
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
        steps: u32,
    },
    /// List all steps, and whether they are taken.
    Status,
}

/// Runs it.
pub async fn run(mut config: Config, arguments: Arguments) -> Result<(), Failure> {
    // The lock belongs to a connection, so the steps have to be taken on the same one.
    config.database.max_connections = 1;
    let db = open(&config).await?;
    let changes = !matches!(arguments.direction, Direction::Status);
    if changes && db.backend() == DbBackend::Postgres {
        store::lock_migrations(&db).await?;
    }
    let state = Migrator::get_migration_with_status_read_only(db.writer()).await.map_err(|error| unknown(&error))?;
    match arguments.direction {
        Direction::Up => {
            Migrator::up(db.writer(), None).await.map_err(|error| not_migrated(&error))?;
            let pending = state.iter().filter(|step| step.status() == MigrationStatus::Pending).count();
            say(format_args!("The schema is up to date. Steps taken: {pending}."));
        }
        Direction::Down { steps } => {
            Migrator::down(db.writer(), Some(steps)).await.map_err(|error| not_migrated(&error))?;
            let taken = state.iter().filter(|step| step.status() == MigrationStatus::Applied).count();
            say(format_args!("Steps undone: {}.", taken.min(steps as usize)));
        }
        Direction::Status => {
            for step in state {
                let taken = if step.status() == MigrationStatus::Applied { "taken  " } else { "pending" };
                say(format_args!("{taken}  {}", step.name()));
            }
        }
    }
    db.close().await;
    Ok(())
}
