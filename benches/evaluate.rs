//! The cost of decisions for other programs, from a warm memory: without HTTP and without the look at the sender.
//!
//! `cargo bench --bench evaluate` fills an embedded database with 5,000 organisations first.
#![allow(
    clippy::cast_precision_loss,
    clippy::expect_used,
    reason = "the program prints figures for people, and may stop at any error"
)]

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use migration::{Migrator, MigratorTrait};
use serde_json::{Value as Json, json};
use tenantry::access::Actor;
use tenantry::base::clock::Clock;
use tenantry::base::config::Config;
use tenantry::base::db::Db;
use tenantry::base::id::Type;
use tenantry::base::random::Random;
use tenantry::graphql::request::Request;
use tenantry::oversight::evaluation::{Found, Question, Questions};
use tenantry::people::user::Passwords;
use tenantry::seed;
use uuid::Uuid;

/// The server allocates with it as well.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

struct Bench {
    db: Db,
    config: Arc<Config>,
    clock: Clock,
}

impl Bench {
    /// A request that has looked at the log, as the statement that finds its sender does.
    async fn request(&self) -> Request {
        let (db, config) = (self.db.clone(), Arc::clone(&self.config));
        let request = Request::new(db, Random::seeded(1), config, Actor::Anonymous, self.clock.now());
        request.access.sight().look_again().await.expect("a look");
        request
    }

    async fn ids(&self, sql: &str) -> Vec<Uuid> {
        let rows = self.db.rows(sql, Vec::new()).await.expect("the ids");
        rows.iter().map(|row| row.try_get_by_index(0).expect("an id")).collect()
    }

    /// Decides again and again, and prints the median.
    async fn measure(&self, what: &str, body: &Json) {
        let mut times = Vec::new();
        let started = Instant::now();
        let (mut permitted, mut statements) = (0, 0);
        while started.elapsed() < Duration::from_secs(3) {
            let request = self.request().await;
            let before = self.db.statements();
            let begun = Instant::now();
            let questions = Questions::many(body).expect("questions");
            let asked: Vec<&Question<'_>> = questions.all.iter().flatten().collect();
            let subjects = asked.iter().map(|question| question.subject);
            let resources = asked.iter().map(|question| question.resource);
            let found = Found::of(&request, Uuid::nil(), subjects, resources).await.expect("what is asked about");
            let decided = black_box(found.decide(&request, &asked).await.expect("decisions"));
            times.push(begun.elapsed());
            permitted = decided.iter().filter(|is_permitted| **is_permitted).count();
            statements = self.db.statements() - before;
        }
        times.sort_unstable();
        let micros = |share: usize| times[times.len() * share / 100].as_nanos() as f64 / 1000.0;
        println!(
            "{what:<56} {:>9.1} µs  99 %: {:>9.1} µs  {permitted} permitted, {statements} statements",
            micros(50),
            micros(99)
        );
    }
}

fn user(id: Uuid) -> Json {
    json!({ "type": "user", "id": *Type::User.id(id) })
}

fn organisation(id: Uuid) -> Json {
    json!({ "type": "organisation", "id": *Type::Organisation.id(id) })
}

fn body(pairs: impl Iterator<Item = (Uuid, Uuid)>) -> Json {
    let evaluations: Vec<Json> =
        pairs.map(|(who, at)| json!({ "subject": user(who), "resource": organisation(at) })).collect();
    json!({ "action": { "name": "invoice:read" }, "evaluations": evaluations })
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut config = Config::defaults().expect("the defaults");
    config.database.url = format!("sqlite://{}/bench.db?mode=rwc", folder.path().display());
    config.cache.megabytes = Some(256);
    let db = Db::connect(&config).await.expect("the database");
    Migrator::up(db.writer(), None).await.expect("the tables");
    let passwords = Passwords::new(&config);
    seed::scale(&db, &passwords, 5_000, None, 1, |_| {}).await.expect("the rows");
    let bench = Bench { db, config: Arc::new(config), clock: Clock::default() };
    let users = bench.ids("SELECT user_id FROM membership ORDER BY organisation_id, id LIMIT 1000").await;
    let organisations =
        bench.ids("SELECT organisation_id FROM membership ORDER BY organisation_id, id LIMIT 1000").await;
    let other = bench.ids("SELECT id FROM organisation ORDER BY code LIMIT 1000").await;
    let reseller = "SELECT m.user_id FROM membership m JOIN (SELECT reseller_id, COUNT(*) AS clients FROM partnership \
                    GROUP BY reseller_id ORDER BY clients DESC LIMIT 1) r ON r.reseller_id = m.organisation_id \
                    ORDER BY m.id LIMIT 1";
    let partner = bench.ids(reseller).await[0];
    println!("Median of decisions from memory:");
    bench.measure("one subject at one organisation", &body(std::iter::once((users[0], organisations[0])))).await;
    bench.measure("one partner at one organisation", &body(std::iter::once((partner, other[0])))).await;
    let one_place = organisations[0];
    bench.measure("1,000 times the same", &body((0..1000).map(|_| (users[0], one_place)))).await;
    bench.measure("one partner at 1,000 organisations", &body(other.iter().map(|at| (partner, *at)))).await;
    bench.measure("1,000 subjects at one organisation", &body(users.iter().map(|who| (*who, one_place)))).await;
    let own = users.iter().copied().zip(organisations.iter().copied());
    bench.measure("1,000 subjects, each at its own organisation", &body(own)).await;
    let foreign = users.iter().copied().zip(other.iter().copied());
    bench.measure("1,000 subjects, each at some other organisation", &body(foreign)).await;
    bench.db.close().await;
}
