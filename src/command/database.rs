//! Opens the database, and ensures that its schema is up to date.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use migration::{Migrator, MigratorTrait};
use sea_orm::{DbBackend, DbErr};

use super::Failure;
use crate::base::config::Config;
use crate::base::data_dir;
use crate::base::db::Db;

/// The file that a restore leaves beside the database while it replaces files. If it is still there, the restore was cut
/// off, and the files do not belong together.
pub const UNFINISHED: &str = "restore-unfinished";

/// The folder of the embedded database, which this process shares until it ends.
static SHARED: OnceLock<File> = OnceLock::new();

/// Whether a command makes a database that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IfMissing {
    /// The command begins something: an embedded database is created and migrated.
    Create,
    /// The command works on what is there: it neither creates nor migrates anything.
    Fail,
}

/// Connects.
pub async fn open(config: &Config, if_missing: IfMissing) -> Result<Db, Failure> {
    if let Some(file) = config.database_file() {
        match if_missing {
            IfMissing::Fail if !file.exists() => {
                return Err(Failure(format!(
                    "There is no database at {}. Name yours with --data-dir, data_dir or DATABASE_URL. `tenantry \
                     migrate up` creates a new one.",
                    file.display()
                )));
            }
            IfMissing::Create if config.database.url.is_empty() => make_data_dir(&config.data_dir)?,
            _ => {}
        }
        share(&folder_of(&file))?;
        if !file.exists() {
            tracing::warn!(database = config.database_name(), "there is no database yet: creating one");
        }
    }
    match Db::connect(config).await {
        Ok(db) => Ok(db),
        Err(error) => Err(unreachable(config, &error).await),
    }
}

/// The folder of a file.
pub fn folder_of(file: &Path) -> PathBuf {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Keeps restores away from the folder until this process ends.
fn share(folder: &Path) -> Result<(), Failure> {
    match data_dir::share(folder) {
        Ok(Some(shared)) => drop(SHARED.set(shared)),
        Ok(None) => {
            let folder = folder.display();
            return Err(Failure(format!("A restore is replacing the data in {folder}. Wait until it has ended.")));
        }
        // Some file systems have no locks, and a folder that is not there is reported by whoever opens the database.
        Err(error) => tracing::debug!(%error, folder = %folder.display(), "the data folder is not locked"),
    }
    let unfinished = folder.join(UNFINISHED);
    if unfinished.exists() {
        return Err(Failure(format!(
            "A restore was cut off while it replaced the data in {}, so the database and its keys may not belong \
             together. Run the restore again with --force.",
            folder.display()
        )));
    }
    Ok(())
}

/// The failure to connect, with the address and the cause.
async fn unreachable(config: &Config, error: &DbErr) -> Failure {
    let setting = if config.database.url.is_empty() { "data_dir" } else { "database.url (or DATABASE_URL)" };
    let cause = Db::cause(config, error).await;
    let mut text = format!("{} cannot be opened: {cause}", config.database_name());
    // The URL may hold a password, and the driver repeats a URL that it cannot parse.
    if !config.database.url.is_empty() {
        text = text.replace(&config.database.url, "…");
    }
    Failure(format!("{}. Check {setting}.", text.trim_end_matches('.')))
}

/// Connects to a database with an up-to-date schema. A SQLite database that a command may create is migrated here. A
/// PostgreSQL database is migrated only by `tenantry migrate up`, because other processes may be using it.
pub async fn open_current(config: &Config, if_missing: IfMissing) -> Result<Db, Failure> {
    let db = open(config, if_missing).await?;
    let pending = Migrator::get_pending_migrations_read_only(db.writer()).await.map_err(|error| unknown(&error))?;
    if pending.is_empty() {
        return Ok(db);
    }
    if db.backend() == DbBackend::Sqlite && if_missing == IfMissing::Create {
        Migrator::up(db.writer(), None).await.map_err(|error| not_migrated(&error))?;
        tracing::info!(migrations = pending.len(), "the database was migrated");
        return Ok(db);
    }
    let (missing, all) = (pending.len(), Migrator::migrations().len());
    let state = if missing == all { "is empty".to_owned() } else { format!("lacks {missing} of {all} migrations") };
    Err(Failure(format!("The database ({}) {state}. Run: tenantry migrate up", config.database_name())))
}

/// The failure of a migration.
pub fn not_migrated(error: &DbErr) -> Failure {
    Failure(format!("The database could not be migrated: {error}. The migrations before this one are done."))
}

/// The failure to find out which migrations are done.
pub fn unknown(error: &DbErr) -> Failure {
    if is_newer(error) {
        return Failure(
            "The database was made by a newer version of tenantry. Use that version, or a backup.".to_owned(),
        );
    }
    Failure(format!("The schema of the database cannot be read: {error}."))
}

/// Whether it is the library's error for migrations that it does not know.
pub fn is_newer(error: &DbErr) -> bool {
    matches!(error, DbErr::Custom(text) if text.contains("is missing"))
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
