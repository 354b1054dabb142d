//! The command line: commands that read create nothing, commands that destroy ask, and every failure says what to do.

mod backup;
mod directory;
mod doctor;
mod health;
mod keys;
mod nodes;
mod restore;
mod shells;
mod telemetry;

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;

use migration::{Migrator, MigratorTrait};
use serde_json::json;

use crate::base::killed::mutate;
use crate::world::{Program, with_empty_database};

/// The program with the embedded database in this folder.
fn embedded(folder: &Path) -> Program {
    Program { url: String::new(), folder: folder.to_owned() }
}

/// Creates the database and its first account, ada@example.com. Returns the password.
fn with_operator(program: &Program) -> String {
    assert!(program.run(&["migrate", "up"]).0);
    let (succeeded, said) = program.run(&["operator", "create", "--email", "ada@example.com"]);
    assert!(succeeded, "{said}");
    said.lines().find_map(|line| line.strip_prefix("  ")).unwrap().trim().to_owned()
}

/// An access token of that account.
async fn token(port: u16, password: &str) -> String {
    let input = json!({ "email": "ada@example.com", "password": password });
    let tokens = mutate(port, None, "logIn", "tokens { accessToken }", &input).await.unwrap();
    tokens["tokens"]["accessToken"].as_str().unwrap().to_owned()
}

/// Makes an organisation: whether the server acknowledged it.
async fn organise(port: u16, token: &str, name: &str) -> bool {
    let input = json!({ "name": name, "kind": "COMPANY" });
    let made = mutate(port, Some(token), "createOrganisation", "organisation { name }", &input).await;
    made.is_some_and(|made| made["organisation"]["name"] == name)
}

fn entries(folder: &Path) -> usize {
    fs::read_dir(folder).map_or(0, Iterator::count)
}

#[test]
fn commands_that_read_create_no_database() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("elsewhere");
    let file = missing.join("tenantry.db").display().to_string();
    for arguments in [&["audit", "verify"][..], &["audit", "prune"], &["migrate", "status"], &["migrate", "down"]] {
        let (succeeded, said) = embedded(&missing).run(arguments);
        assert!(!succeeded && said.contains(&format!("There is no database at {file}.")), "{arguments:?}: {said}");
        assert!(said.contains("--data-dir") && said.contains("DATABASE_URL"), "{said}");
        let other = Program { url: format!("sqlite://{file}"), folder: folder.path().to_owned() };
        let (succeeded, said) = other.run(arguments);
        assert!(!succeeded && said.contains("There is no database at"), "{arguments:?}: {said}");
    }
    assert_eq!(entries(folder.path()), 0);
}

#[test]
fn commands_that_read_do_not_migrate() {
    let folder = tempfile::tempdir().unwrap();
    let program = embedded(folder.path());
    assert!(program.run(&["migrate", "up"]).0);
    assert!(program.run(&["migrate", "down", "--yes"]).0);
    let (succeeded, said) = program.run(&["audit", "verify"]);
    assert!(!succeeded && said.contains("lacks 1 of") && said.contains("Run: tenantry migrate up"), "{said}");
    let (_, said) = program.run(&["migrate", "status"]);
    assert_eq!(said.matches("pending").count(), 1, "{said}");
}

#[test]
fn migrations_are_undone_only_with_yes() {
    with_empty_database(async |world| {
        let folder = tempfile::tempdir().unwrap();
        let program = Program { url: world.app.config.database.url.clone(), folder: folder.path().to_owned() };
        assert!(program.run(&["migrate", "up"]).0);
        let before = world.db_tables().await;
        let (succeeded, said) = program.run(&["migrate", "down", "--steps", "2"]);
        assert!(!succeeded && said.contains("Nothing was changed") && said.contains("add --yes"), "{said}");
        let migrations = Migrator::migrations();
        for undone in migrations.iter().rev().take(2) {
            assert!(said.contains(undone.name()), "{}: {said}", undone.name());
        }
        assert_eq!(world.db_tables().await, before);
        let (succeeded, said) = program.run(&["migrate", "down", "--steps", "1000", "--yes"]);
        assert!(succeeded, "{said}");
        assert_eq!(world.db_tables().await, ["seaql_migrations"]);
    });
}

