//! Whether the database in a backup is sound: its pages, the references between its rows, its schema and its audit logs.

use std::path::Path;

use migration::{Migrator, MigratorTrait};

use super::database::{is_newer, unknown};
use super::{Failure, audit, store};
use crate::base::config::Config;
use crate::base::db::Db;
use crate::base::error::Error;

/// What is known about a sound database.
pub struct Soundness {
    /// How many migrations it lacks.
    pub pending: usize,
    /// Its audit logs. They are read only if the schema is that of this program.
    pub logs: Option<audit::Report>,
}

impl Soundness {
    /// Whether an audit log is broken.
    pub fn has_broken_logs(&self) -> bool {
        self.logs.as_ref().is_some_and(|logs| logs.broken > 0)
    }

    /// What was found, as a sentence.
    pub fn sentence(&self) -> String {
        match &self.logs {
            None => format!("The schema lacks {} migrations, so the audit logs were not verified.", self.pending),
            Some(audit::Report { broken: 0, logs, events, .. }) => {
                format!("All audit logs are intact. Logs: {logs}. Events: {events}.")
            }
            Some(audit::Report { broken, logs, .. }) => {
                format!("Broken audit logs: {broken} of {logs}. The lines above say where.")
            }
        }
    }
}

/// Checks the database in a file that nobody else uses.
pub async fn check(config: &Config, file: &Path) -> Result<Soundness, Failure> {
    let mut config = config.clone();
    config.database.url = format!("sqlite://{}", file.display());
    config.database.max_connections = 1;
    let damaged =
        |text: String| Failure(format!("The database in the backup is damaged: {}.", text.trim_end_matches('.')));
    let db = Db::connect(&config).await.map_err(|error| damaged(error.to_string()))?;
    let outcome = look(&db, &damaged).await;
    db.close().await;
    outcome
}

async fn look(db: &Db, damaged: &impl Fn(String) -> Failure) -> Result<Soundness, Failure> {
    tracing::info!("checking the database of the backup");
    let found = store::damages(db).await.map_err(|error: Error| damaged(error.to_string()))?;
    if !found.is_empty() {
        return Err(damaged(found.join("; ")));
    }
    let pending = Migrator::get_pending_migrations_read_only(db.writer()).await.map_err(|error| {
        if is_newer(&error) {
            return Failure("The backup was made by a newer version of tenantry. Use that version.".to_owned());
        }
        unknown(&error)
    })?;
    let (pending, all) = (pending.len(), Migrator::migrations().len());
    if pending == all {
        return Err(Failure("The database in the backup is empty.".to_owned()));
    }
    let logs = if pending == 0 { Some(audit::Report::of_all(db).await?) } else { None };
    Ok(Soundness { pending, logs })
}
