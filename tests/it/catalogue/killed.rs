//! The server is killed in the middle of orders and of renewals: no number is lost, nothing is half done, and the next
//! server goes on with the rest.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use chrono::Months;
use entity::organisation::Kind;
use entity::subscription::{Interval, State, Term};
use entity::{price, price_plan, product, service, subscription};
use serde_json::json;
use tenantry::access::BuiltinRole;
use tenantry::base::config::Config;
use tenantry::base::db::Db;
use tenantry::base::id::Type;
use tenantry::base::random::Random;
use tenantry::people::user::Passwords;
use tenantry::seed::rows as seed;
use uuid::Uuid;

use crate::base::killed::mutate;
use crate::base::killed::server::Server;
use crate::world::*;

const ROUNDS: u32 = 4;
const CLIENTS: u32 = 4;
/// So many orders are acknowledged in a round before the server is killed, however slow the machine is.
const AT_LEAST: u32 = 3;
/// Subscriptions that are due.
const DUE: u32 = 6_000;
/// No machine is that slow.
const PATIENCE: Duration = Duration::from_mins(2);

/// The operator of the database.
pub const SELLER: Uuid = key(NORDIC, 1);
const BUYER: Uuid = key(NORDIC, 2);
const SERVER: Uuid = key(NORDIC, 3);
const EMAIL: &str = "buyer@example.org";

/// A seller with a product, and a customer with an owner.
async fn db_prepare(db: &Db, config: &Config) {
    let mut rows = Rows::new(NORDIC);
    rows.organisation(SELLER, "Seller", Kind::Operator);
    rows.organisation(BUYER, "Buyer", Kind::Company);
    rows.details(BUYER, "Buyer", None);
    // An address that nobody verifies is forgotten after some days.
    rows.person(Person { id: key(NORDIC, 4), name: "Buyer", email: EMAIL }).email_verified_at = Some(now());
    rows.member(BUYER, key(NORDIC, 4), &[Held::Builtin(BuiltinRole::Owner)]);
    rows.give_passwords(&Passwords::new(config).hash(PASSWORD.to_owned()).await.unwrap());
    rows.db_write(db.writer()).await;
    let server = product::Model {
        service_kind: Some(service::Kind::VirtualServer),
        ..seed::product(SERVER, SELLER, "VM", "Server", now())
    };
    db_insert(db.writer(), vec![server]).await;
    let plan = price_plan::Model {
        id: key(NORDIC, 5),
        organisation_id: SELLER,
        name: "List".to_owned(),
        name_key: "list".to_owned(),
        is_default: true,
        created_at: now(),
    };
    db_insert(db.writer(), vec![plan]).await;
    let price = price::Model {
        id: key(NORDIC, 6),
        organisation_id: SELLER,
        plan_id: key(NORDIC, 5),
        product_id: SERVER,
        currency: "SEK".to_owned(),
        term: Term::Monthly,
        interval: Interval::Month,
        from_quantity: 1,
        unit_minor: 1_000,
        setup_minor: 0,
        valid_from: "2020-01-01".parse().unwrap(),
        created_at: now(),
    };
    db_insert(db.writer(), vec![price]).await;
}

/// A program with a database of its own, prepared, and how to reach that.
pub async fn prepared(world: &World, folder: &tempfile::TempDir) -> (Program, Config) {
    let mut config = Config::clone(&world.app.config);
    // The server shall have the database to itself.
    world.db().close().await;
    folder.path().clone_into(&mut config.data_dir);
    // The cost of the program's hashes, so that no log-in hashes the password anew.
    (config.passwords.memory_kib, config.passwords.iterations) = (8, 1);
    let program = Program { url: config.database_url(), folder: folder.path().to_owned() };
    let (succeeded, said) = program.run(&["migrate", "up"]);
    assert!(succeeded, "{said}");
    let db = Db::connect(&config).await.unwrap();
    db_prepare(&db, &config).await;
    db.close().await;
    (program, config)
}