#[test]
fn an_unreachable_database_is_named_with_the_cause_and_without_the_password() {
    let folder = tempfile::tempdir().unwrap();
    // A port on which nobody listens.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("postgres://ada:hush-hush@127.0.0.1:{port}/shop");
    for arguments in [&["audit", "verify"][..], &["migrate", "up"], &["serve", "--listen", "127.0.0.1:0"]] {
        let program = Program { url: url.clone(), folder: folder.path().to_owned() };
        let output = program.command(arguments).env("TENANTRY_DATABASE__ACQUIRE_SECONDS", "1").output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success());
        assert!(said.contains(&format!("postgres://ada@127.0.0.1:{port}/shop cannot be opened")), "{said}");
        assert!(said.contains("refused") && said.contains("DATABASE_URL"), "{said}");
        assert!(!said.contains("hush-hush"), "{said}");
    }
}

#[test]
fn settings_that_do_not_exist_are_named_with_their_place() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tenantry.toml");
    fs::write(&file, "[http]\n\nmetric = true\n").unwrap();
    let program = embedded(folder.path());
    let (succeeded, said) = program.run(&["migrate", "status", "--config", file.to_str().unwrap()]);
    assert!(!succeeded && said.contains("http.metric (line 3 of"), "{said}");
    let output = program.command(&["migrate", "status"]).env("TENANTRY_HTTP__METRIC", "true").output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("TENANTRY_HTTP__METRIC (the environment)"), "{said}");
    let (succeeded, said) = program.run(&["migrate", "status", "--config", "nowhere.toml"]);
    assert!(!succeeded && said.contains("the file nowhere.toml cannot be read"), "{said}");
}

/// What the server writes until it is ready.
fn started(program: &Program, settings: &[(&str, &str)]) -> String {
    let mut command = program.command(&["serve", "--listen", "127.0.0.1:0"]);
    let mut server =
        command.envs(settings.iter().copied()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = String::new();
    let mut log = BufReader::new(server.stderr.take().unwrap());
    while !said.contains("ready") && log.read_line(&mut said).unwrap() > 0 {}
    server.kill().unwrap();
    server.wait().unwrap();
    said
}

#[test]
fn the_server_says_where_it_keeps_data_and_where_it_sends_mail() {
    let folder = tempfile::tempdir().unwrap();
    let program = embedded(&folder.path().join("new"));
    let data = folder.path().join("new").display().to_string();
    let said = started(&program, &[]);
    assert!(said.contains("there is no database yet: creating one"), "{said}");
    for part in [
        format!("database=SQLite in {data}/tenantry.db"),
        format!("mail=files in {data}/mail"),
        format!("data_dir={data}"),
        "url=http://127.0.0.1:".to_owned(),
    ] {
        assert!(said.contains(&part), "{part}: {said}");
    }
    assert!(!said.contains("lead to this machine only"), "{said}");
    let smtp = ("TENANTRY_MAIL__SMTP__HOST", "mail.example");
    let said = started(&program, &[smtp]);
    assert!(!said.contains("creating one") && said.contains("mail=mail.example:587"), "{said}");
    assert!(said.contains("links in mails lead to this machine only"), "{said}");
    let said = started(&program, &[smtp, ("TENANTRY_PORTAL_URL", "https://portal.example")]);
    assert!(!said.contains("lead to this machine only"), "{said}");
    let said = started(&program, &[("TENANTRY_PUBLIC_URL", "tenantry.example")]);
    assert!(said.contains("public_url is not an address"), "{said}");
    let said = started(&program, &[("TENANTRY_PUBLIC_URL", "http://127.0.0.1:8080")]);
    assert!(said.contains("url=http://127.0.0.1:8080 "), "{said}");
}

#[test]
fn variables_that_an_orchestrator_injects_do_not_stop_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let injected = [("TENANTRY_PORT", "tcp://10.0.0.1:8080"), ("TENANTRY_SERVICE_HOST", "10.0.0.1")];
    let said = started(&embedded(folder.path()), &injected);
    assert!(said.contains("ready"), "{said}");
    assert_eq!(said.matches("are ignored").count(), 1, "{said}");
    assert!(said.contains("names=TENANTRY_PORT, TENANTRY_SERVICE_HOST"), "{said}");
}
