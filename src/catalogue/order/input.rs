//! The lines of an order as they are given.

use async_graphql::{ID, InputObject};

use super::quote::Asked;
use crate::base::error::Result;
use crate::base::id::Type;
use crate::catalogue::service::ServiceAttributeInput;
use crate::catalogue::subscription::{BillingInterval, SubscriptionTerm};

/// A product to order.
#[derive(Clone, Debug, InputObject)]
pub struct OrderLineInput {
    /// Id of the product, from `Organisation.catalogue`.
    pub product_id: ID,
    /// The number of units, within the bounds of the product.
    #[graphql(default = 1)]
    pub quantity: i32,
    /// The commitment. The product has a price for it.
    pub term: SubscriptionTerm,
    /// The time between two invoices. The product has a price for it.
    pub interval: BillingInterval,
    /// The attributes of the service, as its kind needs them: a domain has a `domain`, a server a `hostname`.
    #[graphql(default)]
    pub attributes: Vec<ServiceAttributeInput>,
}

/// The lines as they are priced.
pub fn asked(lines: &[OrderLineInput]) -> Result<Vec<Asked>> {
    let asked = lines.iter().map(|line| {
        Ok(Asked {
            product: Type::Product.parse(&line.product_id)?,
            quantity: line.quantity,
            term: line.term.into(),
            interval: line.interval.into(),
            attributes: ServiceAttributeInput::pairs(line.attributes.clone()),
        })
    });
    asked.collect()
}
