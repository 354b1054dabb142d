//! Offering a product.

use async_graphql::{ID, InputObject};
use entity::product::State;
use macros::{mutation, payload};

use super::object::Product;
use super::state;
use crate::base::error::Result;
use crate::graphql::act::ActOn;

/// The product to offer.
#[derive(InputObject)]
pub struct OfferProductInput {
    /// Id of the product.
    pub product_id: ID,
}

/// The offered product.
#[payload]
pub struct OfferProductPayload {
    /// The product; null if it was not offered.
    pub product: Option<Product>,
}

/// Offers a product: a draft, or a retired one again. Customers see it once it has a price in their plan and currency.
#[mutation]
#[acts(CATALOGUE_MANAGE, on = input.product_id)]
async fn offer_product(act: ActOn<'_, Product>, input: OfferProductInput) -> Result<OfferProductPayload> {
    let product = state::set(
        &act,
        &input.product_id,
        State::Offered,
        ["The product is already offered.", "Das Produkt wird schon angeboten.", "Produkten erbjuds redan."],
    )
    .await?;
    Ok(OfferProductPayload { product: Some(product), ..Default::default() })
}
