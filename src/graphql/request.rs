//! The context of one request: its actor, its time, and the batches of its lists. Also the context of one of its
//! transactions.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::Context;
use sea_orm::DatabaseTransaction;
use sea_orm::prelude::{Date, DateTimeUtc};
use uuid::Uuid;

use super::page::Lists;
use super::refusals::Refusals;
use crate::access::{Access, Actor, UserActor};
use crate::base::calendar::business_day;
use crate::base::config::Config;
use crate::base::db::Db;
use crate::base::error::{Error, Result, UserError};
use crate::base::locale::Locale;
use crate::base::random::Random;

/// One request.
pub struct Request {
    /// The role resolver.
    pub access: Access,
    /// The batches of lists.
    pub lists: Lists,
    /// The generator of ids and secrets.
    pub random: Random,
    /// The settings.
    pub config: Arc<Config>,
    /// The organisation in the header `X-Organisation`, which overrides the session's.
    pub organisation: Option<Uuid>,
    /// The language in which the sender reads.
    pub locale: Locale,
    /// The `User-Agent`, for the list of sessions.
    pub user_agent: Option<String>,
    /// The network address of the client, if known.
    pub client_address: Option<IpAddr>,
    /// Id of the request, as shown in the log.
    pub id: String,
    /// The mutations that were refused.
    pub refusals: Refusals,
    switched_to: Mutex<Option<Uuid>>,
}

impl Request {
    /// A request of the actor at the given time.
    pub fn new(db: Db, random: Random, config: Arc<Config>, actor: Actor, now: DateTimeUtc) -> Self {
        let access = Access::new(db, actor, now);
        Self {
            lists: Lists::new(Arc::clone(access.sight())),
            access,
            random,
            config,
            organisation: None,
            locale: Locale::default(),
            user_agent: None,
            client_address: None,
            id: String::new(),
            refusals: Refusals::default(),
            switched_to: Mutex::default(),
        }
    }

    /// The request that a resolver belongs to.
    pub fn of<'a>(context: &Context<'a>) -> Result<&'a Self> {
        service::<Arc<Self>>(context).map(Arc::as_ref)
    }

    /// The database.
    pub const fn db(&self) -> &Db {
        self.access.db()
    }

    /// Runs steps in one transaction. It commits if they succeed and rolls back on any error, including a `UserError`.
    /// The steps read the database, not the memory. Afterwards earlier decisions are forgotten, so that later mutations
    /// and fields see the changes.
    pub async fn transaction<T, W>(&self, steps: W) -> Result<T>
    where
        W: AsyncFnOnce(&Work<'_>) -> Result<T> + Clone,
    {
        let sight = self.access.sight();
        let was_open = sight.close();
        let done = self.db().write(async |tx| steps(&self.work(tx)).await).await;
        self.access.forget();
        if was_open {
            match done {
                // Without another look, the rest of the request reads the database.
                Ok(_) => drop(sight.look_again().await),
                Err(_) => sight.open(),
            }
        }
        done
    }

    /// Runs steps in one transaction and rolls it back: for a dry run that finds exactly what the steps would do.
    pub async fn tried<T, W>(&self, steps: W) -> Result<T>
    where
        W: AsyncFnOnce(&Work<'_>) -> Result<T> + Clone,
    {
        let found = Mutex::new(None);
        let outcome: Result<()> = self
            .transaction(async |work| {
                let value = steps(work).await?;
                *found.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
                // An error rolls the transaction back.
                Err(Error::Conflict("This was a dry run.".to_owned()))
            })
            .await;
        match (found.into_inner().unwrap_or_else(PoisonError::into_inner), outcome) {
            (Some(value), _) => Ok(value),
            (None, Err(error)) => Err(error),
            (None, Ok(())) => Err(Error::fault("a dry run without an outcome")),
        }
    }

    /// What the steps of a transaction need.
    pub const fn work<'a>(&'a self, tx: &'a DatabaseTransaction) -> Work<'a> {
        Work { tx, request: self, random: &self.random, now: self.access.now() }
    }

    /// The time to which all decisions apply.
    pub const fn now(&self) -> DateTimeUtc {
        self.access.now()
    }

    /// The business day of that time. All days in the schema are business days.
    pub fn today(&self) -> Date {
        business_day(self.now(), self.config.billing.time_zone)
    }

    /// The organisation that the actor has chosen to work in. Its use is authorised separately.
    pub fn acting_organisation(&self) -> Option<Uuid> {
        let own = match self.actor() {
            Actor::Anonymous => None,
            Actor::User(user) => self.switched_to().or(user.active_organisation),
            Actor::ApiKey(key) => Some(key.organisation_id),
        };
        self.organisation.or(own)
    }

    /// The organisation that this request has switched the session to, for the mutations after it.
    pub fn switched_to(&self) -> Option<Uuid> {
        *self.switched_to.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records that the session was switched.
    pub fn switch_to(&self, organisation: Uuid) {
        *self.switched_to.lock().unwrap_or_else(PoisonError::into_inner) = Some(organisation);
    }

    /// The actor of the request.
    pub const fn actor(&self) -> &Actor {
        self.access.actor()
    }

    /// The person who sent the request; `None` for an API key.
    pub fn person(&self) -> Result<Option<&UserActor>> {
        match self.actor() {
            Actor::User(user) => Ok(Some(user)),
            Actor::ApiKey(_) => Ok(None),
            Actor::Anonymous => Err(Error::sign_in()),
        }
    }

    /// The person who sent the request, for acts that an API key cannot do.
    pub fn require_person(&self) -> Result<&UserActor> {
        self.person()?.ok_or_else(|| UserError::for_people_only().into())
    }
}

/// One transaction of a request, with what its steps need.
#[derive(Clone, Copy)]
pub struct Work<'a> {
    /// The transaction.
    pub tx: &'a DatabaseTransaction,
    /// The request.
    pub request: &'a Request,
    /// The generator of ids and secrets.
    pub random: &'a Random,
    /// The moment of the request.
    pub now: DateTimeUtc,
}

impl Work<'_> {
    /// The business day of that moment.
    pub fn today(&self) -> Date {
        self.request.today()
    }
}

/// The result of steps whose changes are kept even if they fail: a failed attempt counts, and a late answer is
/// recorded.
#[must_use]
pub enum Committed<T> {
    /// The steps succeeded.
    Done(T),
    /// The steps failed, and what they had written is kept.
    Refused(UserError),
}

impl<T> Committed<T> {
    /// The result, after the transaction has committed.
    pub fn into_result(self) -> Result<T> {
        match self {
            Self::Done(value) => Ok(value),
            Self::Refused(error) => Err(error.into()),
        }
    }
}

/// A service that the schema was built with.
pub fn service<'a, T: Send + Sync + 'static>(context: &Context<'a>) -> Result<&'a T> {
    context.data::<T>().map_err(|error| Error::fault(error.message))
}
