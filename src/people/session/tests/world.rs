//! A server without its transport: a new database, a clock that stands still, and requests as HTTP would make them.
//!
//! The database is embedded; with `TEST_DATABASE_URL` it is one of its own on that PostgreSQL, named after the test.

use async_graphql::Variables;
use chrono::TimeDelta;
use migration::{Migrator, MigratorTrait};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::{ConnectionTrait, Database};
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

use crate::app::App;
use crate::base::clock::Clock;
use crate::base::config::Config;
use crate::base::db::Db;
use crate::base::id::Type;
use crate::base::random::Random;
use crate::people::session::{Tokens, authenticate};
use crate::people::user::SecretKeys;

/// A password that nobody refuses.
pub const PASSWORD: &str = "seven green bottles";

const TOKENS: &str = "tokens { accessToken accessTokenExpiresAt refreshToken } userErrors { code field message }";

pub struct World {
    pub app: App,
    pub _folder: TempDir,
}

/// What a log-in gives.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub access: String,
    pub refresh: String,
}

impl World {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::on(folder, 1).await
    }

    async fn on(folder: TempDir, iterations: u32) -> Self {
        let mut config = Config::defaults().unwrap();
        config.data_dir = folder.path().to_owned();
        config.passwords.memory_kib = 8;
        config.passwords.iterations = iterations;
        config.database.url = server_database().await.unwrap_or_default();
        let db = Db::connect(&config).await.unwrap();
        Migrator::up(db.writer(), None).await.unwrap();
        let app = Self::assemble(config, db, Clock::fixed("2026-11-21T10:00:00Z".parse().unwrap()));
        Self { app, _folder: folder }
    }

    fn assemble(config: Config, db: Db, clock: Clock) -> App {
        let random = Random::system();
        let tokens = Tokens::load(&config, &random).unwrap();
        let secret_keys = SecretKeys::load(&config, &random).unwrap();
        App::new(config, db, clock, random, tokens, secret_keys)
    }

    /// The same server with other costs of passwords.
    pub fn with_iterations(&self, iterations: u32) -> App {
        let mut config = (*self.app.config).clone();
        config.passwords.iterations = iterations;
        Self::assemble(config, self.app.db.clone(), self.app.clock.clone())
    }

    pub fn now(&self) -> DateTimeUtc {
        self.app.clock.now()
    }

    pub fn advance(&self, by: TimeDelta) {
        self.app.clock.advance(by);
    }

    /// The answer to one request; what refuses the credential is an answer too.
    pub async fn run(&self, bearer: Option<&str>, query: &str, variables: Value) -> Value {
        self.run_in(bearer, None, query, variables).await
    }

    /// With `X-Organisation`.
    pub async fn run_in(
        &self,
        bearer: Option<&str>,
        organisation: Option<Uuid>,
        query: &str,
        variables: Value,
    ) -> Value {
        let now = self.now();
        let actor = match authenticate(&self.app.db, &self.app.tokens, bearer, now).await {
            Ok(actor) => actor,
            Err(error) => {
                return json!({ "errors": [{ "message": error.to_string(), "extensions": { "code": error.code() } }] });
            }
        };
        let mut request = self.app.request(actor.clone());
        request.organisation = organisation;
        request.user_agent = Some("Browser/1.0".to_owned());
        let asked = async_graphql::Request::new(query)
            .variables(Variables::from_json(variables))
            .data(actor)
            .data(std::sync::Arc::new(request));
        serde_json::to_value(self.app.schema.execute(asked).await).unwrap()
    }

    /// A mutation that takes one input; the payload is given back.
    pub async fn mutate(&self, bearer: Option<&str>, name: &str, input: Value, fields: &str) -> Value {
        let mut kind = name.to_owned();
        kind[..1].make_ascii_uppercase();
        let query = format!("mutation($input: {kind}Input!) {{ {name}(input: $input) {{ {fields} }} }}");
        let answer = self.run(bearer, &query, json!({ "input": input })).await;
        assert!(answer.get("errors").is_none(), "{answer}");
        answer["data"][name].clone()
    }

    pub async fn sign_up(&self, email: &str) -> Value {
        let input = json!({ "email": email, "password": PASSWORD, "name": "Ada Lovelace" });
        self.mutate(None, "signUp", input, "accepted userErrors { code field message }").await
    }

    pub async fn log_in(&self, email: &str, password: &str) -> Value {
        let input = json!({ "email": email, "password": password });
        self.mutate(None, "logIn", input, &format!("{TOKENS} session {{ id userAgent isCurrent createdAt }}")).await
    }

    pub async fn refresh(&self, token: &str) -> Value {
        self.mutate(None, "refreshSession", json!({ "refreshToken": token }), TOKENS).await
    }

    /// Signed up and logged in.
    pub async fn person(&self, email: &str) -> SignedIn {
        assert_eq!(self.sign_up(email).await, json!({ "accepted": true, "userErrors": [] }));
        self.log_in_again(email).await
    }

    pub async fn log_in_again(&self, email: &str) -> SignedIn {
        signed_in(&self.log_in(email, PASSWORD).await)
    }

    /// Asks for the viewer's name and active organisation.
    pub async fn viewer(&self, bearer: &str) -> Value {
        self.run(Some(bearer), "{ viewer { name email activeOrganisation { id name } } }", json!({})).await
    }

    /// Makes an organisation and gives its key.
    pub async fn organisation_of(&self, bearer: &str, name: &str) -> Uuid {
        let input = json!({ "name": name, "kind": "COMPANY" });
        let payload = self
            .mutate(
                Some(bearer),
                "createOrganisation",
                input,
                "organisation { id name kind viewerCan(permission: ORGANISATION_CLOSE) } userErrors { code }",
            )
            .await;
        assert_eq!(payload["organisation"]["viewerCan"], json!(true), "{payload}");
        Type::Organisation.parse(&payload["organisation"]["id"].as_str().unwrap().into()).unwrap()
    }

    pub async fn switch(&self, bearer: &str, organisation: Uuid) -> Value {
        let query = "mutation($input: SwitchOrganisationInput!) { switchOrganisation(input: $input) { organisation { id } userErrors { code field message } } }";
        let input = json!({ "organisationId": Type::Organisation.id(organisation) });
        self.run(Some(bearer), query, json!({ "input": input })).await
    }

    /// Writes into the database.
    pub async fn db_run(&self, sql: &str) -> u64 {
        self.app.db.writer().execute_unprepared(sql).await.unwrap().rows_affected()
    }

    /// One number out of the database.
    pub async fn db_count(&self, from: &str) -> i64 {
        let rows = self.app.db.rows(format!("SELECT count(*) FROM {from}"), Vec::new()).await.unwrap();
        rows[0].try_get_by_index(0).unwrap()
    }

    /// Recipient and subject of all mails in the outbox, the oldest first.
    pub async fn mails(&self) -> Vec<String> {
        let sql = "SELECT recipient || ': ' || subject FROM outgoing_mail ORDER BY id";
        let rows = self.app.db.rows(sql, Vec::new()).await.unwrap();
        rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
    }

    /// How a key is written in a statement.
    pub fn literal(&self, key: Uuid) -> String {
        match self.app.db.backend() {
            sea_orm::DbBackend::Postgres => format!("'{key}'"),
            _ => format!("X'{}'", key.simple()),
        }
    }
}

pub fn signed_in(payload: &Value) -> SignedIn {
    let text = |field: &str| payload["tokens"][field].as_str().unwrap_or_else(|| panic!("{payload}")).to_owned();
    SignedIn { access: text("accessToken"), refresh: text("refreshToken") }
}

/// The code of the first error.
pub fn code(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
}

/// The code of the first user error of a payload.
pub fn user_code(payload: &Value) -> &str {
    payload["userErrors"][0]["code"].as_str().unwrap_or_default()
}

async fn server_database() -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "says where the tests run; no setting of the server")]
    let server = std::env::var("TEST_DATABASE_URL").ok()?;
    let thread = std::thread::current();
    let test = crate::base::random::hash(thread.name().unwrap_or_default());
    let name = format!("tenantry_people_{}", &test[..16]);
    let admin = Database::connect(&server).await.unwrap();
    admin.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await.unwrap();
    admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
    let (base, _) = server.rsplit_once('/').unwrap();
    Some(format!("{base}/{name}"))
}
