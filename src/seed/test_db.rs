//! A separate, migrated database for each test: SQLite, or PostgreSQL if `TEST_DATABASE_URL` names a server.

use migration::{Migrator, MigratorTrait};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::{ConnectionTrait, Database};
use tempfile::TempDir;
use uuid::Uuid;

use crate::access::{Access, Actor, UserActor};
use crate::base::clock::Clock;
use crate::base::config::Config;
use crate::base::db::Db;
use crate::base::random::Random;
use crate::people::user::Passwords;

/// The database of one test.
pub struct TestDb {
    /// The connection.
    pub db: Db,
    /// Hashes passwords at the lowest cost.
    pub passwords: Passwords,
    folder: TempDir,
    server: Option<(String, String)>,
}

impl TestDb {
    /// Creates and migrates a database.
    pub async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::defaults().unwrap();
        config.data_dir = folder.path().to_owned();
        config.passwords.memory_kib = 8;
        config.passwords.iterations = 1;
        #[expect(clippy::disallowed_methods, reason = "the environment says which database a test uses")]
        let server = std::env::var("TEST_DATABASE_URL").ok().map(|url| {
            let name = format!("seed_test_{}", Uuid::from_bytes(Random::system().bytes()).simple());
            (url, name)
        });
        if let Some((url, name)) = &server {
            let admin = Database::connect(url).await.unwrap();
            admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
            admin.close().await.unwrap();
            config.database.url = format!("{}/{name}", url.rsplit_once('/').unwrap().0);
        }
        let db = Db::connect(&config).await.unwrap();
        Migrator::up(db.writer(), None).await.unwrap();
        Self { db, passwords: Passwords::new(&config), folder, server }
    }

    /// The user as an actor in a session.
    pub fn actor(user: Uuid) -> Actor {
        Actor::User(UserActor {
            id: user,
            name: String::new(),
            email: String::new(),
            is_verified: true,
            session_id: Uuid::nil(),
            confirmed_at: None,
            active_organisation: None,
            until: DateTimeUtc::MAX_UTC,
        })
    }

    /// The access of the user, as of now.
    pub async fn access_of(&self, email: &str) -> Access {
        let rows = self.db.rows("SELECT id FROM \"user\" WHERE email = $1", vec![email.into()]).await.unwrap();
        Access::new(self.db.clone(), Self::actor(rows[0].try_get_by_index(0).unwrap()), Clock::System.now())
    }

    /// The organisation with this name.
    pub async fn organisation(&self, name: &str) -> Uuid {
        let rows = self.db.rows("SELECT id FROM organisation WHERE name = $1", vec![name.into()]).await.unwrap();
        rows[0].try_get_by_index(0).unwrap()
    }

    /// The number that the statement returns.
    pub async fn count(&self, sql: &str) -> i64 {
        self.db.rows(sql, vec![]).await.unwrap()[0].try_get_by_index(0).unwrap()
    }

    /// Deletes the database.
    pub async fn close(self) {
        self.db.close().await;
        if let Some((url, name)) = &self.server {
            let admin = Database::connect(url).await.unwrap();
            admin.execute_unprepared(&format!("DROP DATABASE {name} WITH (FORCE)")).await.unwrap();
            admin.close().await.unwrap();
        }
        self.folder.close().unwrap();
    }
}
