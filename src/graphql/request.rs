//! What one request carries: who asks and for which moment, and the batches of its lists.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::Context;
use sea_orm::DatabaseTransaction;
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use crate::access::{Access, Actor, Refusals, UserActor};
use crate::base::db::{Db, WriteError};
use crate::base::error::{Error, Result};
use crate::graphql::page::Lists;

/// One request.
pub struct Request {
    /// The role resolver.
    pub access: Access,
    /// The batches of lists.
    pub lists: Lists,
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
    pub fn new(db: Db, actor: Actor, now: DateTimeUtc) -> Self {
        Self {
            access: Access::new(db, actor, now),
            lists: Lists::default(),
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

    /// Runs the work of a mutation in one transaction. What was decided before is forgotten then: the mutations and
    /// fields that come after are judged by what is now.
    pub async fn write<T, W>(&self, work: W) -> Result<T>
    where
        W: AsyncFnOnce(&DatabaseTransaction) -> std::result::Result<T, WriteError> + Clone,
    {
        let done = self.db().write(work).await;
        self.access.forget();
        done
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
}

/// Something that the schema was built with.
pub fn service<'a, T: Send + Sync + 'static>(context: &Context<'a>) -> Result<&'a T> {
    context.data::<T>().map_err(|error| Error::fault(error.message))
}
