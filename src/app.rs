//! The application: everything that a request needs, put together once.

use std::sync::Arc;

use crate::access::Actor;
use crate::base::clock::Clock;
use crate::base::config::Config;
use crate::base::db::Db;
use crate::base::random::Random;
use crate::base::uses::Uses;
use crate::graphql::request::Request;
use crate::graphql::{EventSchema, Schema, Services, build, build_for_events};
use crate::live::stream::Hub;
use crate::oversight::audit::RefusalLog;
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
    /// The schema in which a subscription runs for one event.
    pub events: EventSchema,
    /// The streams of events.
    pub hub: Hub,
    /// Ids and secrets.
    pub random: Random,
    /// Refused mutations.
    pub refusals: RefusalLog,
    /// When API keys were last used.
    pub key_uses: Uses,
    /// When sessions of the console were last used.
    pub session_uses: Uses,
    /// Compares passwords.
    pub passwords: Passwords,
    /// The keys that encrypt the secrets of second factors.
    pub secret_keys: SecretKeys,
}

impl App {
    /// Puts it together.
    pub fn new(config: Config, db: Db, clock: Clock, random: Random, tokens: Tokens, secret_keys: SecretKeys) -> Self {
        let config = Arc::new(config);
        let refusals = RefusalLog::default();
        let passwords = Passwords::new(&config);
        let services =
            Services { passwords: passwords.clone(), tokens: tokens.clone(), secret_keys: secret_keys.clone() };
        Self {
            hub: Hub::new(config.live.clone()),
            config,
            db,
            clock,
            random,
            tokens,
            schema: build(services.clone()),
            events: build_for_events(services),
            refusals,
            key_uses: Uses::of("api_key"),
            session_uses: Uses::of("session"),
            passwords,
            secret_keys,
        }
    }

    /// A request of the actor, which is answered for this moment.
    pub fn request(&self, actor: Actor) -> Request {
        Request::new(self.db.clone(), self.random.clone(), Arc::clone(&self.config), actor, self.clock.now())
    }
}
