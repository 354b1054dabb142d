//! `tenantry restore`: replaces the embedded database and its keys by those of a backup, completely or not at all.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use tempfile::Builder;

use super::archive::{self, Contents, DATABASE};
use super::backup::require_embedded;
use super::database::{UNFINISHED, folder_of, make_data_dir};
use super::soundness::check;
use super::{Failure, say};
use crate::base::clock::Clock;
use crate::base::config::Config;
use crate::base::data_dir;

/// Put the database and the keys of a backup into the data folder. Stop the server first.
///
/// The whole backup is read and checked before anything is replaced: its hashes, the pages of the database, the
/// references between rows, its schema and its audit logs. What it replaces is moved into a folder `replaced-…` beside
/// it, and moved back if the restore fails.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  systemctl stop tenantry && sudo -u tenantry tenantry restore /backup/tenantry-2026-03-15.tar --force
  tenantry restore latest.tar --data-dir /tmp/trial && tenantry serve --data-dir /tmp/trial --listen 127.0.0.1:8081

The second example tries a backup in another folder. Do that from time to time. Beware: a server sends the mail and the
webhooks that were not yet sent when the backup was made.

A backup of a newer version is refused. One of an older version is accepted; the server migrates it when it starts.

On PostgreSQL, use pg_restore or point-in-time recovery. The README says how, under \"Backup and restore\".")]
pub struct Arguments {
    /// The file that `tenantry backup` wrote.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Replace the database that is there. It is moved aside, not deleted.
    #[arg(long)]
    force: bool,
    /// Also restore a backup in which audit logs are broken.
    #[arg(long)]
    accept_broken_logs: bool,
}

/// Runs the command.
pub async fn run(config: &Config, arguments: Arguments) -> Result<(), Failure> {
    let Arguments { file, force, accept_broken_logs } = arguments;
    require_embedded(config)?;
    if !file.is_file() {
        return Err(Failure(format!("There is no file {}.", file.display())));
    }
    let database = config.database_file().unwrap_or_default();
    let folder = folder_of(&database);
    make_data_dir(&config.data_dir)?;
    let _claimed = claim(&folder)?;
    if database.exists() && !force {
        return Err(Failure(format!(
            "There is a database at {}. Add --force to replace it; it is moved aside. Or restore into another folder with \
             --data-dir.",
            database.display()
        )));
    }
    let work = Builder::new()
        .prefix(".tenantry-restore-")
        .tempdir_in(&folder)
        .map_err(|error| Failure(format!("{} cannot be written: {error}.", folder.display())))?;
    tracing::info!(file = %file.display(), "reading the backup");
    let contents = archive::read(config, &file, Some(work.path()))?;
    let soundness = check(config, &work.path().join(DATABASE)).await?;
    if soundness.has_broken_logs() && !accept_broken_logs {
        return Err(Failure(format!(
            "{} Nothing was replaced. Take another backup, or add --accept-broken-logs.",
            soundness.sentence()
        )));
    }
    let name = format!("replaced-{}", Clock::default().now().format("%Y%m%dT%H%M%S"));
    let aside = replace(config, &contents, &database, work.path(), &name)?;

    say(format_args!("Restored the data of {}. Keys: {}.", contents.made.format("%F %T UTC"), list(&contents)));
    say(soundness.sentence());
    if !aside.is_empty() {
        let folders: Vec<String> = aside.iter().map(|folder| folder.display().to_string()).collect();
        say(format_args!(
            "What was there before is in {}. Delete it when you no longer need it.",
            folders.join(" and ")
        ));
    }
    say(
        "Next: run `tenantry doctor`, then start the server. Mail and webhooks that waited when the backup was made are \
         sent again. People whose session is newer than the backup log in again.",
    );
    Ok(())
}

fn list(contents: &Contents) -> String {
    let keys: Vec<&str> = contents.keys().collect();
    if keys.is_empty() { "none, so those of the settings".to_owned() } else { keys.join(", ") }
}

/// Waits for nobody: whoever uses the data must end first.
fn claim(folder: &Path) -> Result<File, Failure> {
    let shown = folder.display();
    match data_dir::claim(folder) {
        Ok(Some(claimed)) => Ok(claimed),
        Ok(None) => Err(Failure(format!(
            "A server or another command uses the data in {shown}. Stop it, for example with `systemctl stop tenantry`, \
             and run this again."
        ))),
        Err(error) => Err(Failure(format!("{shown} cannot be locked: {error}."))),
    }
}

/// The files that were moved and placed so far.
#[derive(Default)]
struct Swap {
    moved: Vec<(PathBuf, PathBuf)>,
    placed: Vec<PathBuf>,
}

/// Replaces the files. Returns the folders into which the former files were moved.
fn replace(
    config: &Config,
    contents: &Contents,
    database: &Path,
    from: &Path,
    name: &str,
) -> Result<Vec<PathBuf>, Failure> {
    let marker = folder_of(database).join(UNFINISHED);
    let mut swap = Swap::default();
    let outcome = File::create(&marker)
        .and_then(|file| file.sync_all())
        .and_then(|()| data_dir::sync(&folder_of(database)))
        .and_then(|()| swap.run(config, contents, database, from, name));
    match outcome.and_then(|()| fs::remove_file(&marker)) {
        Ok(()) => {
            let mut folders: Vec<PathBuf> = swap.moved.iter().map(|(_, to)| folder_of(to)).collect();
            folders.dedup();
            Ok(folders)
        }
        Err(error) => {
            let undone = swap.undo().and_then(|()| fs::remove_file(&marker));
            Err(Failure(match undone {
                Ok(()) => format!("The data cannot be replaced: {error}. What was there before is back in place."),
                Err(problem) => format!(
                    "The data cannot be replaced: {error}. What was there before is in folders named {name}, and cannot be \
                     moved back: {problem}."
                ),
            }))
        }
    }
}

impl Swap {
    fn run(
        &mut self,
        config: &Config,
        contents: &Contents,
        database: &Path,
        from: &Path,
        name: &str,
    ) -> io::Result<()> {
        let beside = |end: &str| PathBuf::from(format!("{}{end}", database.display()));
        for file in [database.to_owned(), beside("-wal"), beside("-shm"), beside("-journal")] {
            self.move_aside(&file, name)?;
        }
        for key in archive::key_files(config) {
            let kept = archive::name_of(&key);
            if contents.keys().any(|name| name == kept) {
                self.move_aside(&key, name)?;
                data_dir::write_new(&config.data_dir, &kept, &fs::read(from.join(&kept))?)?;
                self.placed.push(key);
            }
        }
        fs::rename(from.join(DATABASE), database)?;
        self.placed.push(database.to_owned());
        data_dir::sync(&config.data_dir)?;
        data_dir::sync(&folder_of(database))
    }

    fn move_aside(&mut self, file: &Path, name: &str) -> io::Result<()> {
        if !file.exists() {
            return Ok(());
        }
        let folder = folder_of(file).join(name);
        data_dir::make(&folder)?;
        let to = folder.join(file.file_name().unwrap_or_default());
        fs::rename(file, &to)?;
        self.moved.push((file.to_owned(), to));
        data_dir::sync(&folder)
    }

    fn undo(&mut self) -> io::Result<()> {
        for file in self.placed.drain(..) {
            fs::remove_file(file)?;
        }
        for (file, moved) in self.moved.drain(..).rev() {
            fs::rename(moved, file)?;
        }
        Ok(())
    }
}
