//! `backup` while others write: what was acknowledged is in the file, and the file is whole or not there.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use tenantry::base::config::Config;
use tenantry::base::db::Db;
use tokio::runtime::Runtime;

use super::{embedded, entries, organise, token, with_operator};
use crate::base::killed::server::Server;
use crate::world::Program;

async fn opened(folder: &Path) -> Db {
    let mut config = Config::defaults().unwrap();
    config.data_dir = folder.to_owned();
    Db::connect(&config).await.unwrap()
}

/// The names of the organisations in the folder that begin with "Act".
async fn acts(folder: &Path) -> Vec<String> {
    let db = opened(folder).await;
    let sql = "SELECT name FROM organisation WHERE name LIKE 'Act %'";
    let rows = db.rows(sql, Vec::new()).await.unwrap();
    let names = rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
    db.close().await;
    names
}

/// The number of the first page of a table.
async fn first_page(folder: &Path, table: &str) -> usize {
    let db = opened(folder).await;
    let rows = db.rows("SELECT rootpage FROM sqlite_master WHERE name = $1", vec![table.into()]).await.unwrap();
    let page: i64 = rows[0].try_get_by_index(0).unwrap();
    db.close().await;
    usize::try_from(page).unwrap()
}

#[test]
fn a_backup_under_writes_holds_what_was_acknowledged_and_serves_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let (data, kept, other) = (folder.path().join("data"), folder.path().join("kept"), folder.path().join("other"));
    fs::create_dir(&kept).unwrap();
    let program = embedded(&data);
    let password = with_operator(&program);
    let server = Server::start(&program);
    let runtime = Runtime::new().unwrap();
    let access = runtime.block_on(token(server.port, &password));
    let (acknowledged, is_over) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicBool::new(false)));
    let writer = {
        let (acknowledged, is_over, access, port) =
            (Arc::clone(&acknowledged), Arc::clone(&is_over), access.clone(), server.port);
        runtime.spawn(async move {
            while !is_over.load(Ordering::SeqCst) {
                let number = acknowledged.load(Ordering::SeqCst);
                assert!(organise(port, &access, &format!("Act {number}")).await);
                acknowledged.store(number + 1, Ordering::SeqCst);
            }
        })
    };
    while acknowledged.load(Ordering::SeqCst) < 10 {
        std::thread::yield_now();
    }
    let file = kept.join("today.tar");
    let before = acknowledged.load(Ordering::SeqCst);
    let (succeeded, said) = program.run(&["backup", file.to_str().unwrap()]);
    let after = acknowledged.load(Ordering::SeqCst);
    is_over.store(true, Ordering::SeqCst);
    runtime.block_on(writer).unwrap();
    assert!(succeeded && said.contains("All audit logs are intact."), "{said}");
    assert!(said.contains("Keys: signing-key.pem, secret-key."), "{said}");
    assert!(after > before, "nothing was written meanwhile");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(entries(&kept), 1);

    let restored = embedded(&other);
    let (succeeded, said) = restored.run(&["restore", file.to_str().unwrap()]);
    assert!(succeeded && said.contains("Restored the data of ") && said.contains("Next: "), "{said}");
    let names = runtime.block_on(acts(&other));
    for number in 0..before {
        assert!(names.contains(&format!("Act {number}")), "{number} of {before}: {names:?}");
    }
    let (succeeded, said) = restored.run(&["audit", "verify"]);
    assert!(succeeded, "{said}");
    // The same people, passwords and keys: a token of the first server is good there.
    let server = Server::start(&restored);
    assert!(runtime.block_on(organise(server.port, &access, "Elsewhere")));
    runtime.block_on(token(server.port, &password));
    let mode = |name: &str| fs::metadata(other.join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!([mode("tenantry.db"), mode("signing-key.pem"), mode("secret-key")], [0o600; 3]);
}

#[test]
fn a_backup_replaces_no_file_unless_it_is_forced_to() {
    let folder = tempfile::tempdir().unwrap();
    let program = embedded(&folder.path().join("data"));
    with_operator(&program);
    let kept = folder.path().join("kept");
    fs::create_dir(&kept).unwrap();
    let file = kept.join("today.tar");
    fs::write(&file, "another").unwrap();
    let (succeeded, said) = program.run(&["backup", file.to_str().unwrap()]);
    assert!(!succeeded && said.contains("exists.") && said.contains("--force"), "{said}");
    assert_eq!(fs::read(&file).unwrap(), b"another");
    let (succeeded, said) = program.run(&["backup", "--force", file.to_str().unwrap()]);
    assert!(succeeded && said.contains("Keys: none."), "{said}");
    assert!(fs::metadata(&file).unwrap().len() > 100_000);
    assert_eq!(entries(&kept), 1);
}

#[test]
fn a_backup_that_cannot_be_made_says_why_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let program = embedded(&data);
    let missing = folder.path().join("missing/today.tar");
    let missing = missing.to_str().unwrap();
    let inside = folder.path().join("today.tar");
    let (succeeded, said) = program.run(&["backup", inside.to_str().unwrap()]);
    assert!(!succeeded && said.contains("There is no database at"), "{said}");
    with_operator(&program);
    let (succeeded, said) = program.run(&["backup", missing]);
    assert!(!succeeded && said.contains("There is no folder") && said.contains("missing"), "{said}");
    let (succeeded, said) = program.run(&["backup", "--force", folder.path().to_str().unwrap()]);
    assert!(!succeeded && said.contains("is a folder"), "{said}");
    // The first page of the accounts is no page.
    let database = data.join("tenantry.db");
    let page = Runtime::new().unwrap().block_on(first_page(&data, "user"));
    let mut bytes = fs::read(&database).unwrap();
    bytes[(page - 1) * 4096..page * 4096].fill(0xa5);
    fs::write(&database, bytes).unwrap();
    let (succeeded, said) = program.run(&["backup", inside.to_str().unwrap()]);
    assert!(!succeeded && (said.contains("cannot be copied") || said.contains("is damaged")), "{said}");
    assert_eq!(entries(folder.path()), 1);
}

#[test]
fn on_postgresql_both_commands_name_its_own_tools() {
    let folder = tempfile::tempdir().unwrap();
    let url = "postgres://ada:hush-hush@127.0.0.1:1/shop".to_owned();
    let program = Program { url, folder: folder.path().to_owned() };
    for command in ["backup", "restore"] {
        let (succeeded, said) = program.run(&[command, folder.path().join("today.tar").to_str().unwrap()]);
        assert!(!succeeded && said.contains("pg_dump") && said.contains("point-in-time"), "{command}: {said}");
        assert!(!said.contains("hush-hush"), "{said}");
        let (succeeded, said) = program.run(&[command, "--help"]);
        assert!(succeeded && said.contains("Examples:") && said.contains("PostgreSQL"), "{said}");
    }
    assert_eq!(entries(folder.path()), 0);
}
