//! `doctor` finds what is wrong and says what to do.

use std::net::TcpListener;

use crate::world::{Program, with_empty_database};

use super::{embedded, entries};

#[test]
fn doctor_finds_nothing_wrong_with_a_new_installation() {
    with_empty_database(async |world| {
        let folder = tempfile::tempdir().unwrap();
        let program = Program { url: world.app.config.database.url.clone(), folder: folder.path().to_owned() };
        assert!(program.run(&["migrate", "up"]).0);
        let (succeeded, said) = program.run(&["doctor"]);
        assert!(succeeded, "{said}");
        for check in ["settings", "signing keys", "secret keys", "database", "schema", "clock", "cache", "mail"] {
            let is_its = |line: &&str| line.get(8..).is_some_and(|rest| rest.starts_with(check));
            assert_eq!(said.lines().filter(is_its).count(), 1, "{check}: {said}");
        }
        assert!(said.contains("All migrations are done.") && said.contains("Set mail.smtp.host."), "{said}");
    });
}

#[test]
fn doctor_creates_and_migrates_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let program = embedded(folder.path());
    let (succeeded, said) = program.run(&["doctor"]);
    assert!(!succeeded && said.contains("wrong   database     There is no database at"), "{said}");
    assert!(said.contains("1 of 5 checks found something wrong."), "{said}");
    assert_eq!(entries(folder.path()), 0);
    assert!(program.run(&["migrate", "up"]).0);
    assert!(program.run(&["migrate", "down", "--yes"]).0);
    let (succeeded, said) = program.run(&["doctor"]);
    assert!(
        !succeeded && said.contains("The database lacks 1 of") && said.contains("Run: tenantry migrate up"),
        "{said}"
    );
}

#[test]
fn doctor_names_settings_keys_and_mail_servers_that_do_not_work() {
    let folder = tempfile::tempdir().unwrap();
    let program = embedded(folder.path());
    let said = |name: &str, value: &str| {
        let output = program.command(&["doctor"]).env(name, value).output().unwrap();
        assert!(!output.status.success());
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    assert!(said("TENANTRY_HTTP__METRIC", "true").contains("wrong   settings     configuration: there is no setting"));
    let told = said("TENANTRY_TOKENS__SIGNING_KEYS", "nowhere.pem");
    assert!(told.contains("wrong   signing keys tokens.signing_keys, entry 1, is not a readable file"), "{told}");
    assert!(program.run(&["migrate", "up"]).0);
    // A port on which nobody listens.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let smtp = [("TENANTRY_MAIL__SMTP__HOST", "127.0.0.1"), ("TENANTRY_MAIL__SMTP__TLS", "none")];
    let port = port.to_string();
    let mut command = program.command(&["doctor"]);
    let output = command.envs(smtp).env("TENANTRY_MAIL__SMTP__PORT", &port).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(told.contains(&format!("wrong   mail         127.0.0.1:{port} does not take mail")), "{told}");
}
