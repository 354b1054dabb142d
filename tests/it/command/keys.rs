//! Keys are replaced while nodes run: tokens and secrets stay good throughout.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::Value;
use tenantry::base::config::Config;
use tenantry::base::random::Random;
use tenantry::people::session::Tokens;
use tenantry::people::user::SecretKeys;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use uuid::Uuid;

use super::{embedded, organise, token, with_operator};
use crate::base::killed::server::Server;
use crate::world::{Program, now, with_database, with_empty_database};

/// Nodes read their keys every ten seconds; a busy machine takes a little longer.
const KNOWN: Duration = Duration::from_mins(1);

/// The names of the keys that a node publishes.
async fn published(port: u16) -> Vec<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let request = "GET /.well-known/jwks.json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let set: Value = serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
    set["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

/// The lines of `keys list` about keys of this kind: name and state.
fn listed(program: &Program, kind: &str) -> Vec<(String, String)> {
    let (succeeded, said) = program.run(&["keys", "list"]);
    assert!(succeeded, "{said}");
    let of_kind = said.lines().filter(|line| line.starts_with(kind));
    let split = |line: &str| {
        let rest = line[8..].trim();
        let (name, state) = rest.split_once(' ').unwrap();
        (name.to_owned(), state.trim().to_owned())
    };
    of_kind.map(split).collect()
}

/// Waits until each node publishes these keys, the first of them first.
async fn until_published(nodes: &[Server], keys: &[&str], mut meanwhile: impl AsyncFnMut()) {
    let start = Instant::now();
    loop {
        meanwhile().await;
        let mut are_there = true;
        for node in nodes {
            are_there &= published(node.port).await == keys;
        }
        if are_there {
            return;
        }
        assert!(start.elapsed() < KNOWN, "{keys:?} are not there");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[test]
fn tokens_of_all_nodes_stay_good_while_the_signing_key_is_replaced() {
    with_empty_database(async |world| {
        let folder = tempfile::tempdir().unwrap();
        let program = Program { url: world.app.config.database.url.clone(), folder: folder.path().to_owned() };
        let password = with_operator(&program);
        let nodes = [Server::start(&program), Server::start(&program)];
        let old = listed(&program, "signing");
        assert!(old.len() == 1 && old[0].1 == "in use", "{old:?}");
        let old = old[0].0.as_str();
        assert_eq!(published(nodes[0].port).await, [old]);
        let first = token(nodes[0].port, &password).await;

        // Each node takes the token of the other, and those from before the rotation.
        let mut number = 0;
        let mut cross = async || {
            for (signs, accepts) in [(&nodes[0], &nodes[1]), (&nodes[1], &nodes[0])] {
                let newest = token(signs.port, &password).await;
                for access in [&first, &newest] {
                    number += 1;
                    assert!(organise(accepts.port, access, &format!("Fjord {number}")).await);
                }
            }
        };
        let (succeeded, said) = program.run(&["keys", "rotate", "signing", "--in", "25"]);
        assert!(succeeded && said.contains("signing-key.pem") && said.contains("Next: "), "{said}");
        let both = listed(&program, "signing");
        let new = both[1].0.clone();
        assert!(both[0] == (old.to_owned(), "in use".to_owned()) && both[1].1.starts_with("in use from "), "{both:?}");
        let (succeeded, said) = program.run(&["keys", "rotate", "signing"]);
        assert!(!succeeded && said.contains("A rotation is under way"), "{said}");
        let (succeeded, said) = program.run(&["keys", "retire", old]);
        assert!(!succeeded && said.contains("is in use"), "{said}");

        // All nodes know the new key before it signs.
        until_published(&nodes, &[old, &new], &mut cross).await;
        until_published(&nodes, &[&new, old], &mut cross).await;
        let (succeeded, said) = program.run(&["keys", "retire", old]);
        assert!(!succeeded && said.contains("Tokens of this key are valid until"), "{said}");
        let second = token(nodes[0].port, &password).await;
        assert!(organise(nodes[1].port, &second, "Second").await);
        // Somebody may have copied the old key, so its tokens must not count any longer.
        let (succeeded, said) = program.run(&["keys", "retire", old, "--now"]);
        assert!(succeeded, "{said}");
        until_published(&nodes, &[&new], async || {}).await;
        for node in &nodes {
            assert!(is_refused(node.port, &first).await);
            assert!(!is_refused(node.port, &second).await);
        }
    });
}

/// Whether a node refuses the token.
async fn is_refused(port: u16, token: &str) -> bool {
    let body = r#"{"query":"{ viewer { name } }"}"#;
    let request = format!(
        "POST /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Authorization: Bearer {token}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let is_let_in = answer.contains(r#"{"data":{"viewer":{"name":"#);
    assert!(is_let_in || answer.contains("UNAUTHENTICATED"), "{answer}");
    !is_let_in
}

#[test]
fn keys_that_are_settings_are_replaced_in_their_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let program = embedded(&folder.path().join("data"));
    with_operator(&program);
    Server::start(&program).kill();
    let file = folder.path().join("shared.pem");
    fs::copy(program.folder.join("signing-key.pem"), &file).unwrap();
    let before = fs::read(program.folder.join("signing-key.pem")).unwrap();
    let rotate = |setting: &str| {
        let mut command = program.command(&["keys", "rotate", "signing"]);
        let output = command.env("TENANTRY_TOKENS__SIGNING_KEYS", setting).output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&said).into_owned())
    };
    let (succeeded, said) = rotate(file.to_str().unwrap());
    assert!(succeeded && said.contains("If other nodes have copies of the file"), "{said}");
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("\nFrom: ") && text.matches("-----BEGIN PRIVATE KEY-----").count() == 2, "{text}");
    let (succeeded, said) = rotate(&format!("{0} {0}", file.display()));
    assert!(!succeeded && said.contains("put all keys into it"), "{said}");
    assert_eq!(fs::read(program.folder.join("signing-key.pem")).unwrap(), before);
}

#[test]
fn secrets_are_sealed_anew_before_their_key_is_retired() {
    with_database(async |world| {
        let folder = tempfile::tempdir().unwrap();
        let program = Program { url: world.app.config.database.url.clone(), folder: folder.path().to_owned() };
        let mut config = Config::defaults().unwrap();
        config.data_dir = folder.path().to_owned();
        let random = Random::seeded(7);
        Tokens::load(&config, &random).unwrap();
        let keys = || SecretKeys::load(&config, &Random::seeded(8)).unwrap();
        let rows = world.db().rows("SELECT id FROM \"user\" ORDER BY id LIMIT 10", Vec::new()).await.unwrap();
        let people: Vec<Uuid> = rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
        for table in ["second_factor", "webhook"] {
            world.db_execute(&format!("DELETE FROM {table}"), []).await;
        }
        let old = keys();
        for person in &people {
            let sealed = old.seal(&random, *person, b"secret").unwrap();
            let sql =
                "INSERT INTO second_factor (user_id, sealed_secret, last_step, created_at) VALUES ($1, $2, 0, $3)";
            world.db_execute(sql, [(*person).into(), sealed.into(), now().into()]).await;
        }
        let name = listed(&program, "secret")[0].0.clone();
        assert!(program.run(&["keys", "rotate", "secret", "--in", "0"]).0);
        let (succeeded, said) = program.run(&["keys", "retire", &name]);
        assert!(!succeeded && said.contains("Wait a minute"), "{said}");
        // An hour later.
        let file = folder.path().join("secret-key");
        let text = fs::read_to_string(&file).unwrap();
        let time = text.lines().find_map(|line| line.strip_prefix("From: ")).unwrap();
        fs::write(&file, text.replace(time, "2026-01-01T00:00:00Z")).unwrap();
        assert_eq!(listed(&program, "secret")[1], (name.clone(), "still accepted".to_owned()));
        let (succeeded, said) = program.run(&["keys", "retire", &name]);
        assert!(!succeeded && said.contains("10 secrets are sealed with this key"), "{said}");

        // An earlier run was stopped after some of them.
        for person in &people[..4] {
            let sealed = keys().seal(&random, *person, b"secret").unwrap();
            let sql = "UPDATE second_factor SET sealed_secret = $1 WHERE user_id = $2";
            world.db_execute(sql, [sealed.into(), (*person).into()]).await;
        }
        for count in [6, 0] {
            let (succeeded, said) = program.run(&["keys", "reseal"]);
            assert!(succeeded && said.contains(&format!("Secrets sealed anew: {count}.")), "{said}");
        }
        let (succeeded, said) = program.run(&["keys", "retire", &name]);
        assert!(succeeded, "{said}");
        assert_eq!(listed(&program, "secret").len(), 1);
        for person in &people {
            let sql = "SELECT sealed_secret FROM second_factor WHERE user_id = $1";
            let rows = world.db().rows(sql, vec![(*person).into()]).await.unwrap();
            let sealed: String = rows[0].try_get_by_index(0).unwrap();
            assert_eq!(keys().open(*person, &sealed).unwrap(), b"secret");
            assert!(old.open(*person, &sealed).is_none());
        }
        world
            .db_execute("UPDATE second_factor SET sealed_secret = 'AAAA' WHERE user_id = $1", [people[0].into()])
            .await;
        let (succeeded, said) = program.run(&["keys", "reseal"]);
        assert!(!succeeded && said.contains("No key opens 1 secrets."), "{said}");
    });
}
