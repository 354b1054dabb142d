//! The preview of an order.

use async_graphql::{Context, ID, InputObject};
use macros::guarded;

use super::customer::Customer;
use super::input::{OrderLineInput, asked};
use super::preview::OrderPreview;
use super::quote::Buyer;
use crate::access::Permission;
use crate::base::error::{Error, Result};
use crate::catalogue::product::Seen;
use crate::graphql::request::Request;

/// The order to preview.
#[derive(InputObject)]
pub struct PreviewOrderInput {
    /// Id of the organisation that it is for. Without it, the organisation that you work in.
    pub organisation_id: Option<ID>,
    /// The products: 1 to 100 lines.
    pub lines: Vec<OrderLineInput>,
}

/// Previews of orders.
#[derive(Default)]
pub struct OrderQuery;

#[guarded]
impl OrderQuery {
    /// What an order would cost, if it were placed today. Nothing is ordered.
    #[finds(SUBSCRIPTION_ORDER)]
    async fn preview_order(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The order.")] input: PreviewOrderInput,
    ) -> Result<Option<OrderPreview>> {
        let request = Request::of(context)?;
        let customer = Customer::find(request, input.organisation_id.as_ref()).await?.ok_or(Error::NotFound)?;
        customer.0.require(Permission::SubscriptionOrder)?;
        let quote = Buyer::of(request, customer.0.id()).await?.quote(request, &asked(&input.lines)?).await?;
        let seller = match quote.lines.first() {
            Some(line) => request.access.look(line.product.organisation_id).await?,
            None => None,
        };
        Ok(seller.map(|seller| OrderPreview::new(&quote, &customer.0, Seen::by_reader(&seller))))
    }
}
