//! Retiring a product.

use async_graphql::{ID, InputObject};
use entity::product::State;
use macros::{mutation, payload};

use super::object::Product;
use super::state;
use crate::base::error::Result;
use crate::graphql::act::ActOn;

/// The product to retire.
#[derive(InputObject)]
pub struct RetireProductInput {
    /// Id of the product.
    pub product_id: ID,
}

/// The retired product.
#[payload]
pub struct RetireProductPayload {
    /// The product; null if it was not retired.
    pub product: Option<Product>,
}

/// Retires a product: nobody can order it any more. Subscriptions to it go on.
#[mutation]
#[acts(CATALOGUE_MANAGE, on = input.product_id)]
async fn retire_product(act: ActOn<'_, Product>, input: RetireProductInput) -> Result<RetireProductPayload> {
    let product = state::set(
        &act,
        &input.product_id,
        State::Retired,
        ["The product is already retired.", "Das Produkt ist schon eingestellt.", "Produkten har redan utgått."],
    )
    .await?;
    Ok(RetireProductPayload { product: Some(product), ..Default::default() })
}
