//! `restore` replaces everything or nothing, and only what nobody uses.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use tenantry::base::config::Config;
use tenantry::base::db::Db;
use tokio::runtime::Runtime;

use super::{embedded, entries, organise, token, with_operator};
use crate::base::killed::server::Server;
use crate::world::Program;

/// A database with one account and its organisation that a server has served, and its backup.
fn backed_up(folder: &Path) -> (Program, String, PathBuf) {
    let program = embedded(&folder.join("data"));
    let password = with_operator(&program);
    let server = Server::start(&program);
    let runtime = Runtime::new().unwrap();
    let access = runtime.block_on(token(server.port, &password));
    assert!(runtime.block_on(organise(server.port, &access, "Early")));
    server.kill();
    let file = folder.join("today.tar");
    let (succeeded, said) = program.run(&["backup", file.to_str().unwrap()]);
    assert!(succeeded, "{said}");
    (program, password, file)
}

/// The same backup after a change to its database, with hashes that fit.
async fn changed(backup: &Path, sql: &str) -> PathBuf {
    let folder = tempfile::tempdir().unwrap();
    tar::Archive::new(File::open(backup).unwrap()).unpack(folder.path()).unwrap();
    let mut config = Config::defaults().unwrap();
    config.data_dir = folder.path().to_owned();
    let db = Db::connect(&config).await.unwrap();
    db.writer().execute_unprepared(sql).await.unwrap();
    db.close().await;
    let list = folder.path().join("backup.json");
    let mut contents: Value = serde_json::from_str(&fs::read_to_string(&list).unwrap()).unwrap();
    let bytes = fs::read(folder.path().join("tenantry.db")).unwrap();
    let hash = tenantry::base::random::hash_of_bytes(&bytes);
    contents["files"][0] = json!({ "name": "tenantry.db", "bytes": bytes.len(), "sha256": hash });
    fs::write(&list, contents.to_string()).unwrap();
    let file = backup.with_file_name("changed.tar");
    let mut archive = tar::Builder::new(File::create(&file).unwrap());
    for name in ["tenantry.db", "signing-key.pem", "secret-key", "backup.json"] {
        archive.append_path_with_name(folder.path().join(name), name).unwrap();
    }
    archive.finish().unwrap();
    file
}

/// Every file in the folder with its content.
fn content(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> =
        paths.filter(|path| path.is_file()).map(|path| (path.clone(), fs::read(&path).unwrap())).collect();
    files.sort();
    files
}

#[test]
fn a_restore_waits_for_nobody_and_moves_aside_what_it_replaces() {
    let folder = tempfile::tempdir().unwrap();
    let (program, password, file) = backed_up(folder.path());
    let restore = ["restore", file.to_str().unwrap(), "--force"];
    let runtime = Runtime::new().unwrap();
    let server = Server::start(&program);
    let access = runtime.block_on(token(server.port, &password));
    assert!(runtime.block_on(organise(server.port, &access, "Late")));
    let (succeeded, said) = program.run(&restore);
    assert!(!succeeded && said.contains("A server or another command uses the data"), "{said}");
    assert!(runtime.block_on(organise(server.port, &access, "Later")));
    server.kill();

    let before = content(&program.folder);
    let (succeeded, said) = program.run(&restore[..2]);
    assert!(!succeeded && said.contains("There is a database at") && said.contains("--force"), "{said}");
    assert_eq!(content(&program.folder), before);
    let (succeeded, said) = program.run(&restore);
    assert!(succeeded && said.contains("What was there before is in "), "{said}");
    let folders = fs::read_dir(&program.folder).unwrap().map(|entry| entry.unwrap().path());
    let aside: Vec<PathBuf> = folders.filter(|path| path.to_string_lossy().contains("replaced-")).collect();
    assert_eq!(aside.len(), 1);
    // What was moved aside is whole, and starts as it was.
    let late = Server::start(&embedded(&aside[0]));
    assert!(runtime.block_on(organise(late.port, &access, "Latest")));
    late.kill();
    let server = Server::start(&program);
    let access = runtime.block_on(token(server.port, &password));
    assert!(runtime.block_on(organise(server.port, &access, "Late")));
}

