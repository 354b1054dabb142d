//! One product of an order.

use sea_orm::entity::prelude::*;

/// One row of `order_line`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "order_line")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation that it belongs to.
    pub organisation_id: Uuid,
    /// The order.
    pub order_id: Uuid,
    /// The subscription that it began.
    pub subscription_id: Uuid,
    /// The product.
    pub product_id: Uuid,
    /// Its number in the order, from 1.
    pub position: i32,
    /// Number of units.
    pub quantity: i32,
    /// The commitment.
    pub term: super::subscription::Term,
    /// The time between two invoices.
    pub interval: super::subscription::Interval,
    /// Price of one unit for one interval, in minor units.
    pub unit_minor: i64,
    /// What it cost once, in minor units.
    pub setup_minor: i64,
    /// The attributes of its service, as a JSON object.
    pub attributes: String,
}

impl ActiveModelBehavior for ActiveModel {}
