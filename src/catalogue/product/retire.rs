//! Retiring a product.

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
    let id = Type::Product.parse(&input.product_id)?;
    let product = act
        .locked(async |work, at| {
            let old = store::find_rows(work.tx, at.id(), &[id]).await?.pop().ok_or(Error::NotFound)?;
            if old.state == State::Retired {
                let message = "The product is already retired.";
                return Err(UserError::at("productId", UserErrorCode::StaleState, message).into());
            }
            store::set_state(work.tx, id, State::Retired).await?;
            let (before, after) =
                (json!({ "state": old.state.to_value() }), json!({ "state": State::Retired.to_value() }));
            audit::record(work, act.event().to(Type::Product.id(id)).changing(before, after)).await?;
            Ok(Product::new(Arc::new(Model { state: State::Retired, ..old }), Seen::at(&at)))
        })
        .await?;
    Ok(RetireProductPayload { product: Some(product), ..Default::default() })
}
