//! What happens when the services of an order are ready: its subscriptions begin, and the order is completed.

use entity::product::BillsFrom;
use uuid::Uuid;

use super::store;
use crate::base::error::Result;
use crate::catalogue::product::store as products;
use crate::catalogue::subscription::period::committed_until;
use crate::catalogue::subscription::{rules::beyond_calendar, store as subscriptions};
use crate::graphql::request::Work;
use entity::subscription::State;

/// A service of the subscription is ready. If the subscription waited for it, it begins; a product that is charged from
/// its activation begins today.
pub async fn service_is_ready(work: &Work<'_>, subscription: Uuid) -> Result<()> {
    let Some((row, _)) = subscriptions::find_in(work.tx, subscription).await? else { return Ok(()) };
    if row.state != State::Pending {
        return Ok(());
    }
    let product = products::load_in(work.tx, &[row.product_id]).await?.pop();
    let today = work.today();
    let from = match product.map(|product| product.bills_from) {
        Some(BillsFrom::Activation) => {
            Some((today, committed_until(today, row.term, today).ok_or_else(beyond_calendar)?))
        }
        _ => None,
    };
    subscriptions::begin(work.tx, row.id, from).await?;
    Ok(store::complete(work.tx, row.id).await?)
}
