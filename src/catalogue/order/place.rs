//! Placing an order.

use std::sync::{Mutex, PoisonError};

use async_graphql::{ID, InputObject};
use macros::{mutation, payload};
use uuid::Uuid;

use super::customer::Customer;
use super::input::{OrderLineInput, asked};
use super::object::Order;
use super::placing;
use super::quote::Buyer;
use crate::access::{Exists, Grants, Permission, PermissionSet};
use crate::base::error::Result;
use crate::base::money::MoneyInput;
use crate::graphql::act::{ActOn, Find};
use crate::organisation::{OrganisationCard, require_active};

/// The order.
#[derive(Clone, InputObject)]
pub struct PlaceOrderInput {
    /// Id of the organisation that it is for. Without it, the organisation that you work in.
    pub organisation_id: Option<ID>,
    /// The products: 1 to 100 lines.
    pub lines: Vec<OrderLineInput>,
    /// The total that you have seen in `previewOrder`. The order is placed only if it still is the total.
    pub expected_total: MoneyInput,
    /// Your own number for the order, one line of at most 100 characters. It is printed on invoices.
    pub purchase_order: Option<String>,
    /// A key of your choice, 1 to 255 characters, for example a random UUID. Within 30 days, a second call with the same
    /// key and the same input does nothing, and gets the answer of the first.
    pub idempotency_key: Option<String>,
}

/// The new order.
#[payload]
pub struct PlaceOrderPayload {
    /// The order; null if it was not placed.
    pub order: Option<Order>,
    /// The organisation that it is for; null if it was not placed.
    pub organisation: Option<OrganisationCard>,
}

/// Orders products for an organisation. Each line begins a subscription and, where the product says so, a service that is
/// created by and by. A partner orders for its client with the delegated permission, and the order names the partnership.
#[mutation]
#[acts(SUBSCRIPTION_ORDER, on = input.organisation_id)]
async fn place_order(act: ActOn<'_, Customer>, input: PlaceOrderInput) -> Result<PlaceOrderPayload> {
    let request = act.request;
    let purchase_order = placing::purchase_order(input.purchase_order.as_deref())?;
    // Looked up before the transaction, and judged within it: a call that is repeated gets its first answer.
    let quote = match Buyer::of(request, act.organisation()).await {
        Ok(buyer) => buyer.quote(request, &asked(&input.lines)?).await,
        Err(error) => Err(error),
    };
    // What this call writes need not be read again.
    let written = Mutex::new(None);
    let id: Uuid = act
        .once(input.idempotency_key.as_deref(), async |work, at| {
            require_active(at.row())?;
            let quote = quote.clone()?;
            let expected = (input.expected_total.amount_minor.0, input.expected_total.currency.as_str());
            placing::check(&quote, expected)?;
            let needed = PermissionSet::of(&[Permission::SubscriptionOrder]);
            let needed = Grants { own: needed, clients: PermissionSet::EMPTY };
            let partnership = at.partnership_for(needed, work.now);
            let order = placing::place(work, &at, &quote, purchase_order.clone(), partnership, act.event()).await?;
            let id = order.id;
            *written.lock().unwrap_or_else(PoisonError::into_inner) = Some(Order::written(order, &at));
            Ok(id)
        })
        .await?;
    let written = written.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(PlaceOrderPayload {
        order: match written {
            Some(order) => order.if_visible(),
            None => Order::find(request, id).await?,
        },
        organisation: Some(act.object.0.card().into()),
        ..Default::default()
    })
}
