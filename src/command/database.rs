//! Opens the database, and sees to it that its schema is the one of this program.

use std::path::Path;

use migration::{Migrator, MigratorTrait};
use sea_orm::{DbBackend, DbErr};

use super::Failure;
use crate::base::config::Config;
use crate::base::data_dir;
use crate::base::db::Db;

/// Connects. Makes the data folder where the embedded database needs it.
pub async fn open(config: &Config) -> Result<Db, Failure> {
    if config.database.url.is_empty() {
        make_data_dir(&config.data_dir)?;
    }
    Db::connect(config).await.map_err(|error| {
        let place = if config.database.url.is_empty() { "data_dir" } else { "database.url (or DATABASE_URL)" };
        // The address may hold a password, and the driver repeats what it cannot read.
        let mut reason = error.to_string();
        if !config.database.url.is_empty() {
            reason = reason.replace(&config.database.url, "…");
        }
        Failure(format!("The database cannot be opened: {}. Check {place}.", reason.trim_end_matches('.')))
    })
}

/// Connects, and has the schema up to date: on SQLite by bringing it there. A server database is only changed by who
/// means to, since other processes may be using it.
pub async fn open_current(config: &Config) -> Result<Db, Failure> {
    let db = open(config).await?;
    let pending = Migrator::get_pending_migrations_read_only(db.writer()).await.map_err(|error| unknown(&error))?;
    if pending.is_empty() {
        return Ok(db);
    }
    if db.backend() == DbBackend::Sqlite {
        Migrator::up(db.writer(), None).await.map_err(|error| not_migrated(&error))?;
        tracing::info!(steps = pending.len(), "the schema of the database is up to date");
        return Ok(db);
    }
    let (missing, all) = (pending.len(), Migrator::migrations().len());
    let state = if missing == all { "is empty".to_owned() } else { format!("lacks {missing} of {all} steps") };
    Err(Failure(format!("The schema of the database {state}. Run: tenantry migrate up")))
}

/// What to say when a step fails.
pub fn not_migrated(error: &DbErr) -> Failure {
    Failure(format!("The schema of the database could not be changed: {error}. Steps before this one are done."))
}

/// What to say when the state of the schema cannot be told.
pub fn unknown(error: &DbErr) -> Failure {
    match error {
        // The library says this of steps that it does not know.
        DbErr::Custom(text) if text.contains("is missing") => {
            Failure("The database was made by a newer version of tenantry. Use that version, or a backup.".to_owned())
        }
        other => Failure(format!("The schema of the database cannot be read: {other}.")),
    }
}

/// Makes the folder, for its owner alone. One that exists stays as it is.
pub fn make_data_dir(folder: &Path) -> Result<(), Failure> {
    data_dir::make(folder).map_err(|error| {
        let folder = folder.display();
        Failure(format!("The data folder {folder} cannot be made: {error}. Give another by --data-dir or data_dir."))
    })
}
