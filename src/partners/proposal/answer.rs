//! Accepting and declining a proposal.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::partnership_proposal::{ActiveModel, Model, State};
use macros::guarded;
use sea_orm::Set;
use sea_orm::prelude::DateTimeUtc;
use serde_json::json;

use super::accept::Accepting;
use super::rules::{Lapse, waits};
use super::{letters, store};
use crate::access::{Actor, Exists, directive, told};
use crate::base::config::Config;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::random::Random;
use crate::graphql::request::{Request, service};
use crate::organisation;
use crate::oversight::audit::{self, Doer, Event};
use crate::partners::partnership::{self, DelegationInput, Partnership, PartnershipSide};
use crate::people::membership::mail_admins;

/// The proposal to accept.
#[derive(InputObject)]
pub struct AcceptPartnershipInput {
    /// The proposal.
    pub proposal_id: ID,
    /// Which of your organisations accepts: only for a proposal that went to your address, from
    /// `viewer.partnershipOffers`. The one that you work in if it is left out.
    pub organisation_id: Option<ID>,
    /// As the client: less than was proposed. All that was proposed if it is left out.
    pub delegation: Option<DelegationInput>,
    /// As the client: an end that comes before the one that was proposed.
    pub ends_at: Option<DateTimeUtc>,
}

/// The proposal to decline.
#[derive(InputObject)]
pub struct DeclinePartnershipInput {
    /// The proposal.
    pub proposal_id: ID,
}

/// The partnership that it has become.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct AcceptPartnershipPayload {
    /// The partnership; null if there is none.
    pub partnership: Option<Partnership>,
    /// Why there is none.
    pub user_errors: Vec<UserError>,
}

/// The proposal as it is now.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct DeclinePartnershipPayload {
    /// Whether it was declined.
    pub declined: bool,
    /// Why it was not declined.
    pub user_errors: Vec<UserError>,
}

/// Mutations of who is asked.
#[derive(Default)]
pub struct ProposalAnswerMutation;

#[guarded]
#[Object]
impl ProposalAnswerMutation {
    /// Agrees to a partnership: it is in force at once. As the client you decide what you let through: what was proposed or
    /// less, and only what you hold yourself. The fields and mutations that it opens stand in the proposal.
    #[acts(PARTNERSHIP_MANAGE at CLIENT, CLIENT_UPDATE at RESELLER)]
    async fn accept_partnership(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The proposal to accept.")] input: AcceptPartnershipInput,
    ) -> Result<Option<AcceptPartnershipPayload>> {
        let request = Request::of(context)?;
        let refused =
            |error| Ok(Some(AcceptPartnershipPayload { partnership: None, user_errors: told(context, error) }));
        let config = service::<Arc<Config>>(context)?;
        let id = Type::PartnershipProposal.parse(&input.proposal_id)?;
        let (row, is_personal) = asked(request, super::lapse(context)?, id).await?;
        let own = match (row.addressee_id, &input.organisation_id) {
            (Some(own), _) if !is_personal => own,
            (_, Some(chosen)) => Type::Organisation.parse(chosen)?,
            (_, None) => {
                let Some(own) = request.acting_organisation() else {
                    let message = "Say which of your organisations accepts.";
                    return refused(UserError::at("organisationId", UserErrorCode::InvalidInput, message));
                };
                own
            }
        };
        let side = PartnershipSide::from(row.side).other();
        request.access.act(own, side.managing()).await?;
        let accepting = Accepting {
            id,
            own,
            side,
            maker: row.organisation_id,
            delegation: input.delegation.as_ref(),
            ends_at: input.ends_at,
            random: service::<Random>(context)?,
            config,
        };
        match request.write(async |tx| accepting.accept(tx, request).await).await? {
            Ok(id) => {
                let partnership = partnership::store::find(request, id).await?;
                Ok(Some(AcceptPartnershipPayload { partnership, user_errors: Vec::new() }))
            }
            Err(error) => refused(error),
        }
    }

