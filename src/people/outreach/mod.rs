//! Outreach: mail to people outside the sender's organisations, which somebody causes by inviting, offering, proposing or
//! asking to pay. It is bounded for each day: for one person in all organisations together, for one network, and for the
//! whole installation. So nobody mails strangers in bulk through this server, however many organisations they make.
//!
//! `rules.rs` says how many are allowed. The counts are rows of `user::throttle`. Check first (`Allowance::load`) and
//! count when the mails are written (`spend`), in the same transaction: a refused act has counted and sent nothing.

mod rules;

use entity::user;
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use crate::access::Actor;
use crate::base::error::{Error, Result, UserError};
use crate::graphql::request::Work;
use crate::people::api_key;
use crate::people::user::store as users;
use crate::people::user::throttle::{store as counts, wide_network_of};
use rules::{Bound, broken, day, of_person, too_many};

/// What the actor of a request may still send today.
pub struct Allowance {
    counted: Vec<Counted>,
}

/// One bound, with its count so far.
struct Counted {
    bound: Bound,
    key: String,
    sent: i64,
    most: i64,
}

impl Allowance {
    /// The allowance of the actor: three statements at most.
    pub async fn load(work: &Work<'_>) -> Result<Self> {
        let settings = work.request.config.outreach;
        let (sender, since) = sender(work).await?;
        let (today, network) = (day(work.now), wide_network_of(work.request.client_address));
        let bounds = [
            (Bound::Person, format!("outreach:person:{sender}:{today}"), of_person(settings, work.now - since)),
            (Bound::Network, format!("outreach:network:{network}:{today}"), settings.network),
            // The last one is shared by all, so it is locked for the shortest time.
            (Bound::Installation, format!("outreach:all:{today}"), settings.installation),
        ];
        let keys: Vec<String> = bounds.iter().map(|(_, key, _)| key.clone()).collect();
        let rows = counts::read(work.tx, &keys).await?;
        let counted = bounds.into_iter().map(|(bound, key, most)| {
            let sent = rows.iter().find(|row| row.key == key).map_or(0, |row| i64::from(row.failures));
            Counted { bound, key, sent, most }
        });
        Ok(Self { counted: counted.collect() })
    }

    /// Refuses so many mails if a bound is met. Nothing is counted yet.
    pub fn require(&self, mails: usize) -> Result<(), UserError> {
        let counted: Vec<_> = self.counted.iter().map(|one| (one.bound, one.sent, one.most)).collect();
        match broken(&counted, mails.try_into().unwrap_or(i64::MAX)) {
            Some((bound, most)) => Err(too_many(bound, most)),
            None => Ok(()),
        }
    }

    /// Counts so many mails, which the caller writes in the same transaction. Refuses if others have sent too many since.
    pub async fn spend(self, work: &Work<'_>, mails: usize) -> Result<()> {
        if mails == 0 {
            return Ok(());
        }
        self.require(mails)?;
        let keys: Vec<&str> = self.counted.iter().map(|one| one.key.as_str()).collect();
        let sent = counts::add(work.tx, &keys, mails.try_into().unwrap_or(i32::MAX), work.now).await?;
        let counted: Vec<_> = self.counted.iter().zip(sent).map(|(one, sent)| (one.bound, sent, one.most)).collect();
        match broken(&counted, 0) {
            Some((bound, most)) => Err(too_many(bound, most).into()),
            None => Ok(()),
        }
    }
}

/// Counts so many mails of the actor to outsiders, or refuses them.
pub async fn spend(work: &Work<'_>, mails: usize) -> Result<()> {
    if mails == 0 {
        return Ok(());
    }
    Allowance::load(work).await?.spend(work, mails).await
}

/// The person whose mails these are, and since when they are known. For a key, this is the person who made it.
async fn sender(work: &Work<'_>) -> Result<(Uuid, DateTimeUtc)> {
    let known = |user: Option<user::Model>| user.map(|user| (user.id, user.created_at));
    match work.request.actor() {
        Actor::User(actor) => known(users::find(work.tx, actor.id).await?).ok_or_else(Error::sign_in),
        Actor::ApiKey(actor) => {
            let key = api_key::store::find_by_id(work.tx, actor.id).await?.ok_or_else(Error::sign_in)?;
            let maker = match key.created_by_id {
                Some(id) => users::find(work.tx, id).await?,
                None => None,
            };
            Ok(known(maker).unwrap_or((key.id, key.created_at)))
        }
        Actor::Anonymous => Err(Error::sign_in()),
    }
}
