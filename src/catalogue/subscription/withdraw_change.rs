//! Withdrawing a scheduled change of a subscription.

use async_graphql::{ID, InputObject};
use macros::{mutation, payload};

use super::acting;
use super::change::SubscriptionChange;
use super::object::Subscription;
use crate::base::error::Result;
use crate::base::id::Type;
use crate::graphql::act::{ActOn, Find};
use crate::organisation::OrganisationCard;

/// The change to withdraw.
#[derive(InputObject)]
pub struct WithdrawChangeInput {
    /// Id of the change.
    pub change_id: ID,
    /// A key of your choice, 1 to 255 characters, for example a random UUID. Within 30 days, a second call with the same
    /// key and the same input does nothing, and gets the answer of the first.
    pub idempotency_key: Option<String>,
}

/// The subscription without the change.
#[payload]
pub struct WithdrawChangePayload {
    /// The subscription; null if nothing was withdrawn.
    pub subscription: Option<Subscription>,
    /// The organisation that it belongs to; null if nothing was withdrawn.
    pub organisation: Option<OrganisationCard>,
}

/// Withdraws a change of a subscription that is scheduled and has not taken effect, such as a lowering.
#[mutation]
#[acts(SUBSCRIPTION_ORDER, SUBSCRIPTION_CANCEL, on = input.change_id)]
async fn withdraw_change(
    act: ActOn<'_, SubscriptionChange>,
    input: WithdrawChangeInput,
) -> Result<WithdrawChangePayload> {
    let (id, change) = (act.object.subscription(), Type::SubscriptionChange.parse(&input.change_id)?);
    act.once(input.idempotency_key.as_deref(), async |work, _| {
        acting::run(work, id, act.event(), |standing| standing.withdraw(change)).await
    })
    .await?;
    Ok(WithdrawChangePayload {
        subscription: Subscription::find(act.request, id).await?,
        organisation: Some(act.object.at().card().into()),
        ..Default::default()
    })
}
