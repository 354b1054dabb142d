//! Declining a request to pay.

use async_graphql::{ID, InputObject};
use entity::payer::{Model, State};
use macros::{mutation, payload};

use super::object::PayerAgreement;
use super::state::Moment;
use super::{agreement, letters, rules, store};
use crate::base::error::{Error, Result};
use crate::graphql::act::{ActOn, Find};

/// The request to decline.
#[derive(InputObject)]
pub struct DeclinePayerInput {
    /// Id of the request, from `Organisation.requestsToPay`.
    pub agreement_id: ID,
}

/// The declined request.
#[payload]
pub struct DeclinePayerPayload {
    /// The request; null if it was not declined.
    pub agreement: Option<PayerAgreement>,
}

/// Declines to pay for an organisation. The organisation gets mail.
#[mutation]
#[acts(BILLING_UPDATE at PAYER, on = input.agreement_id)]
async fn decline_payer(act: ActOn<'_, PayerAgreement>, _: DeclinePayerInput) -> Result<DeclinePayerPayload> {
    let request = act.request;
    let moment = Moment::of(request);
    let (found, payer) = (act.object.row(), act.organisation());
    request
        .transaction(async |work| {
            agreement::lock_both(work, found.organisation_id, payer).await?;
            let at_payer = rules::authorise(&request.access.look_in(work.tx, payer).await?)?;
            let old = store::find_row(work.tx, found.id).await?.ok_or(Error::NotFound)?;
            rules::require_pending(&old, moment)?;
            let new = Model {
                state: State::Declined,
                answered_by_id: request.actor().user_id(),
                answered_at: Some(moment.now),
                ..old.clone()
            };
            store::update(work.tx, &new).await?;
            agreement::record(work, act.action, Some(&old), &new).await?;
            let name = request.access.look_in(work.tx, found.organisation_id).await?.card().name;
            let organisation = [found.organisation_id];
            let letter = |locale| letters::declined(locale, &name, &at_payer.row().name);
            Ok(letters::send(work, &organisation, letter).await?)
        })
        .await?;
    let agreement = PayerAgreement::find(request, found.id).await?;
    Ok(DeclinePayerPayload { agreement, ..Default::default() })
}
