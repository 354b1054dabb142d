//! What happens in the transaction in which a proposal becomes a partnership, or does not.

use entity::organisation::{Kind, Model as Organisation, State as OrganisationState};
use entity::partnership_proposal::{ActiveModel, Model, State};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::{DatabaseTransaction, Set};
use uuid::Uuid;

use super::rules::{self, Lapse, waits};
use super::{letters, store};
use crate::access::{Decision, Subject};
use crate::base::config::Config;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::random::Random;
use crate::graphql::request::Request;
use crate::organisation::{self, halted};
use crate::oversight::audit::Event;
use crate::partners::partnership::contract::agree;
use crate::partners::partnership::parties::record;
use crate::partners::partnership::{DelegationInput, Parties, PartnershipSide, Terms, store as partnerships, terms};
use crate::people::membership::mail_admins;

/// Somebody accepts a proposal for an organisation.
#[derive(Clone, Copy)]
pub struct Accepting<'a> {
    /// The proposal.
    pub id: Uuid,
    /// The organisation that accepts.
    pub own: Uuid,
    /// Which side it is.
    pub side: PartnershipSide,
    /// The organisation that has proposed it.
    pub maker: Uuid,
    /// Less than was proposed, if the client wants so.
    pub delegation: Option<&'a DelegationInput>,
    /// An end that comes before the one that was proposed, if the client wants so.
    pub ends_at: Option<DateTimeUtc>,
    /// Ids.
    pub random: &'a Random,
    /// The settings.
    pub config: &'a Config,
}

type Outcome<T> = Result<Result<T, UserError>>;

