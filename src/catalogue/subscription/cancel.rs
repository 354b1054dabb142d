//! Cancelling a subscription.

use async_graphql::{ID, InputObject};
use macros::{mutation, payload};

use super::acting;
use super::object::Subscription;
use crate::base::error::Result;
use crate::graphql::act::{ActOn, Find};
use crate::organisation::OrganisationCard;

/// The subscription to cancel.
#[derive(InputObject)]
pub struct CancelSubscriptionInput {
    /// Id of the subscription.
    pub subscription_id: ID,
    /// A key of your choice, 1 to 255 characters, for example a random UUID. Within 30 days, a second call with the same
    /// key and the same input does nothing, and gets the answer of the first.
    pub idempotency_key: Option<String>,
}

/// The changed subscription.
#[payload]
pub struct CancelSubscriptionPayload {
    /// The subscription; null if it was not changed.
    pub subscription: Option<Subscription>,
    /// The organisation that it belongs to; null if it was not changed.
    pub organisation: Option<OrganisationCard>,
}

/// Cancels a subscription. It runs until the end of its commitment, or one term longer if the notice of its product would be
/// too short; `scheduled` says until when. One that has not begun ends at once. This works for a suspended organisation too.
#[mutation]
#[acts(SUBSCRIPTION_CANCEL, on = input.subscription_id)]
async fn cancel_subscription(
    act: ActOn<'_, Subscription>,
    input: CancelSubscriptionInput,
) -> Result<CancelSubscriptionPayload> {
    let id = act.object.key();
    act.once(input.idempotency_key.as_deref(), async |work, _| {
        acting::run(work, id, act.event(), |at| at.cancel()).await
    })
    .await?;
    Ok(CancelSubscriptionPayload {
        subscription: Subscription::find(act.request, id).await?,
        organisation: Some(act.object.at().card().into()),
        ..Default::default()
    })
}
