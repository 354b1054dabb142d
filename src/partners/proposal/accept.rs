//! Accepting a proposal.

use async_graphql::{ID, InputObject};
use macros::{mutation, payload};
use sea_orm::prelude::DateTimeUtc;

use super::accepting::Acceptance;
use super::asked::Asked;
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::graphql::act::{ActOn, Find, Target};
use crate::graphql::request::Request;
use crate::partners::partnership::{Delegation, DelegationInput, OnSide, Partnership};
use crate::people::session;

/// The proposal to accept.
#[derive(InputObject)]
pub struct AcceptPartnershipInput {
    /// Id of the proposal.
    pub proposal_id: ID,
    /// Id of your organisation that accepts, for a proposal from `viewer.partnershipOffers` only. Without it, the
    /// organisation that you work in.
    pub organisation_id: Option<ID>,
    /// As the client: what you delegate, at most what was proposed. Without it, everything that was proposed.
    pub delegation: Option<DelegationInput>,
    /// As the client: an earlier end than the proposed one.
    pub ends_at: Option<DateTimeUtc>,
}

/// The new or changed partnership.
#[payload]
pub struct AcceptPartnershipPayload {
    /// The partnership; null if the proposal was not accepted.
    pub partnership: Option<Partnership>,
}

/// The organisation that accepts, and its side of the partnership.
impl Target for OnSide<Asked> {
    type Key = AcceptPartnershipInput;

    async fn locate(request: &Request, input: &AcceptPartnershipInput) -> Result<Option<Self>> {
        let asked = Asked::find(request, &input.proposal_id).await?;
        let own = match (asked.row.addressee_id, &input.organisation_id) {
            (Some(own), _) if !asked.is_personal => own,
            (_, Some(chosen)) => Type::Organisation.parse(chosen)?,
            (_, None) => request.acting_organisation().ok_or_else(|| {
                let message = [
                    "Say which of your organisations accepts: give organisationId.",
                    "Sagen Sie, welche Ihrer Organisationen annimmt: Geben Sie organisationId an.",
                    "Säg vilken av dina organisationer som accepterar: ange organisationId.",
                ];
                UserError::at("organisationId", UserErrorCode::InvalidInput, message)
            })?,
        };
        let at = request.access.look(own).await?;
        Ok(at.map(|at| Self { side: asked.side(), subject: asked, at }))
    }
}

/// Accepts a proposal: the partnership is in force at once. As the client you decide what you delegate: what was
/// proposed or less, and only what you hold. The proposal shows the fields and mutations that it opens. Your own address
/// must be verified.
#[mutation]
#[acts(PARTNERSHIP_MANAGE at CLIENT, CLIENT_UPDATE at RESELLER, on = input)]
async fn accept_partnership(
    act: ActOn<'_, OnSide<Asked>>,
    input: AcceptPartnershipInput,
) -> Result<AcceptPartnershipPayload> {
    session::require_verified(act.request)?;
    let delegation = input.delegation.map(Delegation::from);
    let acceptance = Acceptance {
        id: act.object.subject.row.id,
        own: act.organisation(),
        side: act.object.side,
        maker: act.object.subject.row.organisation_id,
        delegation: delegation.as_ref(),
        ends_at: input.ends_at,
    };
    let key = act.request.transaction(async |work| acceptance.accept(work, act.event()).await).await?;
    let partnership = Partnership::find(act.request, key).await?;
    Ok(AcceptPartnershipPayload { partnership, ..Default::default() })
}
