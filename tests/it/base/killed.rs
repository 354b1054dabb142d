//! The server is killed at work, again and again: acknowledged work exists with its event and its mail, and everything
//! else exists completely or not at all.
//!
//! To have another act killed, put it into `ACTS`.

pub mod server;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use tenantry::base::clock::Clock;
use tenantry::base::config::Config;
use tenantry::base::db::Db;
use tenantry::base::random::Random;
use tenantry::mail::Worker;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use self::server::Server;
use crate::world::{PASSWORD, Program, with_empty_database};

const ROUNDS: u64 = 6;
const CLIENTS: usize = 6;
/// So often each act is acknowledged in a round before the server is killed, however slow the machine is.
const AT_LEAST: u32 = 2;
/// No machine is that slow.
const PATIENCE: Duration = Duration::from_mins(2);

/// A mutation, and the rows that it leaves behind.
struct Act {
    name: &'static str,
    fields: &'static str,
    /// Takes the mark by which the act is recognised, and the result of the act before.
    input: fn(&str, &Value) -> Value,
    /// Each counts one row where the act was done, and none where it was not; `$1` is the mark.
    left: &'static [&'static str],
}

/// The first is anonymous and makes the person who sends the others.
const ACTS: [Act; 4] = [
    Act {
        name: "signUp",
        fields: "accepted",
        input: |mark, _| json!({ "email": address(mark), "password": PASSWORD, "name": mark }),
        left: &[
            "\"user\" WHERE name = $1",
            "organisation WHERE name = $1",
            "membership m JOIN \"user\" u ON u.id = m.user_id JOIN organisation o ON o.id = m.organisation_id \
             WHERE u.name = $1 AND o.name = $1",
            "membership_role r JOIN membership m ON m.id = r.membership_id JOIN \"user\" u ON u.id = m.user_id \
             JOIN organisation o ON o.id = m.organisation_id WHERE u.name = $1 AND o.name = $1 AND r.builtin = 'OWNER'",
            "audit_event e JOIN organisation o ON o.id = e.organisation_id \
             WHERE o.name = $1 AND e.action = 'signUp' AND e.outcome = 'DONE'",
            "outgoing_mail WHERE recipient = $1 || '@example.org'",
        ],
    },
    Act {
        name: "createOrganisation",
        fields: "organisation { id }",
        input: |mark, _| json!({ "name": mark, "kind": "COMPANY" }),
        left: &[
            "organisation WHERE name = $1",
            "membership m JOIN organisation o ON o.id = m.organisation_id WHERE o.name = $1",
            "membership_role r JOIN organisation o ON o.id = r.organisation_id \
             WHERE o.name = $1 AND r.builtin = 'OWNER'",
            "audit_event e JOIN organisation o ON o.id = e.organisation_id \
             WHERE o.name = $1 AND e.action = 'createOrganisation' AND e.outcome = 'DONE'",
        ],
    },
    Act {
        name: "inviteMember",
        fields: "invitation { id organisation { id } }",
        input: |mark, made| {
            let roles = json!([{ "builtIn": "INVOICES" }]);
            json!({ "organisationId": made["organisation"]["id"], "email": address(mark), "roles": roles })
        },
        left: &[
            "invitation WHERE email = $1 || '@example.org'",
            "invitation_role r JOIN invitation i ON i.id = r.invitation_id WHERE i.email = $1 || '@example.org'",
            "audit_event e JOIN invitation i ON i.organisation_id = e.organisation_id \
             WHERE i.email = $1 || '@example.org' AND e.action = 'inviteMember' AND e.outcome = 'DONE'",
            "outgoing_mail WHERE recipient = $1 || '@example.org'",
        ],
    },
    Act {
        name: "syncDirectory",
        fields: "sync { id }",
        input: |mark, made| {
            let person = |number| json!({ "externalId": format!("{mark}-{number}"), "name": mark });
            let members = [1, 2].map(|number| json!({ "personExternalId": format!("{mark}-{number}") }));
            json!({ "organisationId": made["invitation"]["organisation"]["id"], "syncId": mark, "mode": "FULL",
                    "people": [person(1), person(2)],
                    "groups": [{ "externalId": mark, "name": mark, "members": members }] })
        },
        left: &[
            "directory_sync WHERE sync_key = $1 AND state = 'DONE' AND created = 3",
            "directory_person WHERE external_id = $1 || '-1' AND state = 'ACTIVE'",
            "directory_person WHERE external_id = $1 || '-2' AND state = 'ACTIVE'",
            "directory_group WHERE external_id = $1",
            "directory_group_member m JOIN directory_group g ON g.id = m.group_id \
             JOIN directory_person p ON p.id = m.person_id WHERE g.external_id = $1 AND p.external_id = $1 || '-2'",
            "audit_event e JOIN directory_sync s ON s.organisation_id = e.organisation_id \
             WHERE s.sync_key = $1 AND e.action = 'syncDirectory' AND e.outcome = 'DONE'",
        ],
    },
];