    /// Says no to a proposal, for the organisation that was asked (`partnership:manage` there where it is to be the client,
    /// `client:update` where it is to be the reseller), or as the person whose address was asked.
    #[authenticated]
    async fn decline_partnership(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The proposal to decline.")] input: DeclinePartnershipInput,
    ) -> Result<Option<DeclinePartnershipPayload>> {
        let request = Request::of(context)?;
        let id = Type::PartnershipProposal.parse(&input.proposal_id)?;
        let (row, is_personal) = asked(request, super::lapse(context)?, id).await?;
        let permission = PartnershipSide::from(row.side).other().managing();
        let own = row.addressee_id.filter(|_| !is_personal);
        if let Some(own) = own {
            request.access.act(own, permission).await?;
        }
        let random = service::<Random>(context)?;
        let now = request.now();
        let lapse = super::lapse(context)?;
        let done = request
            .write(async |tx| {
                if let Some(own) = own {
                    organisation::store::lock_to_act(tx, &request.access, own, permission).await?;
                }
                let row = store::load(tx, id).await?.ok_or(Error::NotFound)?;
                if let Err(error) = waits(&row, lapse) {
                    return Ok(Err(error));
                }
                let change =
                    ActiveModel { state: Set(State::Declined), answered_at: Set(Some(now)), ..Default::default() };
                if !store::answer(tx, id, change).await? {
                    return Err(Error::Conflict("Somebody else has answered in this moment.".to_owned()).into());
                }
                let act = match own {
                    Some(own) => Event::done("declinePartnership", own, Some(permission)),
                    // The person belongs to no organisation here: it stands in the log of who has asked, without a name.
                    None => Event::done("declinePartnership", row.organisation_id, None)
                        .by(Doer::by_link(&Actor::Anonymous)),
                };
                let act = act.to(input.proposal_id.clone());
                let act = act.changing(json!({ "state": "PROPOSED" }), json!({ "state": "DECLINED" }));
                audit::record(&request.work(tx), act).await?;
                let to = addressed(tx, &row).await?;
                mail_admins(&request.work(tx), row.organisation_id, |locale| letters::declined(locale, &to)).await?;
                Ok(Ok(()))
            })
            .await?;
        Ok(Some(match done {
            Ok(()) => DeclinePartnershipPayload { declined: true, user_errors: Vec::new() },
            Err(error) => DeclinePartnershipPayload { declined: false, user_errors: told(context, error) },
        }))
    }
}

/// Whom the maker has asked, in the maker's own words.
async fn addressed(tx: &sea_orm::DatabaseTransaction, row: &Model) -> Result<String, sea_orm::DbErr> {
    if let Some(words) = row.email.clone().or_else(|| row.code.clone()) {
        return Ok(words);
    }
    let Some(id) = row.addressee_id else { return Ok(String::new()) };
    Ok(organisation::store::find_row(tx, id).await?.map_or_else(String::new, |row| row.name))
}

/// The proposal, for who may answer it: the people of the organisation that is asked, as far as they see its partners, and
/// the person whose address it went to. The second says whether it is that person.
async fn asked(request: &Request, lapse: Lapse, id: uuid::Uuid) -> Result<(Model, bool)> {
    let found = store::find_any(request, id, lapse).await?.ok_or(Error::NotFound)?;
    let row = &found.row;
    if let (Some(email), Actor::User(user)) = (&row.email, request.actor())
        && user.is_verified
        && user.email == *email
    {
        return Ok((Model::clone(row), true));
    }
    let reading = PartnershipSide::from(row.side).other().reading();
    let is_seen = match row.addressee_id {
        Some(own) => request.access.look(own).await?.is_some_and(|seen| seen.grants.has(reading)),
        None => false,
    };
    // Its maker sees it, and is told that it is not the one to answer.
    match (is_seen, found.clone().if_visible()) {
        (true, _) => Ok((Model::clone(row), false)),
        (false, Some(_)) => Err(Error::Forbidden {
            permission: PartnershipSide::from(row.side).other().managing(),
            organisation: row.organisation_id,
        }),
        (false, None) => Err(Error::NotFound),
    }
}
