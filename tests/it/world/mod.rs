//! The sample world: tenants and people as constants, and one way to send requests as any of them:
//! `world.as_(OWNER_OF_ACME).run(query, variables).await`.
//!
//! Read `tenants.rs` for the tree that narrows access in every possible way, `hub.rs` for the organisation with some of
//! everything, and `people.rs` for the callers.

pub mod accounts;
mod acting;
mod answer;
mod chance;
mod client;
mod crowd;
mod database;
mod dump;
mod hub;
mod payers;
mod people;
mod program;
mod rows;
mod tenants;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use axum::Router;
use chrono::TimeDelta;
use sea_orm::{ConnectionTrait, DbBackend, Statement, Value as Parameter};
use tempfile::TempDir;
use tenantry::access::PermissionSet;
use tenantry::app::App;
use tenantry::base::clock::Clock;
use tenantry::base::config::Config;
use tenantry::base::db::Db;
use tenantry::base::random::Random;
use tenantry::http;
use tenantry::people::session::Tokens;
use tenantry::people::user::{Passwords, SecretKeys};
use uuid::Uuid;

pub use acting::{id_of, signed_in};
pub use answer::Answer;
pub use chance::{any_values, from_environment, test_seed};
pub use client::{Client, HttpAnswer};
pub use database::{on_postgres, with_database, with_empty_database};
pub use dump::Dump;
pub use hub::{BOREAL, Fixtures, HUB, Hub, PROBE_AT_OPERATOR};
pub use people::*;
pub use program::Program;
pub use rows::{Held, Rows, day, db_insert, is_of, key, now};
pub use tenants::*;

/// A server with its own database and a stopped clock.
pub struct World {
    pub app: App,
    router: Router,
    /// Access tokens of callers who have logged in.
    tokens: Mutex<HashMap<Uuid, String>>,
    _data_dir: TempDir,
}

/// Writes the whole world.
pub async fn db_write(db: &impl ConnectionTrait, config: &Config) {
    let password_hash = Passwords::new(config).hash(PASSWORD.to_owned()).await.unwrap();
    for mut rows in [tenants::rows(), HUB.rows().0, BOREAL.rows().0, hub::probe_at_operator()] {
        rows.give_passwords(&password_hash);
        rows.db_write(db).await;
    }
}

impl World {
    /// The server on an existing database.
    pub async fn open(config: Config) -> Self {
        Self::open_node(config, 1).await
    }

    /// One of several servers on one database. Each has its own number, so that they make different ids.
    pub async fn open_node(mut config: Config, number: u64) -> Self {
        let data_dir = tempfile::tempdir().unwrap();
        data_dir.path().clone_into(&mut config.data_dir);
        let db = Db::connect(&config).await.unwrap();
        let random = Random::seeded(number);
        let tokens = Tokens::load(&config, &random).unwrap();
        let secret_keys = SecretKeys::load(&config, &random).unwrap();
        let app = App::new(config, db, Clock::fixed(now()), random, tokens, secret_keys);
        let router = http::router(app.clone(), http::Options::default());
        Self { app, router, tokens: Mutex::default(), _data_dir: data_dir }
    }

    /// The same with other settings.
    pub async fn with_settings(self, change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::clone(&self.app.config);
        change(&mut config);
        self.db().close().await;
        Self::open(config).await
    }

    /// The same with one connection, so that statements run one after the other and always in the same order.
    pub async fn with_one_connection(self) -> Self {
        self.with_settings(|config| config.database.max_connections = 1).await
    }

    /// Resets everything; nobody is logged in.
    pub async fn db_reset(&self) {
        self.db_clear().await;
        Box::pin(db_write(self.db().writer(), &self.app.config)).await;
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Moves the clock on. Everybody must sign in again afterwards.
    pub fn wait(&self, time: TimeDelta) {
        self.app.clock.advance(time);
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub const fn db(&self) -> &Db {
        &self.app.db
    }

    /// A client that sends requests as this caller.
    pub const fn as_(&self, caller: Caller) -> Client<'_> {
        Client::new(self, caller)
    }

    /// Gives the probe of a hub one role with these permissions only. The probe of the first hub holds it at the
    /// operator too; from there, permissions reserved for staff flow on.
    pub async fn db_role(&self, hub: &Hub, own: PermissionSet, clients: PermissionSet) {
        let sql = "UPDATE role SET permissions = $1, client_permissions = $2 WHERE id = $3";
        let values = [own.to_stored().into(), clients.to_stored().into(), hub.probe_role().into()];
        self.db_execute(sql, values).await;
        if hub.tree == HUB.tree {
            let flows = own & PermissionSet::PLATFORM;
            let values = [own.to_stored().into(), flows.to_stored().into(), PROBE_AT_OPERATOR.into()];
            self.db_execute(sql, values).await;
        }
    }

    /// The texts of the mails to the address in the outbox, the oldest first.
    pub async fn mails(&self, address: &str) -> Vec<String> {
        let sql =
            "SELECT subject || CHR(10) || body_text FROM outgoing_mail WHERE recipient = $1 ORDER BY created_at, id";
        let sql = if self.db().backend() == DbBackend::Sqlite { sql.replace("CHR(", "CHAR(") } else { sql.to_owned() };
        let rows = self.db().rows(sql, vec![address.into()]).await.unwrap();
        rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
    }

    /// The secret of the link in the newest mail to the address.
    pub async fn link(&self, address: &str) -> String {
        let mails = self.mails(address).await;
        let mail = mails.last().unwrap_or_else(|| panic!("no mail to {address}"));
        let start = mail.find("token=").unwrap_or_else(|| panic!("no link in {mail}")) + "token=".len();
        mail[start..].split_whitespace().next().unwrap_or_default().to_owned()
    }

    /// Sends one statement; parameters are written `$1`, `$2`, … on both databases.
    pub async fn db_execute(&self, sql: &str, values: impl IntoIterator<Item = Parameter>) {
        let backend = self.db().backend();
        self.db().writer().execute_raw(Statement::from_sql_and_values(backend, sql, values)).await.unwrap();
    }
}

/// A statement without parameters.
pub fn sql(db: &impl ConnectionTrait, text: &str) -> Statement {
    Statement::from_string(db.get_database_backend(), text)
}
