//! What one request carries: who asks and for which moment, and the batches of its lists. And what one of its
//! transactions carries.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::Context;
use sea_orm::DatabaseTransaction;
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::page::Lists;
use super::refusals::Refusals;
use crate::access::{Access, Actor, UserActor};
use crate::base::config::Config;
use crate::base::db::Db;
use crate::base::error::{Error, Result, UserError};
use crate::base::random::Random;

/// One request.
pub struct Request {
    /// The role resolver.
    pub access: Access,
    /// The batches of lists.
    pub lists: Lists,
    /// Ids and secrets.
    pub random: Random,
    /// The settings.
    pub config: Arc<Config>,
    /// The organisation that the request names for itself in `X-Organisation`, in place of the session's.
    pub organisation: Option<Uuid>,
    /// The `User-Agent`, for the list of sessions.
    pub user_agent: Option<String>,
    /// The address in the network that the request came from, where it is known.
    pub client_address: Option<IpAddr>,
    /// Id of the request, as the log names it.
    pub id: String,
    /// The mutations that were refused.
    pub refusals: Refusals,
    switched_to: Mutex<Option<Uuid>>,
}

impl Request {
    /// A request of the actor at the moment.
    pub fn new(db: Db, random: Random, config: Arc<Config>, actor: Actor, now: DateTimeUtc) -> Self {
        Self {
            access: Access::new(db, actor, now),
            lists: Lists::default(),
            random,
            config,
            organisation: None,
            user_agent: None,
            client_address: None,
            id: String::new(),
            refusals: Refusals::default(),
            switched_to: Mutex::default(),
        }
    }

    /// The request that a resolver works for.
    pub fn of<'a>(context: &Context<'a>) -> Result<&'a Self> {
        service::<Arc<Self>>(context).map(Arc::as_ref)
    }

    /// The database.
    pub const fn db(&self) -> &Db {
        self.access.db()
    }

    /// Runs steps in one transaction: it commits if they succeed, and rolls back if they fail, also with a `UserError`.
    /// Earlier decisions are forgotten afterwards, so that later mutations and fields see what has changed.
    pub async fn transaction<T, W>(&self, steps: W) -> Result<T>
    where
        W: AsyncFnOnce(&Work<'_>) -> Result<T> + Clone,
    {
        let done = self.db().write(async |tx| steps(&self.work(tx)).await).await;
        self.access.forget();
        done
    }

    /// What the steps of a transaction need.
    pub const fn work<'a>(&'a self, tx: &'a DatabaseTransaction) -> Work<'a> {
        Work { tx, request: self, random: &self.random, now: self.access.now() }
    }

    /// The moment for which decisions are made.
    pub const fn now(&self) -> DateTimeUtc {
        self.access.now()
    }

    /// The organisation that the actor says to work in; the right to it is judged elsewhere.
    pub fn acting_organisation(&self) -> Option<Uuid> {
        let own = match self.actor() {
            Actor::Anonymous => None,
            Actor::User(user) => self.switched_to().or(user.active_organisation),
            Actor::ApiKey(key) => Some(key.organisation_id),
        };
        self.organisation.or(own)
    }

    /// The organisation that this very request has switched the session to, for the mutations after it.
    pub fn switched_to(&self) -> Option<Uuid> {
        *self.switched_to.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says that the session was switched.
    pub fn switch_to(&self, organisation: Uuid) {
        *self.switched_to.lock().unwrap_or_else(PoisonError::into_inner) = Some(organisation);
    }

    /// Who asks.
    pub const fn actor(&self) -> &Actor {
        self.access.actor()
    }

    /// The person who asks; `None` for an API key.
    pub fn person(&self) -> Result<Option<&UserActor>> {
        match self.actor() {
            Actor::User(user) => Ok(Some(user)),
            Actor::ApiKey(_) => Ok(None),
            Actor::Anonymous => Err(Error::sign_in()),
        }
    }

    /// The person who asks, for acts that an API key cannot do.
    pub fn require_person(&self) -> Result<&UserActor> {
        self.person()?.ok_or_else(|| UserError::for_people_only().into())
    }
}

/// One transaction of a request, and what its steps need.
#[derive(Clone, Copy)]
pub struct Work<'a> {
    /// The transaction.
    pub tx: &'a DatabaseTransaction,
    /// The request.
    pub request: &'a Request,
    /// Ids and secrets.
    pub random: &'a Random,
    /// The moment of the request.
    pub now: DateTimeUtc,
}

/// How steps end that leave something behind even where they refuse: a failed attempt counts, an answer that came too
/// late is written down.
#[must_use]
pub enum Committed<T> {
    /// They were carried out.
    Done(T),
    /// They were refused, and what they wrote until then stays.
    Refused(UserError),
}

impl<T> Committed<T> {
    /// The outcome, after the transaction.
    pub fn into_result(self) -> Result<T> {
        match self {
            Self::Done(value) => Ok(value),
            Self::Refused(error) => Err(error.into()),
        }
    }
}

/// Something that the schema was built with.
pub fn service<'a, T: Send + Sync + 'static>(context: &Context<'a>) -> Result<&'a T> {
    context.data::<T>().map_err(|error| Error::fault(error.message))
}
