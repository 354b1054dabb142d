//! The server is killed while it sends: every event arrives, and always with its own id.

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, Statement};
use tenantry::base::config::Config;
use tenantry::base::db::Db;
use tenantry::base::id::Type;

use super::*;
use crate::base::killed::mutate;
use crate::base::killed::server::Server;

const ADDRESS: &str = "hooks@example.org";
/// No machine is that slow.
const PATIENCE: Duration = Duration::from_mins(2);

async fn execute(db: &Db, sql: &str) {
    db.writer().execute_raw(Statement::from_string(db.backend(), sql)).await.unwrap();
}

/// A person with an organisation and a webhook there that leads to the port: token, organisation, webhook and secret.
async fn begin(server: &Server, db: &Db, port: u16) -> [String; 4] {
    let account = json!({ "email": ADDRESS, "password": PASSWORD, "name": "Hooks" });
    mutate(server.port, None, "signUp", "accepted", &account).await.unwrap();
    execute(db, "UPDATE \"user\" SET email_verified_at = created_at").await;
    let token = log_in(server).await;
    let organisation = json!({ "name": "Hooked", "kind": "COMPANY" });
    let made = mutate(server.port, Some(&token), "createOrganisation", "organisation { id }", &organisation).await;
    let organisation = made.unwrap()["organisation"]["id"].as_str().unwrap().to_owned();
    let input = json!({ "organisationId": organisation, "name": "Hook", "permissions": ["ORGANISATION_READ"],
                        "types": ["ORGANISATION_CHANGED"], "url": format!("http://127.0.0.1:{port}/") });
    let made = mutate(server.port, Some(&token), "createWebhook", "webhook { id } secret", &input).await.unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    [token, organisation, text(&made["webhook"]["id"]), text(&made["secret"])]
}

async fn log_in(server: &Server) -> String {
    let input = json!({ "email": ADDRESS, "password": PASSWORD });
    let made = mutate(server.port, None, "logIn", "tokens { accessToken }", &input).await.unwrap();
    made["tokens"]["accessToken"].as_str().unwrap().to_owned()
}

/// The program with a database of its own, which is migrated.
async fn program(world: World, folder: &tempfile::TempDir) -> (Program, Config) {
    let mut config = Config::clone(&world.app.config);
    world.db().close().await;
    folder.path().clone_into(&mut config.data_dir);
    let program = Program { url: config.database_url(), folder: folder.path().to_owned() };
    let (succeeded, said) = program.run(&["migrate", "up"]);
    assert!(succeeded, "{said}");
    (program, config)
}

#[test]
fn every_event_arrives_although_the_server_is_killed_at_work() {
    with_empty_database(async |world| {
        let folder = tempfile::tempdir().unwrap();
        let (program, config) = program(world, &folder).await;
        let receiver = Receiver::start().await;
        let mut server = Server::start(&program);
        let db = Db::connect(&config).await.unwrap();
        let [mut token, organisation, ..] = begin(&server, &db, receiver.port).await;
        for round in 0..4_u64 {
            let before = receiver.count();
            let began = Instant::now();
            for number in 0.. {
                let input = json!({ "organisationId": organisation, "name": format!("Hooked {round} {number}") });
                mutate(server.port, Some(&token), "updateOrganisation", "organisation { id }", &input).await.unwrap();
                if receiver.count() > before + 3 && number >= 10 {
                    break;
                }
                assert!(began.elapsed() < PATIENCE, "nothing arrives");
            }
            tokio::time::sleep(Duration::from_millis(7 * round)).await;
            server.kill();
            // As if the leases of the killed server had ended.
            execute(&db, "UPDATE webhook_delivery SET next_attempt_at = created_at WHERE next_attempt_at IS NOT NULL")
                .await;
            server = Server::start(&program);
            token = log_in(&server).await;
        }
        let began = Instant::now();
        let left = "SELECT count(*) FROM waiting_event";
        let waiting = "SELECT count(*) FROM webhook_delivery WHERE state <> 'DELIVERED'";
        for sql in [left, waiting] {
            loop {
                let rows = db.rows(sql, Vec::new()).await.unwrap();
                if rows[0].try_get_by_index::<i64>(0).unwrap() == 0 {
                    break;
                }
                assert!(began.elapsed() < PATIENCE, "{sql}");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        let rows = db.rows("SELECT id FROM event WHERE kind = 'ORGANISATION_CHANGED'", Vec::new()).await.unwrap();
        let events: BTreeSet<String> =
            rows.iter().map(|row| Type::Event.id(row.try_get_by_index(0).unwrap()).0).collect();
        let mut bodies: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for one in receiver.received() {
            assert_eq!(one.body()["data"]["eventId"], one.id());
            bodies.entry(one.id().to_owned()).or_default().insert(one.text);
        }
        assert!(events.len() >= 40, "{}", events.len());
        assert_eq!(bodies.keys().cloned().collect::<BTreeSet<_>>(), events);
        assert!(bodies.values().all(|texts| texts.len() == 1), "one id stands for two messages");
        db.close().await;
    });
}

#[test]
fn the_receiver_of_the_readme_takes_what_the_server_sends_and_nothing_else() {
    if Command::new("python3").arg("--version").output().is_err() {
        return;
    }
    with_empty_database(async |world| {
        let folder = tempfile::tempdir().unwrap();
        let (program, config) = program(world, &folder).await;
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let server = Server::start(&program);
        let db = Db::connect(&config).await.unwrap();
        let [token, organisation, webhook, secret] = begin(&server, &db, port).await;
        let mut python = Command::new("python3")
            .args(["-u", concat!(env!("CARGO_MANIFEST_DIR"), "/examples/webhook/receiver.py")])
            .env("WEBHOOK_SECRET", &secret)
            .env("PORT", port.to_string())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let began = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(began.elapsed() < PATIENCE, "the receiver does not start");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let test = json!({ "webhookId": webhook });
        mutate(server.port, Some(&token), "testWebhook", "delivery { id }", &test).await.unwrap();
        let renamed = json!({ "organisationId": organisation, "name": "Hooked again" });
        mutate(server.port, Some(&token), "updateOrganisation", "organisation { id }", &renamed).await.unwrap();
        let done = "SELECT count(*) FROM webhook_delivery WHERE state = 'DELIVERED'";
        while db.rows(done, Vec::new()).await.unwrap()[0].try_get_by_index::<i64>(0).unwrap() < 2 {
            assert!(began.elapsed() < PATIENCE, "nothing is delivered");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        // With another secret, it takes nothing more.
        let rotated = json!({ "webhookId": webhook, "keepOldForHours": 0 });
        mutate(server.port, Some(&token), "rotateWebhookSecret", "webhook { id }", &rotated).await.unwrap();
        mutate(server.port, Some(&token), "testWebhook", "delivery { id }", &test).await.unwrap();
        let failed = "SELECT count(*) FROM webhook_delivery WHERE attempts LIKE '%\"status\":400%'";
        while db.rows(failed, Vec::new()).await.unwrap()[0].try_get_by_index::<i64>(0).unwrap() < 1 {
            assert!(began.elapsed() < PATIENCE, "the receiver takes what others signed");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        python.kill().unwrap();
        let said = String::from_utf8(python.wait_with_output().unwrap().stdout).unwrap();
        assert!(said.contains("webhook.test") && said.contains("organisation.changed"), "{said}");
        assert_eq!(said.lines().count(), 2, "{said}");
        db.close().await;
    });
}
