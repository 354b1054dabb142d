//! Offering a product.

use std::sync::Arc;

use async_graphql::{ID, InputObject};
use entity::product::{Model, State};
use macros::{mutation, payload};
use sea_orm::ActiveEnum;
use serde_json::json;

use super::object::Product;
use super::seen::Seen;
use super::store;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::graphql::act::ActOn;
use crate::oversight::audit;

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
    let id = Type::Product.parse(&input.product_id)?;
    let product = act
        .locked(async |work, at| {
            let old = store::find_rows(work.tx, at.id(), &[id]).await?.pop().ok_or(Error::NotFound)?;
            if old.state == State::Offered {
                let message = "The product is already offered.";
                return Err(UserError::at("productId", UserErrorCode::StaleState, message).into());
            }
            store::set_state(work.tx, id, State::Offered).await?;
            let (before, after) =
                (json!({ "state": old.state.to_value() }), json!({ "state": State::Offered.to_value() }));
            audit::record(work, act.event().to(Type::Product.id(id)).changing(before, after)).await?;
            Ok(Product::new(Arc::new(Model { state: State::Offered, ..old }), Seen::at(&at)))
        })
        .await?;
    Ok(OfferProductPayload { product: Some(product), ..Default::default() })
}
