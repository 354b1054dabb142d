//! Writing proposals to the database, with their mails and audit events: one or many at once.

use chrono::TimeDelta;
use entity::partnership_proposal::{self, Model, State};
use sea_orm::prelude::DateTimeUtc;
use serde_json::Value as Json;
use uuid::Uuid;

use super::rules::{Expiry, MOST_PER_DAY, too_many_today};
use super::{letters, store};
use crate::access::Authorised;
use crate::base::error::Result;
use crate::base::id::Type;
use crate::base::locale::Locale;
use crate::graphql::request::{Request, Work};
use crate::mail::{self, Recipient};
use crate::oversight::audit::{self, Event};
use crate::partners::partnership::{PartnershipSide, Terms};
use crate::people::membership::mail_admins;

/// The organisation or person that a proposal goes to.
#[derive(Clone, Debug, Default)]
pub struct Addressee {
    /// The organisation, if there is one.
    pub organisation: Option<Uuid>,
    /// The code that was given.
    pub code: Option<String>,
    /// The address that was given, and the language of mail to it.
    pub person: Option<(String, Locale)>,
    /// The partnership that the proposal would change.
    pub partnership: Option<Uuid>,
}

/// The organisation that makes proposals, by one mutation.
pub struct Sender<'a> {
    /// The organisation, which is locked.
    pub maker: &'a Authorised,
    /// Its side of the partnerships.
    pub side: PartnershipSide,
    /// The message to the other side.
    pub message: Option<&'a str>,
    /// Name of the mutation.
    pub action: &'a str,
}

impl Sender<'_> {
    /// Makes the proposals. Returns the id of each in the order of `wanted`; none if the same one is already pending.
    /// Expired proposals of the organisation are marked as expired first, even if nothing else is written.
    pub async fn send(&self, work: &Work<'_>, wanted: &[(Addressee, Terms)]) -> Result<Vec<Option<Uuid>>> {
        let rows: Vec<Model> = wanted.iter().map(|(to, terms)| self.row(work, to, *terms)).collect();
        store::mark_expired(work.tx, self.maker.id(), Expiry::of(work.request)).await?;
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let written = store::create(work.tx, rows).await?;
        let mut events = Vec::with_capacity(written.len());
        let mut mails = Vec::new();
        for ((to, terms), id) in wanted.iter().zip(&ids).filter(|(_, id)| written.contains(*id)) {
            let id = Type::PartnershipProposal.id(*id);
            let letter = |locale| {
                let url = work.request.config.link("partnership", &id);
                letters::proposed(locale, &self.maker.row().name, self.side, self.message, &url)
            };
            if let Some(organisation) = to.organisation {
                mail_admins(work, organisation, letter).await?;
            }
            if let Some((address, locale)) = &to.person {
                let recipient = Recipient { user: None, address: address.clone(), locale: *locale };
                mails.push((recipient, letter(*locale)));
            }
            let event = Event::done(self.action, self.maker.id(), Some(self.side.managing()));
            events.push(event.to(id).changing(Json::Null, terms.audit_snapshot()));
        }
        mail::queue(work.tx, work.random, work.now, mails).await?;
        audit::record_all(work, events).await?;
        Ok(ids.into_iter().map(|id| written.contains(&id).then_some(id)).collect())
    }

    fn row(&self, work: &Work<'_>, to: &Addressee, terms: Terms) -> Model {
        Model {
            id: work.random.id(work.now),
            organisation_id: self.maker.id(),
            side: partnership_proposal::Side::from(self.side),
            addressee_id: to.organisation,
            code: to.code.clone(),
            email: to.person.as_ref().map(|(address, _)| address.clone()),
            partnership_id: to.partnership,
            delegated: terms.delegated.to_stored(),
            client_delegated: terms.client_delegated.to_stored(),
            includes_upstream: terms.includes_upstream,
            ends_at: terms.ends_at,
            message: self.message.map(str::to_owned),
            state: State::Proposed,
            proposed_by_id: work.request.actor().user_id(),
            answered_at: None,
            created_at: work.now,
        }
    }
}

/// Refuses an organisation that has made as many proposals as one day allows.
pub async fn require_below_daily_limit(work: &Work<'_>, organisation: Uuid) -> Result<()> {
    if store::count_made_since(work.tx, organisation, a_day_ago(work.request)).await? >= MOST_PER_DAY {
        return Err(too_many_today().into());
    }
    Ok(())
}

/// A day before the request.
pub fn a_day_ago(request: &Request) -> DateTimeUtc {
    request.now() - TimeDelta::days(1)
}
