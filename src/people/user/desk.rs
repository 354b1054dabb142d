//! What the mutations about accounts work with.

use std::sync::Arc;

use async_graphql::Context;
use sea_orm::DatabaseTransaction;
use sea_orm::prelude::DateTimeUtc;

use super::second_factor::SecretKeys;
use super::throttle::{self, Admission, Attempt, Subject};
use crate::base::config::Config;
use crate::base::error::{Error, Result, UserError};
use crate::base::random::Random;
use crate::graphql::request::{Request, service};
use crate::mail::{self, Letter, Recipient};

/// The request, and the services that it needs.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    /// The request.
    pub request: &'a Request,
    /// The settings.
    pub config: &'a Config,
    /// Opens and seals secrets of second factors.
    pub keys: &'a SecretKeys,
    /// Ids and secrets.
    pub random: &'a Random,
    /// The moment.
    pub now: DateTimeUtc,
}

impl<'a> Desk<'a> {
    /// For a mutation.
    pub fn of(context: &Context<'a>) -> Result<Self> {
        let request = Request::of(context)?;
        Ok(Self {
            request,
            config: service::<Arc<Config>>(context)?,
            keys: service::<SecretKeys>(context)?,
            random: service::<Random>(context)?,
            now: request.now(),
        })
    }

    /// Sends one mail, in the transaction of what it is about.
    pub async fn mail(self, tx: &DatabaseTransaction, to: Recipient, letter: Letter) -> Result<()> {
        Ok(mail::queue(tx, self.random, self.now, [(to, letter)]).await?)
    }

    /// Whether the subject may try; else what to answer.
    pub async fn admit(self, subject: &Subject) -> Result<Result<Attempt, UserError>> {
        Ok(match throttle::admit(self.request.db(), subject, self.now).await? {
            Admission::Open(attempt) => Ok(attempt),
            Admission::Wait(wait) => Err(throttle::too_many(wait)),
        })
    }

    /// What to answer who has signed up, or asked for new passwords, too often from one address of the network.
    pub async fn too_often(self) -> Result<Option<UserError>> {
        let (client, most) = (self.request.client_address, self.config.accounts.requests_per_client);
        let may = self.request.db().write(async |tx| throttle::may_ask(tx, client, most, self.now).await).await?;
        Ok((!may).then(throttle::too_many_requests))
    }

    /// Counts a failure of the subject.
    pub async fn count_failure(self, subject: &Subject) -> Result<()> {
        self.request.db().write(async |tx| throttle::count(tx, subject, self.now).await).await
    }
}

/// The user who asks was erased or disabled since the request began.
pub fn gone() -> Error {
    Error::sign_in().into()
}
