//! The transaction that turns a proposal into a partnership.

use entity::partnership_proposal::{ActiveModel, Model, State};
use sea_orm::Set;
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::rules::{self, Expiry};
use super::{letters, store};
use crate::access::{Authorised, Subject};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::graphql::request::Work;
use crate::oversight::audit::Event;
use crate::partners::partnership::agreement::agree;
use crate::partners::partnership::parties::record;
use crate::partners::partnership::{Delegation, Parties, PartnershipSide, Terms, store as partnerships, terms};
use crate::people::membership::mail_admins;
use crate::people::user;

/// The answer of an organisation that accepts a proposal.
#[derive(Clone, Copy)]
pub struct Acceptance<'a> {
    /// The proposal.
    pub id: Uuid,
    /// The organisation that accepts.
    pub own: Uuid,
    /// Its side of the partnership.
    pub side: PartnershipSide,
    /// The organisation that made the proposal.
    pub maker: Uuid,
    /// Less than was proposed, if the client wants that.
    pub delegation: Option<&'a Delegation>,
    /// An earlier end than the proposed one, if the client wants that.
    pub ends_at: Option<DateTimeUtc>,
}

impl Acceptance<'_> {
    const fn parties(&self) -> Parties {
        Parties::new(self.side, self.own, self.maker)
    }

    /// Makes the partnership, or changes the present one, and returns its key. Locks the graph of partnerships and both
    /// organisations first, and then checks everything.
    pub async fn accept(&self, work: &Work<'_>, event: Event) -> Result<Uuid> {
        partnerships::lock_graph(work.tx).await?;
        let parties = self.parties();
        let client = crate::access::lock(work.tx, parties.client).await?;
        let reseller = crate::access::lock(work.tx, parties.reseller).await?;
        let at = work.request.access.look_in(work.tx, self.own).await?.authorise(self.side.managing())?;
        let row = store::find_row(work.tx, self.id).await?.ok_or(Error::NotFound)?;
        rules::require_pending(&row, Expiry::of(work.request))?;
        rules::require_may_partner(&reseller, &client, self.side)?;
        let terms = self.terms(work, &at, &row).await?;
        let agreed = agree(work, parties, &client.name, terms).await?;
        let change = ActiveModel {
            state: Set(State::Accepted),
            addressee_id: Set(Some(self.own)),
            partnership_id: Set(Some(agreed.id)),
            answered_at: Set(Some(work.now)),
            ..Default::default()
        };
        if !store::answer(work.tx, self.id, change).await? {
            return Err(Error::Conflict("Somebody else has just answered this proposal. Load it again.".to_owned()));
        }
        let event = event.to(Type::Partnership.id(agreed.id)).changing(agreed.before, terms.audit_snapshot());
        record(work, (parties, self.side, agreed.id), event).await?;
        mail_admins(work, self.maker, |locale| letters::accepted(locale, &at.row().name)).await?;
        Ok(agreed.id)
    }

    /// The terms on which both sides agree.
    async fn terms(&self, work: &Work<'_>, at: &Authorised, row: &Model) -> Result<Terms> {
        let wanted = match self.side {
            PartnershipSide::Reseller => self.terms_as_reseller(work, row).await?,
            PartnershipSide::Client => self.terms_as_client(at, row)?,
        };
        let ends_at = terms::end(wanted.ends_at, work.now, work.request.config.partnerships)?;
        Ok(Terms { ends_at, ..wanted })
    }

    /// The reseller accepts exactly what the client offers, if the offer still stands.
    async fn terms_as_reseller(&self, work: &Work<'_>, row: &Model) -> Result<Terms> {
        let wrong = |field: &str, code, message: [&str; 3]| Err(UserError::at(field, code, message).into());
        if self.is_overtaken(work, row).await? {
            let message = [
                "Since this offer was made, you have become partners or your partnership has ended. Ask the client for \
                 another proposal.",
                "Seit diesem Angebot sind Sie Partner geworden, oder Ihre Partnerschaft ist beendet. Bitten Sie den \
                 Kunden um einen neuen Vorschlag.",
                "Sedan erbjudandet gjordes har ni blivit partner, eller så har ert partnerskap upphört. Be kunden om \
                 ett nytt förslag.",
            ];
            return wrong("proposalId", UserErrorCode::StaleState, message);
        }
        if self.delegation.is_some() || self.ends_at.is_some() {
            let message = [
                "The client decides what it delegates. Accept its offer, or decline.",
                "Der Kunde bestimmt, was er überträgt. Nehmen Sie sein Angebot an, oder lehnen Sie es ab.",
                "Kunden bestämmer vad den delegerar. Acceptera erbjudandet, eller avböj.",
            ];
            return wrong("delegation", UserErrorCode::InvalidInput, message);
        }
        if !self.is_still_offered(work, row).await? {
            let message = [
                "The person who made this offer may no longer give all of it. Ask the client for another proposal.",
                "Die Person, die dieses Angebot gemacht hat, darf nicht mehr alles davon vergeben. Bitten Sie den \
                 Kunden um einen neuen Vorschlag.",
                "Personen som gjorde erbjudandet får inte längre ge allt i det. Be kunden om ett nytt förslag.",
            ];
            return wrong("proposalId", UserErrorCode::StaleState, message);
        }
        Ok(rules::terms(row))
    }

    /// The client accepts what was proposed or less.
    fn terms_as_client(&self, at: &Authorised, row: &Model) -> Result<Terms, UserError> {
        let proposed = rules::terms(row);
        let narrowed = match self.delegation {
            Some(delegation) => proposed.with(delegation, "delegation")?,
            None => proposed,
        };
        let wanted = Terms { ends_at: self.ends_at.or(proposed.ends_at), ..narrowed };
        if wanted.give_more_than(proposed) {
            let message = [
                "This is more than was proposed. Accept that or less. You can delegate more afterwards, with \
                 updatePartnership.",
                "Das ist mehr, als vorgeschlagen wurde. Nehmen Sie das Vorgeschlagene an, oder weniger. Mehr können \
                 Sie danach mit updatePartnership übertragen.",
                "Det här är mer än vad som föreslogs. Acceptera förslaget, eller mindre. Mer kan ni delegera efteråt, \
                 med updatePartnership.",
            ];
            return Err(UserError::at("delegation", UserErrorCode::InvalidInput, message));
        }
        let missing = wanted.grants().without(at.grants);
        if missing.is_empty() { Ok(wanted) } else { Err(UserError::not_held("delegation", missing)) }
    }

    /// Whether the two have agreed on something else since the client offered this, or their partnership has ended.
    async fn is_overtaken(&self, work: &Work<'_>, row: &Model) -> Result<bool> {
        let Parties { reseller, client } = self.parties();
        let present = partnerships::between(work.tx, reseller, client).await?.map(|partnership| partnership.id);
        Ok(present != row.partnership_id
            || partnerships::ended_since(work.tx, reseller, client, row.created_at).await?)
    }

    /// Whether the person who offered it for the client may still give all of it.
    async fn is_still_offered(&self, work: &Work<'_>, row: &Model) -> Result<bool> {
        let Some(user) = row.proposed_by_id else { return Ok(false) };
        if user::store::hold(work.tx, user).await?.is_none() {
            return Ok(false);
        }
        let held = work.request.access.grants_in(work.tx, Subject::User(user), self.maker).await?;
        Ok(held.has(self.side.other().managing()) && rules::terms(row).grants().without(held).is_empty())
    }
}