fn address(mark: &str) -> String {
    format!("{mark}@example.org")
}

/// How often each of the acts was acknowledged in a round.
type Done = Arc<[AtomicU32; ACTS.len()]>;

/// An attempted act.
struct Attempt {
    act: &'static Act,
    mark: String,
    is_acknowledged: bool,
}

#[test]
fn acknowledged_work_survives_a_killed_server_and_the_rest_is_whole_or_absent() {
    with_empty_database(async |world| {
        let mut config = Config::clone(&world.app.config);
        // The server shall have the database to itself.
        world.db().close().await;
        let folder = tempfile::tempdir().unwrap();
        folder.path().clone_into(&mut config.data_dir);
        let program = Program { url: config.database_url(), folder: folder.path().to_owned() };
        let (succeeded, said) = program.run(&["migrate", "up"]);
        assert!(succeeded, "{said}");
        let random = Random::seeded(3);
        let mut attempts = Vec::new();
        for round in 0..ROUNDS {
            let server = Server::start(&program);
            let db = Db::connect(&config).await.unwrap();
            let done = Done::default();
            let start = |number| {
                let prefix = format!("r{round}c{number}");
                tokio::spawn(work(server.port, db.clone(), prefix, Arc::clone(&done)))
            };
            let clients: Vec<_> = (0..CLIENTS).map(start).collect();
            let is_enough = || done.iter().all(|count| count.load(Ordering::Relaxed) >= AT_LEAST);
            let began = Instant::now();
            while !is_enough() && clients.iter().any(|client| !client.is_finished()) {
                assert!(began.elapsed() < PATIENCE, "round {round}: {done:?}");
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            assert!(is_enough(), "the server ended by itself after {done:?}");
            let [chance] = random.bytes();
            tokio::time::sleep(Duration::from_millis(u64::from(chance))).await;
            server.kill();
            for client in clients {
                attempts.extend(client.await.unwrap());
            }
            db.close().await;
            // Fails where a log does not hold.
            program.run(&["audit", "verify"]);
            check(&config, &attempts).await;
        }
        assert!(attempts.iter().any(|attempt| !attempt.is_acknowledged), "nothing was cut off");
        send_the_rest(&config, &attempts).await;
    });
}

/// Does one act after the other until the server is gone.
async fn work(port: u16, db: Db, prefix: String, done: Done) -> Vec<Attempt> {
    let mut attempts = Vec::new();
    for number in 0.. {
        let (mut token, mut before) = (None, Value::Null);
        for (act, count) in ACTS.iter().zip(&*done) {
            let mark = format!("{prefix}n{number}{}", act.name.to_lowercase());
            attempts.push(Attempt { act, mark: mark.clone(), is_acknowledged: false });
            let input = (act.input)(&mark, &before);
            let Some(payload) = mutate(port, token.as_deref(), act.name, act.fields, &input).await else {
                return attempts;
            };
            before = payload;
            attempts.last_mut().unwrap().is_acknowledged = true;
            count.fetch_add(1, Ordering::Relaxed);
            if token.is_none() {
                // An inviter needs a verified address.
                let proved = "UPDATE \"user\" SET email_verified_at = created_at WHERE email = $1";
                let statement = Statement::from_sql_and_values(db.backend(), proved, [address(&mark).into()]);
                db.writer().execute_raw(statement).await.unwrap();
                let input = json!({ "email": address(&mark), "password": PASSWORD });
                let fields = "tokens { accessToken }";
                let Some(payload) = mutate(port, None, "logIn", fields, &input).await else { return attempts };
                token = payload["tokens"]["accessToken"].as_str().map(str::to_owned);
            }
        }
    }
    attempts
}

/// The payload, if the answer came whole.
pub async fn mutate(port: u16, token: Option<&str>, name: &str, fields: &str, input: &Value) -> Option<Value> {
    let kind = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    let query = format!(
        "mutation($input: {kind}!) {{ {name}(input: $input) {{ {fields} userErrors {{ code field message }} }} }}"
    );
    let body = json!({ "query": query, "variables": { "input": input } }).to_string();
    let authorization = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
    let request = format!(
        "POST /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n\
         {authorization}Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.ok()?;
    let answer: Value = serde_json::from_str(answer.split_once("\r\n\r\n")?.1).ok()?;
    let payload = &answer["data"][name];
    assert_eq!(payload["userErrors"], json!([]), "{name}: {answer}");
    Some(payload.clone())
}

/// All of an act is there, or nothing; all, if it was acknowledged.
async fn check(config: &Config, attempts: &[Attempt]) {
    let db = Db::connect(config).await.unwrap();
    for Attempt { act, mark, is_acknowledged } in attempts {
        let mut counts = Vec::new();
        for left in act.left {
            let sql = format!("SELECT count(*) FROM {left}");
            let rows = db.rows(sql, vec![mark.as_str().into()]).await.unwrap();
            counts.push(rows[0].try_get_by_index::<i64>(0).unwrap());
        }
        let expected = if *is_acknowledged { 1 } else { counts[0].min(1) };
        assert!(counts.iter().all(|count| *count == expected), "{} of {mark}, {is_acknowledged}: {counts:?}", act.name);
    }
    let files = files(&config.data_dir.join("mail"));
    let sql = "SELECT recipient, sent_at IS NOT NULL, body_text <> '' AND body_html <> '' FROM outgoing_mail";
    for row in db.rows(sql, Vec::new()).await.unwrap() {
        let recipient: String = row.try_get_by_index(0).unwrap();
        let (is_sent, has_bodies): (bool, bool) = (row.try_get_by_index(1).unwrap(), row.try_get_by_index(2).unwrap());
        assert_ne!(is_sent, has_bodies, "{recipient}");
        let count = files.get(&recipient).copied().unwrap_or_default();
        assert!(if is_sent { count == 1 } else { count <= 1 }, "{recipient}: {count} files, sent: {is_sent}");
    }
    db.close().await;
}

/// When all leases have ended, each mail has gone once.
async fn send_the_rest(config: &Config, attempts: &[Attempt]) {
    let db = Db::connect(config).await.unwrap();
    let later = Clock::fixed(Clock::System.now() + TimeDelta::hours(1));
    let now = later.now();
    Worker::new(config, db.clone(), later, Random::system()).unwrap().deliver_due(now).await.unwrap();
    db.close().await;
    let files = files(&config.data_dir.join("mail"));
    let sends_mail = |act: &Act| act.left.iter().any(|left| left.starts_with("outgoing_mail"));
    let is_mailed = |attempt: &&Attempt| sends_mail(attempt.act) && attempt.is_acknowledged;
    for attempt in attempts.iter().filter(is_mailed) {
        assert_eq!(files.get(&address(&attempt.mark)), Some(&1), "{}", attempt.mark);
    }
    assert!(files.values().all(|count| *count == 1), "{files:?}");
}

/// How many files there are for each recipient.
fn files(folder: &Path) -> HashMap<String, u32> {
    let mut counts = HashMap::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "eml") {
            let text = std::fs::read_to_string(path).unwrap();
            let recipient = text.lines().find_map(|line| line.strip_prefix("To: ")).unwrap().to_owned();
            *counts.entry(recipient).or_default() += 1;
        }
    }
    counts
}
