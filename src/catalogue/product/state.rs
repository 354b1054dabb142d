//! How a product gets another state.

use std::sync::Arc;

use async_graphql::ID;
use entity::product::{Model, State};
use sea_orm::ActiveEnum;
use serde_json::json;

use super::object::Product;
use super::seen::Seen;
use super::store;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::graphql::act::ActOn;
use crate::oversight::audit;

/// Gives the product another state. If it has it already, that is the message.
pub async fn set(act: &ActOn<'_, Product>, id: &ID, state: State, already: [&str; 3]) -> Result<Product> {
    let id = Type::Product.parse(id)?;
    act.locked(async |work, at| {
        let old = store::find_rows(work.tx, at.id(), &[id]).await?.pop().ok_or(Error::NotFound)?;
        if old.state == state {
            return Err(UserError::at("productId", UserErrorCode::StaleState, already).into());
        }
        store::set_state(work.tx, id, state).await?;
        let (before, after) = (json!({ "state": old.state.to_value() }), json!({ "state": state.to_value() }));
        audit::record(work, act.event().to(Type::Product.id(id)).changing(before, after)).await?;
        Ok(Product::new(Arc::new(Model { state, ..old }), Seen::at(&at)))
    })
    .await
}
