//! What happens when a service of an order has been set up: its subscription begins, and with the last service the order
//! is completed.

use entity::product::BillsFrom;
use entity::service;
use entity::subscription::State;
use uuid::Uuid;

use super::store;
use crate::base::error::Result;
use crate::catalogue::product::store as products;
use crate::catalogue::service::store as services;
use crate::catalogue::subscription::period::committed_until;
use crate::catalogue::subscription::rules::{beyond_calendar, locked_until};
use crate::catalogue::subscription::store::{self as subscriptions, Beginning};
use crate::graphql::request::Work;

/// What has begun.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Begun {
    /// The subscription that became ACTIVE.
    pub subscription: Option<Uuid>,
    /// The orders that became COMPLETED.
    pub orders: Vec<Uuid>,
}

/// Begins what was waiting for the service, which is set up now, or ended before it was. A product that is charged from
/// its activation begins today. The caller has locked the organisation.
pub async fn begin(work: &Work<'_>, service: &service::Model) -> Result<Begun> {
    let mut begun = Begun::default();
    let Some(id) = service.subscription_id else { return Ok(begun) };
    if services::has_pending(work.tx, id).await? {
        return Ok(begun);
    }
    if service.state != service::State::Ended
        && let Some((row, _)) = subscriptions::find_in(work.tx, id).await?
        && row.state == State::Pending
    {
        let product = products::load_in(work.tx, &[row.product_id]).await?.pop();
        let today = work.today();
        let from = match product.filter(|product| product.bills_from == BillsFrom::Activation) {
            Some(product) => Some(Beginning {
                starts_on: today,
                committed_until: committed_until(today, row.term, today).ok_or_else(beyond_calendar)?,
                price_locked_until: locked_until(&product, today)?,
            }),
            None => None,
        };
        subscriptions::begin(work.tx, id, from).await?;
        begun.subscription = Some(id);
    }
    begun.orders = store::complete(work.tx, id).await?;
    Ok(begun)
}
