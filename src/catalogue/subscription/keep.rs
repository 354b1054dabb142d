//! Taking back the cancellation of a subscription.

use async_graphql::{ID, InputObject};
use macros::{mutation, payload};

use super::acting;
use super::object::Subscription;
use crate::base::error::Result;
use crate::graphql::act::{ActOn, Find};
use crate::organisation::OrganisationCard;

/// The subscription to keep.
#[derive(InputObject)]
pub struct KeepSubscriptionInput {
    /// Id of the subscription.
    pub subscription_id: ID,
    /// A key of your choice, 1 to 255 characters, for example a random UUID. Within 30 days, a second call with the same
    /// key and the same input does nothing, and gets the answer of the first.
    pub idempotency_key: Option<String>,
}

/// The changed subscription.
#[payload]
pub struct KeepSubscriptionPayload {
    /// The subscription; null if it was not changed.
    pub subscription: Option<Subscription>,
    /// The organisation that it belongs to; null if it was not changed.
    pub organisation: Option<OrganisationCard>,
}

/// Takes the cancellation of a subscription back, so that it renews again. Lowerings that were scheduled before the
/// cancellation stay withdrawn.
#[mutation]
#[acts(SUBSCRIPTION_ORDER, on = input.subscription_id)]
async fn keep_subscription(
    act: ActOn<'_, Subscription>,
    input: KeepSubscriptionInput,
) -> Result<KeepSubscriptionPayload> {
    let id = act.object.key();
    act.once(input.idempotency_key.as_deref(), async |work, _| {
        acting::run(work, id, act.event(), |at| at.keep()).await
    })
    .await?;
    Ok(KeepSubscriptionPayload {
        subscription: Subscription::find(act.request, id).await?,
        organisation: Some(act.object.at().card().into()),
        ..Default::default()
    })
}
