//! Withdrawing a proposal.

use async_graphql::{ID, InputObject};
use entity::partnership_proposal::{ActiveModel, State};
use macros::{mutation, payload};
use sea_orm::Set;
use serde_json::json;

use super::object::PartnershipProposal;
use super::rules::{Expiry, require_pending};
use super::store;
use crate::base::error::{Error, Result};
use crate::graphql::act::{ActOn, Find, Target};
use crate::graphql::request::Request;
use crate::oversight::audit;
use crate::partners::partnership::OnSide;

/// The proposal to withdraw.
#[derive(InputObject)]
pub struct WithdrawPartnershipProposalInput {
    /// Id of the proposal.
    pub proposal_id: ID,
}

/// The withdrawn proposal.
#[payload]
pub struct WithdrawPartnershipProposalPayload {
    /// The proposal; null if it was not withdrawn.
    pub proposal: Option<PartnershipProposal>,
}

/// The organisation that made the proposal, and its side of the partnership.
impl Target for OnSide<PartnershipProposal> {
    type Key = ID;

    async fn locate(request: &Request, id: &ID) -> Result<Option<Self>> {
        let found = <PartnershipProposal as Target>::locate(request, id).await?;
        Ok(found.map(|proposal| Self { side: proposal.side(), at: proposal.maker.clone(), subject: proposal }))
    }
}

/// Withdraws a proposal that your organisation made and that is still pending. A suspended client can withdraw too.
#[mutation]
#[acts(CLIENT_UPDATE at RESELLER, PARTNERSHIP_MANAGE at CLIENT, on = input.proposal_id)]
async fn withdraw_partnership_proposal(
    act: ActOn<'_, OnSide<PartnershipProposal>>,
    input: WithdrawPartnershipProposalInput,
) -> Result<WithdrawPartnershipProposalPayload> {
    let key = act.object.subject.row.id;
    act.locked(async |work, _| {
        let row = store::find_row(work.tx, key).await?.ok_or(Error::NotFound)?;
        require_pending(&row, Expiry::of(act.request))?;
        let change =
            ActiveModel { state: Set(State::Withdrawn), answered_at: Set(Some(work.now)), ..Default::default() };
        if !store::answer(work.tx, key, change).await? {
            return Err(Error::Conflict("Somebody has just answered this proposal. Load it again.".to_owned()));
        }
        let event = act.event().to(input.proposal_id.clone());
        let event = event.changing(json!({ "state": "PROPOSED" }), json!({ "state": "WITHDRAWN" }));
        Ok(audit::record(work, event).await?)
    })
    .await?;
    let proposal = PartnershipProposal::find(act.request, key).await?;
    Ok(WithdrawPartnershipProposalPayload { proposal, ..Default::default() })
}
