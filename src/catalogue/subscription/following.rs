//! What the services of a subscription do when the subscription changes.

use entity::subscription::{Model, State};
use uuid::Uuid;

use crate::base::error::Result;
use crate::catalogue::service::{provisioning, store as services};
use crate::graphql::request::Work;

/// Tells the services of subscriptions, which are given as they were and as they are: of ended ones they end, and of
/// others that have another product or another number of units they change.
pub async fn follow(work: &Work<'_>, changed: &[(&Model, &Model)]) -> Result<()> {
    let has_ended = |(old, new): &(&Model, &Model)| new.state == State::Ended && old.state != State::Ended;
    let ended: Vec<Uuid> = changed.iter().filter(|pair| has_ended(pair)).map(|(_, new)| new.id).collect();
    if !ended.is_empty() {
        provisioning::end(work, services::of_subscriptions(work.tx, &ended).await?).await?;
    }
    let resized = changed.iter().filter(|pair| !has_ended(pair) && is_other(pair.0, pair.1));
    let resized: Vec<Uuid> = resized.map(|(_, new)| new.id).collect();
    if !resized.is_empty() {
        provisioning::resize(work, services::of_subscriptions(work.tx, &resized).await?).await?;
    }
    Ok(())
}

fn is_other(old: &Model, new: &Model) -> bool {
    (old.product_id, old.quantity) != (new.product_id, new.quantity)
}
