//! The schema, put together from the root fields of the features.

use std::sync::Arc;

use async_graphql::{EmptySubscription, MergedObject};

use crate::clock::Clock;
use crate::config::Config;
use crate::mail::Mailer;
use crate::organisation::{OrganisationMutation, OrganisationQuery};
use crate::random::Random;
use crate::session::Tokens;
use crate::user::Passwords;

/// Everything that can be asked for.
#[derive(MergedObject, Default)]
pub struct Query(OrganisationQuery);

/// Everything that can be changed.
#[derive(MergedObject, Default)]
pub struct Mutation(OrganisationMutation);

/// The schema. Cheap to clone.
pub type Schema = async_graphql::Schema<Query, Mutation, EmptySubscription>;

/// What the mutations work with, besides the request itself.
pub struct Services {
    /// The settings.
    pub config: Arc<Config>,
    /// The clock.
    pub clock: Clock,
    /// Ids and secrets.
    pub random: Random,
    /// Hashes of passwords.
    pub passwords: Passwords,
    /// Access tokens.
    pub tokens: Tokens,
    /// Outgoing mail.
    pub mailer: Mailer,
}

/// Builds the schema. A request brings its `Request` and its `Actor` as data.
pub fn build(services: Services) -> Schema {
    Schema::build(Query::default(), Mutation::default(), EmptySubscription)
        .data(services.config)
        .data(services.clock)
        .data(services.random)
        .data(services.passwords)
        .data(services.tokens)
        .data(services.mailer)
        .finish()
}
