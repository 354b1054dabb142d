//! Opens the database, and ensures that its schema is up to date.

use std::path::Path;

use migration::{Migrator, MigratorTrait};
use sea_orm::{DbBackend, DbErr};

use super::Failure;
use crate::base::config::Config;
use crate::base::data_dir;
use crate::base::db::Db;

/// Connects. For the embedded database, it first creates the data folder.
pub async fn open(config: &Config) -> Result<Db, Failure> {
    if config.database.url.is_empty() {
        make_data_dir(&config.data_dir)?;
    }
    Db::connect(config).await.map_err(|error| {
        let setting = if config.database.url.is_empty() { "data_dir" } else { "database.url (or DATABASE_URL)" };
        // The URL may hold a password, and the driver repeats a URL that it cannot parse.
        let mut reason = error.to_string();
        if !config.database.url.is_empty() {
            reason = reason.replace(&config.database.url, "…");
        }
        Failure(format!("The database cannot be opened: {}. Check {setting}.", reason.trim_end_matches('.')))
    })
}

/// Connects to a database with an up-to-date schema. A SQLite database is migrated here. A PostgreSQL database is
/// migrated only by `tenantry migrate up`, because other processes may be using it.
pub async fn open_current(config: &Config) -> Result<Db, Failure> {
    let db = open(config).await?;
    let pending = Migrator::get_pending_migrations_read_only(db.writer()).await.map_err(|error| unknown(&error))?;
    if pending.is_empty() {
        return Ok(db);
    }
    if db.backend() == DbBackend::Sqlite {
        Migrator::up(db.writer(), None).await.map_err(|error| not_migrated(&error))?;
        tracing::info!(migrations = pending.len(), "the database was migrated");
        return Ok(db);
    }
    let (missing, all) = (pending.len(), Migrator::migrations().len());
    let state = if missing == all { "is empty".to_owned() } else { format!("lacks {missing} of {all} migrations") };
    Err(Failure(format!("The database {state}. Run: tenantry migrate up")))
}

/// The failure of a migration.
pub fn not_migrated(error: &DbErr) -> Failure {
    Failure(format!("The database could not be migrated: {error}. The migrations before this one are done."))
}

/// The failure to find out which migrations are done.
pub fn unknown(error: &DbErr) -> Failure {
    match error {
        // The library's error for migrations that it does not know.
        DbErr::Custom(text) if text.contains("is missing") => {
            Failure("The database was made by a newer version of tenantry. Use that version, or a backup.".to_owned())
        }
        other => Failure(format!("The schema of the database cannot be read: {other}.")),
    }
}

/// Creates the folder, readable only by its owner. An existing folder stays as it is.
pub fn make_data_dir(folder: &Path) -> Result<(), Failure> {
    data_dir::make(folder).map_err(|error| {
        let folder = folder.display();
        Failure(format!(
            "The data folder {folder} cannot be created: {error}. Set another with --data-dir or data_dir."
        ))
    })
}
