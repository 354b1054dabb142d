//! A price of a product, from a day on. Rows are added, and deleted only before they begin.

use sea_orm::entity::prelude::*;

/// One row of `price`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "price")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation that sells it: the operator.
    pub organisation_id: Uuid,
    /// The plan that it belongs to.
    pub plan_id: Uuid,
    /// The product.
    pub product_id: Uuid,
    /// ISO 4217.
    pub currency: String,
    /// The commitment.
    pub term: super::subscription::Term,
    /// The time between two invoices.
    pub interval: super::subscription::Interval,
    /// It counts for this quantity and larger ones.
    pub from_quantity: i32,
    /// Price of one unit for one interval, in minor units.
    pub unit_minor: i64,
    /// What the order costs once, in minor units.
    pub setup_minor: i64,
    /// The first business day on which it counts.
    pub valid_from: Date,
    /// When it was added.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
