//! Taking a proposal back.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::partnership_proposal::{ActiveModel, State};
use macros::guarded;
use sea_orm::Set;
use serde_json::json;

use super::object::PartnershipProposal;
use super::rules::waits;
use super::store;
use crate::access::{directive, told};
use crate::base::error::{Error, Result, UserError};
use crate::base::id::Type;
use crate::base::random::Random;
use crate::graphql::request::{Request, service};
use crate::organisation;
use crate::oversight::audit::{self, Event};
use crate::partners::partnership::PartnershipSide;

/// The proposal to take back.
#[derive(InputObject)]
pub struct WithdrawPartnershipProposalInput {
    /// The proposal.
    pub proposal_id: ID,
}

/// The proposal as it is now.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct WithdrawPartnershipProposalPayload {
    /// The proposal; null if it was not taken back.
    pub proposal: Option<PartnershipProposal>,
    /// Why it was not taken back.
    pub user_errors: Vec<UserError>,
}

/// The mutation of who takes a proposal back.
#[derive(Default)]
pub struct ProposalWithdrawalMutation;

#[guarded]
#[Object]
impl ProposalWithdrawalMutation {
    /// Takes back a proposal that your organisation has made and that waits for an answer. It works in a suspended
    /// organisation too, on the client's side.
    #[acts(CLIENT_UPDATE at RESELLER, PARTNERSHIP_MANAGE at CLIENT)]
    async fn withdraw_partnership_proposal(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The proposal to take back.")] input: WithdrawPartnershipProposalInput,
    ) -> Result<Option<WithdrawPartnershipProposalPayload>> {
        let request = Request::of(context)?;
        let id = Type::PartnershipProposal.parse(&input.proposal_id)?;
        let (random, now) = (service::<Random>(context)?, request.now());
        let lapse = super::lapse(context)?;
        let found = store::find(request, id, lapse).await?.ok_or(Error::NotFound)?;
        let (maker, permission) = (found.row.organisation_id, PartnershipSide::from(found.row.side).managing());
        request.access.act(maker, permission).await?;
        let done = request
            .write(async |tx| {
                organisation::store::lock_to_act(tx, &request.access, maker, permission).await?;
                let row = store::load(tx, id).await?.ok_or(Error::NotFound)?;
                if let Err(error) = waits(&row, lapse) {
                    return Ok(Err(error));
                }
                let change =
                    ActiveModel { state: Set(State::Withdrawn), answered_at: Set(Some(now)), ..Default::default() };
                if !store::answer(tx, id, change).await? {
                    return Err(Error::Conflict("Somebody has answered it in this moment.".to_owned()).into());
                }
                let act = Event::done("withdrawPartnershipProposal", maker, Some(permission));
                let act = act.to(input.proposal_id.clone());
                let act = act.changing(json!({ "state": "PROPOSED" }), json!({ "state": "WITHDRAWN" }));
                Ok(Ok(audit::record(&request.work(tx), act).await?))
            })
            .await?;
        Ok(Some(match done {
            Ok(()) => {
                let proposal = store::find(request, id, lapse).await?;
                WithdrawPartnershipProposalPayload { proposal, user_errors: Vec::new() }
            }
            Err(error) => WithdrawPartnershipProposalPayload { proposal: None, user_errors: told(context, error) },
        }))
    }
}