impl Accepting<'_> {
    const fn parties(&self) -> Parties {
        Parties::new(self.side, self.own, self.maker)
    }

    /// Makes the partnership, or changes the one that there is, and gives its key. Everything is judged while the graph of
    /// partnerships and both organisations are locked.
    pub async fn accept(&self, tx: &DatabaseTransaction, request: &Request) -> Outcome<Uuid> {
        partnerships::lock_graph(tx).await?;
        let parties = self.parties();
        let client = crate::access::lock(tx, parties.client).await?;
        let reseller = crate::access::lock(tx, parties.reseller).await?;
        let seen = request.access.look_in(tx, self.own).await?;
        seen.require(self.side.managing())?;
        let row = store::load(tx, self.id).await?.ok_or(Error::NotFound)?;
        let now = request.now();
        let judged = waits(&row, Lapse { now, days: self.config.partnerships.proposal_days })
            .and_then(|()| fit(&reseller, &client, self.side));
        if let Err(error) = judged {
            return Ok(Err(error));
        }
        let terms = match self.terms(tx, request, &seen, &row).await? {
            Ok(terms) => terms,
            Err(error) => return Ok(Err(error)),
        };
        let agreed = match agree(tx, request, self.random, parties, &client.name, terms).await? {
            Ok(agreed) => agreed,
            Err(error) => return Ok(Err(error)),
        };
        let change = ActiveModel {
            state: Set(State::Accepted),
            addressee_id: Set(Some(self.own)),
            partnership_id: Set(Some(agreed.id)),
            answered_at: Set(Some(now)),
            ..Default::default()
        };
        if !store::answer(tx, self.id, change).await? {
            return Err(Error::Conflict("Somebody else has answered in this moment. Look again.".to_owned()).into());
        }
        let act = Event::done("acceptPartnership", self.own, None).to(Type::Partnership.id(agreed.id));
        let act = act.changing(agreed.before, terms.described());
        record(&request.work(tx), (parties, self.side, agreed.id), act).await?;
        let by = &seen.row.name;
        mail_admins(&request.work(tx), self.maker, |locale| letters::accepted(locale, by)).await?;
        Ok(Ok(agreed.id))
    }

    /// Whether the two have agreed on something else after the client has offered this, or have parted.
    async fn is_overtaken(&self, tx: &DatabaseTransaction, row: &Model) -> Result<bool> {
        let Parties { reseller, client } = self.parties();
        let now = partnerships::between(tx, reseller, client).await?.map(|partnership| partnership.id);
        Ok(now != row.partnership_id || partnerships::ended_since(tx, reseller, client, row.created_at).await?)
    }

    /// The terms on which both agree.
    async fn terms(&self, tx: &DatabaseTransaction, request: &Request, seen: &Decision, row: &Model) -> Outcome<Terms> {
        let proposed = rules::terms(row);
        let wrong = |field: &str, code, message: &str| Ok(Err(UserError::at(field, code, message)));
        let wanted = match self.side {
            PartnershipSide::Reseller => {
                if self.is_overtaken(tx, row).await? {
                    let message = "Since this was offered you have become partners, or have ended that. Ask the client for \
                                   another proposal.";
                    return wrong("proposalId", UserErrorCode::StaleState, message);
                }
                if self.delegation.is_some() || self.ends_at.is_some() {
                    let message = "The client decides what it lets through. Accept what it offers, or decline.";
                    return wrong("delegation", UserErrorCode::InvalidInput, message);
                }
                if !self.still_offered(tx, request, row).await? {
                    let message = "Who has offered this may no longer give it. Ask the client for another proposal.";
                    return wrong("proposalId", UserErrorCode::StaleState, message);
                }
                proposed
            }
            PartnershipSide::Client => {
                let narrowed = match self.delegation.map(|input| proposed.with(input, "delegation")).transpose() {
                    Ok(narrowed) => narrowed.unwrap_or(proposed),
                    Err(error) => return Ok(Err(error)),
                };
                let wanted = Terms { ends_at: self.ends_at.or(proposed.ends_at), ..narrowed };
                if wanted.give_more_than(proposed) {
                    let message = "This is more than was proposed. Accept that or less; more you can let through \
                                   afterwards, with updatePartnership.";
                    return wrong("delegation", UserErrorCode::InvalidInput, message);
                }
                let missing = wanted.grants().without(seen.grants);
                if !missing.is_empty() {
                    return Ok(Err(UserError::not_held("delegation", missing)));
                }
                wanted
            }
        };
        let ends_at = match terms::end(wanted.ends_at, request.now(), self.config.partnerships) {
            Ok(ends_at) => ends_at,
            Err(error) => return Ok(Err(error)),
        };
        Ok(Ok(Terms { ends_at, ..wanted }))
    }

    /// Whether who has proposed it for the client may still give all of it.
    async fn still_offered(&self, tx: &DatabaseTransaction, request: &Request, row: &Model) -> Result<bool> {
        let Some(user) = row.proposed_by_id else { return Ok(false) };
        if crate::people::user::store::hold(tx, user).await?.is_none() {
            return Ok(false);
        }
        let held = request.access.grants_in(tx, Subject::User(user), self.maker).await?;
        Ok(held.has(self.side.other().managing()) && rules::terms(row).grants().without(held).is_empty())
    }
}

/// Whether the two can be partners now; `own` says which of them accepts.
fn fit(reseller: &Organisation, client: &Organisation, own: PartnershipSide) -> Result<(), UserError> {
    let (own, other) = match own {
        PartnershipSide::Reseller => (reseller, client),
        PartnershipSide::Client => (client, reseller),
    };
    let wrong = |code, message: &str| Err(UserError::at("proposalId", code, message));
    if reseller.id == client.id {
        return wrong(UserErrorCode::InvalidInput, "An organisation is no partner of itself.");
    }
    if client.kind == Kind::Operator {
        return wrong(UserErrorCode::InvalidInput, "The operator is everybody's partner already.");
    }
    if reseller.kind != Kind::Reseller {
        return wrong(UserErrorCode::NotAReseller, "Only a reseller has clients, and this organisation is none.");
    }
    if let Some(error) = halted(own) {
        return Err(error);
    }
    match other.state {
        OrganisationState::Active => Ok(()),
        OrganisationState::Suspended => {
            wrong(UserErrorCode::OrganisationSuspended, "The other organisation is suspended. Wait until it goes on.")
        }
        OrganisationState::Closed => wrong(UserErrorCode::OrganisationClosed, "The other organisation is closed."),
    }
}
