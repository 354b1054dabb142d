//! Each test gets its own database, copied from a template that is migrated and filled once per process.
//!
//! It is SQLite, or PostgreSQL if `TEST_DATABASE_URL` is set: the address of the database `postgres`, as a superuser.
//! Everything runs on one runtime of the process, so a pool outlives the test that opened it.

use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::process;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use futures_util::FutureExt;
use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};
use tempfile::TempDir;
use tenantry::base::config::Config;
use tenantry::base::db::Db;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::OnceCell;

use crate::world::{self, World};

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(2).thread_stack_size(tenantry::graphql::STACK).enable_all().build().unwrap()
});
static SQLITE: OnceCell<TempDir> = OnceCell::const_new();
static POSTGRES: OnceCell<Postgres> = OnceCell::const_new();
static NEXT: AtomicU32 = AtomicU32::new(0);

const PREFIX: &str = "tenantry_test_";

/// Runs the test on its own database with the sample world in it.
pub fn with_database(test: impl AsyncFnOnce(World)) {
    RUNTIME.block_on(async {
        let database = if postgres_url().is_some() { postgres().await } else { sqlite().await };
        run(database, test).await;
    });
}

/// The same, only on PostgreSQL. Skipped if it is not configured.
pub fn on_postgres(test: impl AsyncFnOnce(World)) {
    if postgres_url().is_some() {
        with_database(test);
    }
}

/// The same with an empty database, without tables.
pub fn with_empty_database(test: impl AsyncFnOnce(World)) {
    RUNTIME.block_on(async {
        let database = if postgres_url().is_some() {
            let (name, url) = connected().await.create("template0").await;
            TestDatabase { url, _folder: None, name: Some(name) }
        } else {
            let folder = tempfile::tempdir().unwrap();
            TestDatabase { url: sqlite_url(folder.path()), _folder: Some(folder), name: None }
        };
        run(database, test).await;
    });
}

/// The database of a test, for as long as the test runs.
struct TestDatabase {
    url: String,
    _folder: Option<TempDir>,
    /// On PostgreSQL, the name of the database to drop afterwards.
    name: Option<String>,
}

async fn run(database: TestDatabase, test: impl AsyncFnOnce(World)) {
    let world = World::open(config(&database.url)).await;
    let db = world.db().clone();
    let outcome = AssertUnwindSafe(test(world)).catch_unwind().await;
    db.close().await;
    if let Some(name) = &database.name {
        connected().await.execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
    }
    if let Err(panic) = outcome {
        std::panic::resume_unwind(panic);
    }
}

/// Settings for tests: small pools, cheap hashes, and no limits on the size of generated documents.
fn config(url: &str) -> Config {
    let mut config = Config::defaults().unwrap();
    url.clone_into(&mut config.database.url);
    config.database.max_connections = 4;
    config.database.acquire_seconds = 20;
    config.passwords.memory_kib = 32;
    config.passwords.iterations = 1;
    // Whatever a test reads is compared with what the memory has of it.
    config.cache.megabytes = Some(64);
    config.cache.verify = true;
    // Tests set the client's address in X-Forwarded-For.
    config.http.proxies = 1;
    config.limits.nodes = u64::MAX;
    config.limits.fields = u64::MAX;
    config.limits.document_bytes = u64::MAX;
    config
}

async fn sqlite() -> TestDatabase {
    let template = SQLITE
        .get_or_init(async || {
            let folder = tempfile::tempdir().unwrap();
            fill(&sqlite_url(folder.path())).await;
            folder
        })
        .await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(sqlite_file(template.path()), sqlite_file(folder.path())).unwrap();
    TestDatabase { url: sqlite_url(folder.path()), _folder: Some(folder), name: None }
}

fn sqlite_file(folder: &Path) -> std::path::PathBuf {
    folder.join("tenantry.db")
}

fn sqlite_url(folder: &Path) -> String {
    format!("sqlite://{}", sqlite_file(folder).display())
}

/// Migrates a database and writes the world into it.
async fn fill(url: &str) {
    let db = Db::connect(&config(url)).await.unwrap();
    Migrator::up(db.writer(), None).await.unwrap();
    Box::pin(world::db_write(db.writer(), &config(url))).await;
    db.close().await;
}

/// The configured server, with the template of this process.
struct Postgres {
    /// Holds a lock for as long as the process lives. Later processes drop the databases of processes that have ended.
    admin: DatabaseConnection,
    url: String,
    template: OnceCell<String>,
}

fn postgres_url() -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "the one setting of the tests")]
    std::env::var("TEST_DATABASE_URL").ok().filter(|url| !url.is_empty())
}

async fn connected() -> &'static Postgres {
    POSTGRES
        .get_or_init(async || {
            let url = postgres_url().unwrap();
            let mut options = ConnectOptions::new(&url);
            options.max_connections(1).sqlx_logging(false);
            let server = Postgres { admin: Database::connect(options).await.unwrap(), url, template: OnceCell::new() };
            server.execute(&format!("SELECT pg_advisory_lock({})", process::id())).await;
            server.drop_what_is_left().await;
            server
        })
        .await
}

async fn postgres() -> TestDatabase {
    let server = connected().await;
    let template = server
        .template
        .get_or_init(async || {
            let (name, url) = server.create("template0").await;
            fill(&url).await;
            name
        })
        .await;
    let (name, url) = server.create(template).await;
    TestDatabase { url, _folder: None, name: Some(name) }
}

impl Postgres {
    async fn execute(&self, sql: &str) {
        self.admin.execute_unprepared(sql).await.unwrap();
    }

    /// A new database and its address.
    async fn create(&self, template: &str) -> (String, String) {
        let name = format!("{PREFIX}{}_{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        self.execute(&format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
        let (address, database) = self.url.rsplit_once('/').unwrap();
        let options = database.split_once('?').map_or_else(String::new, |(_, options)| format!("?{options}"));
        (name.clone(), format!("{address}/{name}{options}"))
    }

    /// Drops the databases of processes whose lock is free.
    async fn drop_what_is_left(&self) {
        let rows = self.admin.query_all_raw(world::sql(&self.admin, "SELECT datname FROM pg_database")).await.unwrap();
        for row in rows {
            let name: String = row.try_get_by_index(0).unwrap();
            let owner = name.strip_prefix(PREFIX).and_then(|rest| rest.split('_').next()?.parse::<u32>().ok());
            let Some(owner) = owner.filter(|owner| *owner != process::id()) else { continue };
            let lock = world::sql(&self.admin, &format!("SELECT pg_try_advisory_lock({owner})"));
            let is_gone: bool = self.admin.query_one_raw(lock).await.unwrap().unwrap().try_get_by_index(0).unwrap();
            if is_gone {
                self.execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
                self.execute(&format!("SELECT pg_advisory_unlock({owner})")).await;
            }
        }
    }
}
