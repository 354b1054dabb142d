//! Changing the number of units of a subscription.

use async_graphql::{ID, InputObject};
use macros::{mutation, payload};

use super::acting::{self, Found};
use super::object::Subscription;
use crate::access::Permission;
use crate::base::error::Result;
use crate::graphql::act::{ActOn, Find};
use crate::organisation::OrganisationCard;
use crate::oversight::audit::Event;

/// The subscription, and how many units it should have.
#[derive(InputObject)]
pub struct ChangeQuantityInput {
    /// Id of the subscription.
    pub subscription_id: ID,
    /// The number of units that it should have, within the bounds of its product.
    pub quantity: i32,
    /// A key of your choice, 1 to 255 characters, for example a random UUID. Within 30 days, a second call with the same
    /// key and the same input does nothing, and gets the answer of the first.
    pub idempotency_key: Option<String>,
}

/// The changed subscription.
#[payload]
pub struct ChangeQuantityPayload {
    /// The subscription; null if it was not changed. A lowering that waits for the renewal is in its `scheduled`.
    pub subscription: Option<Subscription>,
    /// The organisation that it belongs to; null if it was not changed.
    pub organisation: Option<OrganisationCard>,
}

/// Changes the number of units. More units count from today on and are committed until the end of the term; this needs
/// `SUBSCRIPTION_ORDER`. Fewer units count from the renewal on, or from tomorrow on if they were bought within the return
/// window or the product says so; this needs `SUBSCRIPTION_CANCEL`. `previewChange` shows what it costs.
#[mutation]
#[acts(SUBSCRIPTION_ORDER, SUBSCRIPTION_CANCEL, on = input.subscription_id)]
async fn change_quantity(act: ActOn<'_, Subscription>, input: ChangeQuantityInput) -> Result<ChangeQuantityPayload> {
    let id = act.object.key();
    act.once(input.idempotency_key.as_deref(), async |work, at| {
        let found = Found::load(work, id).await?;
        let is_raise = input.quantity > found.row.quantity;
        let needed = if is_raise { Permission::SubscriptionOrder } else { Permission::SubscriptionCancel };
        at.require(needed)?;
        let outcome = found.standing(work).change_quantity(input.quantity)?;
        acting::write(work, &found, &outcome, Event::done(act.action, at.id(), Some(needed))).await
    })
    .await?;
    Ok(ChangeQuantityPayload {
        subscription: Subscription::find(act.request, id).await?,
        organisation: Some(act.object.at().card().into()),
        ..Default::default()
    })
}
