//! Writing proposals down, with their mail and their events: for one and for many alike.

use crate::base::error::Result;
use entity::partnership_proposal::{self, Model, State};
use sea_orm::DatabaseTransaction;
use serde_json::Value as Json;
use uuid::Uuid;

use super::rules::Lapse;
use super::{letters, store};
use crate::access::Decision;
use crate::base::config::Config;
use crate::base::id::Type;
use crate::base::locale::Locale;
use crate::base::random::Random;
use crate::graphql::request::Request;
use crate::mail::{self, Recipient};
use crate::oversight::audit::{self, Event};
use crate::partners::partnership::{PartnershipSide, Terms};
use crate::people::membership::mail_admins;

/// Who is asked.
#[derive(Clone, Debug, Default)]
pub struct Addressee {
    /// The organisation, where there is one.
    pub organisation: Option<Uuid>,
    /// The code that was given.
    pub code: Option<String>,
    /// The address that was given, with the language of mail to it.
    pub person: Option<(String, Locale)>,
    /// The partnership that is to be changed.
    pub partnership: Option<Uuid>,
}

/// One side asks, of one action of the API.
pub struct Asking<'a> {
    /// The request.
    pub request: &'a Request,
    /// Ids.
    pub random: &'a Random,
    /// The settings.
    pub config: &'a Config,
    /// Who asks, locked.
    pub maker: &'a Decision,
    /// Which side that is.
    pub side: PartnershipSide,
    /// What is said to the other side.
    pub message: Option<&'a str>,
    /// The mutation.
    pub action: &'a str,
}

impl Asking<'_> {
    /// Asks them all; gives the keys of the proposals, each in the place of who is asked: none where the same was asked
    /// already and waits for an answer.
    pub async fn send(&self, tx: &DatabaseTransaction, wanted: &[(Addressee, Terms)]) -> Result<Vec<Option<Uuid>>> {
        let now = self.request.now();
        let rows: Vec<Model> = wanted.iter().map(|(to, terms)| self.row(to, *terms)).collect();
        store::lapse(tx, self.maker.row.id, Lapse { now, days: self.config.partnerships.proposal_days }).await?;
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let written = store::create(tx, rows).await?;
        let mut acts = Vec::with_capacity(written.len());
        let mut persons = Vec::new();
        for ((to, terms), id) in wanted.iter().zip(&ids).filter(|(_, id)| written.contains(*id)) {
            let id = Type::PartnershipProposal.id(*id);
            let letter = |locale| {
                let url = self.config.link("partnership", &id);
                letters::proposed(locale, &self.maker.row.name, self.side, self.message, &url)
            };
            if let Some(organisation) = to.organisation {
                mail_admins(&self.request.work(tx), organisation, letter).await?;
            }
            if let Some((address, locale)) = &to.person {
                let recipient = Recipient { user: None, address: address.clone(), locale: *locale };
                persons.push((recipient, letter(*locale)));
            }
            let act = Event::done(self.action, self.maker.row.id, Some(self.side.managing()));
            acts.push(act.to(id).changing(Json::Null, terms.described()));
        }
        mail::queue(tx, self.random, now, persons).await?;
        audit::record_all(&self.request.work(tx), acts).await?;
        Ok(ids.into_iter().map(|id| written.contains(&id).then_some(id)).collect())
    }

    fn row(&self, to: &Addressee, terms: Terms) -> Model {
        let now = self.request.now();
        Model {
            id: self.random.id(now),
            organisation_id: self.maker.row.id,
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
            proposed_by_id: self.request.actor().user_id(),
            answered_at: None,
            created_at: now,
        }
    }
}
