//! Withdrawing a request for a payer.

use async_graphql::{ID, InputObject};
use entity::payer::{Model, State};
use macros::{mutation, payload};

use super::object::PayerAgreement;
use super::state::Moment;
use super::{rules, store};
use crate::access;
use crate::base::error::{Error, Result};
use crate::graphql::act::{ActOn, Find};
use crate::oversight::audit;

/// The request to withdraw.
#[derive(InputObject)]
pub struct WithdrawPayerRequestInput {
    /// Id of the request, from `Organisation.payerRequests`.
    pub agreement_id: ID,
}

/// The withdrawn request.
#[payload]
pub struct WithdrawPayerRequestPayload {
    /// The request; null if it was not withdrawn.
    pub agreement: Option<PayerAgreement>,
}

/// Withdraws a pending request for a payer. This also works while the organisation is suspended.
#[mutation]
#[acts(BILLING_UPDATE, on = input.agreement_id)]
async fn withdraw_payer_request(
    act: ActOn<'_, PayerAgreement>,
    input: WithdrawPayerRequestInput,
) -> Result<WithdrawPayerRequestPayload> {
    let request = act.request;
    let (id, organisation) = (act.object.row().id, act.organisation());
    request
        .transaction(async |work| {
            access::lock(work.tx, organisation).await?;
            rules::authorise(&request.access.look_in(work.tx, organisation).await?)?;
            let old = store::find_row(work.tx, id).await?.ok_or(Error::NotFound)?;
            rules::require_pending(&old, Moment::of(request))?;
            let new = Model { state: State::Withdrawn, ..old.clone() };
            store::update(work.tx, &new).await?;
            let event = act.event().to(input.agreement_id.clone());
            let event = event.changing(rules::audit_snapshot(&old), rules::audit_snapshot(&new));
            Ok(audit::record(work, event).await?)
        })
        .await?;
    let agreement = PayerAgreement::find(request, id).await?;
    Ok(WithdrawPayerRequestPayload { agreement, ..Default::default() })
}
