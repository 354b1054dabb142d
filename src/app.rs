//! The application: everything that a request needs, put together once.

use std::sync::Arc;

use crate::access::Actor;
use crate::base::clock::Clock;
use crate::base::config::Config;
use crate::base::db::Db;
use crate::base::random::Random;
use crate::graphql::request::Request;
use crate::graphql::{Schema, Services, build};
use crate::oversight::audit::RefusalLog;
use crate::people::api_key::KeyUses;
use crate::people::session::Tokens;
use crate::people::user::{Passwords, SecretKeys};

/// The application. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The settings.
    pub config: Arc<Config>,
    /// The database.
    pub db: Db,
    /// The clock.
    pub clock: Clock,
    /// Access tokens.
    pub tokens: Tokens,
    /// The schema.
    pub schema: Schema,
    /// Ids and secrets.
    pub random: Random,
    /// Refused mutations.
    pub refusals: RefusalLog,
    /// When API keys were last used.
    pub key_uses: KeyUses,
}

impl App {
    /// Puts it together.
    pub fn new(config: Config, db: Db, clock: Clock, random: Random, tokens: Tokens, secret_keys: SecretKeys) -> Self {
        let config = Arc::new(config);
        let refusals = RefusalLog::default();
        let schema = build(Services { passwords: Passwords::new(&config), tokens: tokens.clone(), secret_keys });
        Self { config, db, clock, random, tokens, schema, refusals, key_uses: KeyUses::default() }
    }

    /// A request of the actor, which is answered for this moment.
    pub fn request(&self, actor: Actor) -> Request {
        Request::new(self.db.clone(), self.random.clone(), Arc::clone(&self.config), actor, self.clock.now())
    }
}
