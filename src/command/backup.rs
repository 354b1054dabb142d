//! `tenantry backup`: copies the embedded database and its keys into one file while the server runs.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use tempfile::{Builder, NamedTempFile};

use super::archive::{self, DATABASE};
use super::database::{IfMissing, folder_of, open};
use super::soundness::check;
use super::{Failure, say, store};
use crate::base::clock::Clock;
use crate::base::config::Config;
use crate::base::data_dir;
use crate::base::db::Db;

/// Progress is logged this often.
const PERIOD: Duration = Duration::from_secs(5);

/// Write the embedded database and its keys to a file, while the server runs.
///
/// The file holds everything that was acknowledged before the command began. It is a tar archive of the database (with
/// all documents), `signing-key.pem`, `secret-key` and a list with their hashes. Before it gets its name, the copy is
/// checked: its pages, the references between rows, its schema and its audit logs. It is readable by its owner only.
/// Letters in the data folder are not in it, nor are settings.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tenantry backup /backup/tenantry-$(date +%F).tar
  tenantry backup --force /backup/latest.tar && age -r age1… -o latest.tar.age /backup/latest.tar

Run it as the user of the server. The folder of FILE needs room for the database twice. Whoever has the file has your
data and your keys: keep it encrypted, and away from this machine. `tenantry restore` reads it.

If an audit log is broken, the file is written all the same, and the exit code is 1.

On PostgreSQL, use its own tools: pg_dump for a copy, or a base backup with archived WAL to return to any moment. The
README says how, under \"Backup and restore\".")]
pub struct Arguments {
    /// The file to write, in a folder that exists.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Replace the file if it exists. The old one stays until the new one is complete.
    #[arg(long)]
    force: bool,
}

/// Runs the command.
pub async fn run(config: &Config, arguments: Arguments) -> Result<(), Failure> {
    let Arguments { file, force } = arguments;
    require_embedded(config)?;
    let folder = folder_of(&file);
    if !folder.is_dir() {
        return Err(Failure(format!("There is no folder {}. Create it, or name another file.", folder.display())));
    }
    if file.is_dir() {
        return Err(Failure(format!("{} is a folder. Name a file in it.", file.display())));
    }
    if file.exists() && !force {
        return Err(exists(&file));
    }
    let db = open(config, IfMissing::Fail).await?;
    let unwritable = |error: io::Error| Failure(format!("{} cannot be written: {error}.", file.display()));
    // The folder and what is in it vanish when the command ends.
    let work = Builder::new().prefix(".tenantry-backup-").tempdir_in(&folder).map_err(unwritable)?;
    let database = work.path().join(DATABASE);
    let made = Clock::default().now();
    let copied = copy(&db, &database).await;
    db.close().await;
    copied?;
    let soundness = check(config, &database).await?;

    // The keys are read after the database: a key that sealed something in it is there by now.
    let keys: Vec<PathBuf> = archive::key_files(config).into_iter().filter(|key| key.exists()).collect();
    let target = NamedTempFile::new_in(work.path()).map_err(unwritable)?;
    archive::write(target.as_file(), &database, &keys, made).map_err(unwritable)?;
    target.as_file().sync_all().map_err(unwritable)?;
    let contents = archive::read(config, target.path(), None)?;
    let placed = if force { target.persist(&file) } else { target.persist_noclobber(&file) };
    placed.map_err(|error| match error.error.kind() {
        io::ErrorKind::AlreadyExists => exists(&file),
        _ => unwritable(error.error),
    })?;
    data_dir::sync(&folder).map_err(unwritable)?;

    let (kilobytes, keys) = (contents.database_bytes().div_ceil(1024), contents.keys().collect::<Vec<_>>().join(", "));
    let keys = if keys.is_empty() { "none" } else { &keys };
    say(format_args!("The backup is in {}. Database: {kilobytes} KiB. Keys: {keys}.", file.display()));
    if !config.tokens.signing_keys.is_empty() || !config.accounts.secret_keys.is_empty() {
        say("Keys in tokens.signing_keys and accounts.secret_keys are settings, and not in the backup. Keep them too.");
    }
    if soundness.has_broken_logs() {
        return Err(Failure(soundness.sentence()));
    }
    say(soundness.sentence());
    Ok(())
}

/// Refuses a database that has tools of its own.
pub fn require_embedded(config: &Config) -> Result<(), Failure> {
    if config.database_file().is_some() {
        return Ok(());
    }
    Err(Failure(format!(
        "{} is no embedded database in a file. On PostgreSQL, use pg_dump and pg_restore, or a base backup with archived \
         WAL (point-in-time recovery). The README says how, under \"Backup and restore\".",
        config.database_name()
    )))
}

fn exists(file: &Path) -> Failure {
    Failure(format!("{} exists. Name another file, or add --force to replace it.", file.display()))
}

/// Copies the database as it is at this moment.
async fn copy(db: &Db, to: &Path) -> Result<(), Failure> {
    let name = to.to_str().ok_or_else(|| Failure(format!("{} is no text in UTF-8.", to.display())))?;
    let megabytes = store::size(db).await? >> 20;
    let copying = store::copy_into(db, name);
    tokio::pin!(copying);
    loop {
        tokio::select! {
            done = &mut copying => return done.map_err(|_| {
                Failure("The database cannot be copied; the line above says why. Is there room on the disk?".to_owned())
            }),
            () = tokio::time::sleep(PERIOD) => {
                let done = to.metadata().map_or(0, |file| file.len()) >> 20;
                tracing::info!(megabytes = done, of = megabytes, "copying the database");
            }
        }
    }
}
