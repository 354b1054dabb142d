//! Orders of what demo and scale data have bought.

use chrono::Datelike;
use entity::{order_line, sales_order, subscription};
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use crate::catalogue::order::search_text;

/// The order of one subscription, with its line. `count` is its place among all orders.
pub fn order(
    [order, line]: [Uuid; 2],
    bought: &subscription::Model,
    (setup_minor, attributes): (i64, &str),
    (count, created_at): (u64, DateTimeUtc),
) -> (sales_order::Model, order_line::Model) {
    let number = format!("{}-{count:06}", created_at.year());
    // It is completed when the subscription has begun.
    let state = match bought.state {
        subscription::State::Pending => sales_order::State::Placed,
        _ => sales_order::State::Completed,
    };
    let row = sales_order::Model {
        id: order,
        organisation_id: bought.organisation_id,
        search_text: search_text(&number, None),
        number,
        state,
        currency: bought.currency.clone(),
        total_minor: i64::from(bought.quantity) * bought.unit_price_minor + setup_minor,
        purchase_order: None,
        placed_by_id: None,
        placed_by_key_id: None,
        partnership_id: None,
        created_at,
    };
    let line = order_line::Model {
        id: line,
        organisation_id: bought.organisation_id,
        order_id: order,
        subscription_id: bought.id,
        product_id: bought.product_id,
        position: 1,
        quantity: bought.quantity,
        term: bought.term,
        interval: bought.interval,
        unit_minor: bought.unit_price_minor,
        setup_minor,
        attributes: attributes.to_owned(),
    };
    (row, line)
}
