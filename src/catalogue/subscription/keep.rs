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
async fn keep_subscription(act: ActOn<'_, Subscription>, _: KeepSubscriptionInput) -> Result<KeepSubscriptionPayload> {
    let id = act.object.key();
    let at = act
        .locked(async |work, at| {
            acting::run(work, id, act.event(), |at| at.keep()).await?;
            Ok(at)
        })
        .await?;
    Ok(KeepSubscriptionPayload {
        subscription: Subscription::find(act.request, id).await?,
        organisation: Some(at.card().into()),
        ..Default::default()
    })
}