#[test]
fn a_backup_that_is_cut_off_or_damaged_replaces_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (program, _, file) = backed_up(folder.path());
    let bytes = fs::read(&file).unwrap();
    let other = folder.path().join("other.tar");
    let before = content(&program.folder);
    let flipped = |place: usize| {
        let mut bytes = bytes.clone();
        bytes[place] ^= 1;
        bytes
    };
    for (what, bytes) in [
        ("half", bytes[..bytes.len() / 2].to_vec()),
        ("without its list", bytes[..bytes.len() - 4096].to_vec()),
        ("empty", Vec::new()),
        ("another file", b"SQLite format 3".repeat(100)),
        ("a bit in the database", flipped(bytes.len() / 2)),
        ("a bit in the first header", flipped(10)),
    ] {
        fs::write(&other, bytes).unwrap();
        let (succeeded, said) = program.run(&["restore", other.to_str().unwrap(), "--force"]);
        let is_told = ["is no backup", "is damaged", "is cut off"].iter().any(|text| said.contains(text));
        assert!(!succeeded && is_told, "{what}: {said}");
        assert!(content(&program.folder) == before, "{what}");
    }
    let (succeeded, said) = program.run(&["restore", "nowhere.tar", "--force"]);
    assert!(!succeeded && said.contains("There is no file nowhere.tar."), "{said}");
    assert!(content(&program.folder) == before);
}

#[test]
fn a_backup_of_a_newer_version_or_with_changed_logs_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (_, _, file) = backed_up(folder.path());
    let runtime = Runtime::new().unwrap();
    let empty = embedded(&folder.path().join("empty"));
    for (sql, expected) in [
        (
            "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m99991231_000001_future', 0)",
            "by a newer version",
        ),
        ("UPDATE audit_event SET action = 'nothing'", "Nothing was replaced."),
        ("PRAGMA foreign_keys = OFF; DELETE FROM organisation", "that are missing"),
    ] {
        let file = runtime.block_on(changed(&file, sql));
        let (succeeded, said) = empty.run(&["restore", file.to_str().unwrap()]);
        assert!(!succeeded && said.contains(expected), "{sql}: {said}");
        assert_eq!(entries(&empty.folder), 0, "{sql}");
    }
    let file = runtime.block_on(changed(&file, "UPDATE audit_event SET action = 'nothing'"));
    let (succeeded, said) = empty.run(&["restore", file.to_str().unwrap(), "--accept-broken-logs"]);
    assert!(succeeded && said.contains("Broken audit logs: "), "{said}");
    // A backup of it is made as well, and says so.
    let again = folder.path().join("again.tar");
    let (succeeded, said) = empty.run(&["backup", again.to_str().unwrap()]);
    assert!(!succeeded && said.contains("Broken audit logs: ") && again.exists(), "{said}");
}

#[test]
fn a_backup_of_an_older_version_is_restored_and_migrated() {
    let folder = tempfile::tempdir().unwrap();
    let program = embedded(&folder.path().join("data"));
    with_operator(&program);
    assert!(program.run(&["migrate", "down", "--yes"]).0);
    let file = folder.path().join("older.tar");
    let (succeeded, said) = program.run(&["backup", file.to_str().unwrap()]);
    assert!(succeeded && said.contains("The schema lacks 1 migrations"), "{said}");
    let other = embedded(&folder.path().join("other"));
    let (succeeded, said) = other.run(&["restore", file.to_str().unwrap()]);
    assert!(succeeded && said.contains("The schema lacks 1 migrations"), "{said}");
    Server::start(&other).kill();
    assert!(other.run(&["audit", "verify"]).0);
}

#[test]
fn a_restore_that_was_cut_off_keeps_the_server_away() {
    let folder = tempfile::tempdir().unwrap();
    let (program, _, file) = backed_up(folder.path());
    fs::write(program.folder.join("restore-unfinished"), "").unwrap();
    let (succeeded, said) = program.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(!succeeded && said.contains("A restore was cut off"), "{said}");
    let (succeeded, said) = program.run(&["restore", file.to_str().unwrap(), "--force"]);
    assert!(succeeded, "{said}");
    Server::start(&program).kill();
}