/// The first column of each row.
pub async fn texts(db: &Db, sql: &str) -> Vec<String> {
    let rows = db.rows(sql, Vec::new()).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

/// Logs in and orders until the server is gone. Returns the numbers of the orders that were acknowledged.
async fn order(port: u16, done: Arc<AtomicU32>) -> Vec<String> {
    let mut numbers = Vec::new();
    let input = json!({ "email": EMAIL, "password": PASSWORD });
    let Some(payload) = mutate(port, None, "logIn", "tokens { accessToken }", &input).await else { return numbers };
    let token = payload["tokens"]["accessToken"].as_str().unwrap().to_owned();
    let line = json!({ "productId": Type::Product.id(SERVER).0, "term": "MONTHLY", "interval": "MONTH",
        "attributes": [{ "name": "hostname", "value": "vm.example.org" }] });
    let input = json!({ "organisationId": Type::Organisation.id(BUYER).0, "lines": [line, line],
        "expectedTotal": { "amountMinor": "2000", "currency": "SEK" } });
    while let Some(payload) = mutate(port, Some(&token), "placeOrder", "order { number }", &input).await {
        numbers.push(payload["order"]["number"].as_str().unwrap().to_owned());
        done.fetch_add(1, Ordering::Relaxed);
    }
    numbers
}

#[test]
fn no_number_is_lost_and_no_order_is_half_placed_when_the_server_is_killed() {
    with_empty_database(async |world| {
        let folder = tempfile::tempdir().unwrap();
        let (program, config) = prepared(&world, &folder).await;
        let random = Random::seeded(7);
        let mut acknowledged = BTreeSet::new();
        for round in 0..ROUNDS {
            let server = Server::start(&program);
            let done = Arc::new(AtomicU32::new(0));
            let clients: Vec<_> = (0..CLIENTS).map(|_| tokio::spawn(order(server.port, Arc::clone(&done)))).collect();
            let began = Instant::now();
            while done.load(Ordering::Relaxed) < AT_LEAST {
                assert!(began.elapsed() < PATIENCE && clients.iter().any(|client| !client.is_finished()), "{round}");
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            let [chance] = random.bytes();
            tokio::time::sleep(Duration::from_millis(u64::from(chance))).await;
            server.kill();
            for client in clients {
                acknowledged.extend(client.await.unwrap());
            }
            program.run(&["audit", "verify"]);
            let db = Db::connect(&config).await.unwrap();
            check_orders(&db, &acknowledged).await;
            db.close().await;
        }
        assert!(acknowledged.len() >= (ROUNDS * AT_LEAST) as usize);
    });
}

/// Each acknowledged order is there, the numbers have no gap, and each order has everything.
async fn check_orders(db: &Db, acknowledged: &BTreeSet<String>) {
    let numbers = texts(db, "SELECT number FROM sales_order ORDER BY number").await;
    assert!(acknowledged.iter().all(|number| numbers.contains(number)), "{acknowledged:?} in {numbers:?}");
    for (place, number) in (1..).zip(&numbers) {
        assert!(number.ends_with(&format!("-{place:06}")), "{place} of {numbers:?}");
    }
    let next = "SELECT CAST(next AS text) FROM number_series WHERE kind = 'ORDER'";
    assert_eq!(texts(db, next).await, [(numbers.len() + 1).to_string()]);
    for (what, count) in [
        ("order_line l WHERE l.order_id = o.id", 2),
        ("order_line l JOIN subscription s ON s.id = l.subscription_id WHERE l.order_id = o.id", 2),
        ("subscription_change c WHERE c.order_id = o.id AND c.kind = 'START'", 2),
        ("order_line l JOIN service s ON s.subscription_id = l.subscription_id WHERE l.order_id = o.id", 2),
        (
            "order_line l JOIN service s ON s.subscription_id = l.subscription_id \
             JOIN service_task t ON t.service_id = s.id AND t.kind = 'CREATE' WHERE l.order_id = o.id",
            2,
        ),
    ] {
        let sql = format!("SELECT o.number FROM sales_order o WHERE (SELECT COUNT(*) FROM {what}) <> {count}");
        assert_eq!(texts(db, &sql).await, Vec::<String>::new(), "{what}");
    }
    let events = "SELECT object_id FROM audit_event WHERE action = 'placeOrder' AND outcome = 'DONE'";
    assert_eq!(texts(db, events).await.len(), numbers.len());
    for (table, of_orders) in [("subscription", 2), ("service", 2), ("order_line", 2)] {
        let all = texts(db, &format!("SELECT CAST(COUNT(*) AS text) FROM {table}")).await;
        assert_eq!(all, [(of_orders * numbers.len()).to_string()], "{table}");
    }
}

/// Monthly subscriptions whose commitment has ended today or in the days before.
async fn db_due(db: &Db) {
    let product = seed::product(key(NORDIC, 7), SELLER, "DUE", "Due", now());
    let today = tenantry::base::clock::Clock::System.now().date_naive();
    let (mut rows, mut changes) = (Vec::new(), Vec::new());
    for number in 0..DUE {
        let starts_on = today - Months::new(1) - chrono::Days::new(u64::from(number % 9));
        let id = key(NORDIC, 10_000 + number);
        let row = seed::subscription(id, BUYER, &product, (1_000, "SEK"), starts_on);
        changes.push(seed::start(&row, now()));
        rows.push(subscription::Model { state: State::Active, ..row });
    }
    db_insert(db.writer(), vec![product]).await;
    db_insert(db.writer(), rows).await;
    db_insert(db.writer(), changes).await;
}

#[test]
fn renewals_go_on_where_a_killed_server_has_stopped() {
    with_empty_database(async |world| {
        let folder = tempfile::tempdir().unwrap();
        let (program, config) = prepared(&world, &folder).await;
        let db = Db::connect(&config).await.unwrap();
        db_due(&db).await;
        let renewed = "SELECT CAST(COUNT(*) AS text) FROM subscription_change WHERE kind = 'RENEW'";
        let count = async || texts(&db, renewed).await[0].parse::<u32>().unwrap();
        let (mut kills, mut before) = (0, 0);
        let began = Instant::now();
        while before < DUE {
            let server = Server::start(&program);
            // Killed as soon as it has done something more, which leaves the next batch in the middle.
            while count().await == before {
                assert!(began.elapsed() < PATIENCE, "{before} are renewed");
                tokio::time::sleep(Duration::from_millis(3)).await;
            }
            server.kill();
            kills += 1;
            before = count().await;
            // A batch is there as a whole or not at all: row and history agree.
            let torn = "SELECT s.product_code FROM subscription s WHERE s.product_code = 'DUE' AND (SELECT COUNT(*) FROM \
                        subscription_change c WHERE c.subscription_id = s.id AND c.kind = 'RENEW') <> \
                        (CASE WHEN s.committed_until > s.anchor_on AND EXISTS (SELECT 1 FROM subscription_change c WHERE \
                        c.subscription_id = s.id AND c.kind = 'RENEW' AND c.effective_on < s.committed_until) THEN 1 ELSE 0 END)";
            assert_eq!(texts(&db, torn).await, Vec::<String>::new());
        }
        assert!(kills > 1, "the job was done before the server could be killed");
        let ids: Vec<String> = texts(&db, "SELECT 'x' FROM subscription_change WHERE kind = 'RENEW'").await;
        assert_eq!(ids.len(), DUE as usize, "each once");
        let twice = "SELECT 'x' FROM subscription_change GROUP BY subscription_id, kind HAVING COUNT(*) > 1";
        assert_eq!(texts(&db, twice).await, Vec::<String>::new());
        db.close().await;
    });
}
