//! A product that an organisation has, at the agreed price.

use sea_orm::entity::prelude::*;

/// One row of `subscription`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "subscription")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation that it belongs to.
    pub organisation_id: Uuid,
    /// Code of the article.
    pub product_code: String,
    /// Name of the article at the time of the order.
    pub product_name: String,
    /// Number of units.
    pub quantity: i32,
    /// How often it renews.
    pub term: Term,
    /// Price of one unit for one term, in minor units.
    pub unit_price_minor: i64,
    /// ISO 4217.
    pub currency: String,
    /// Its state.
    pub state: State,
    /// First day (UTC).
    pub starts_on: Date,
    /// First day of the next term (UTC).
    pub renews_on: Option<Date>,
}

/// How often a subscription renews.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Term {
    /// Every month.
    Monthly,
    /// Every year.
    Annual,
}

/// The state of a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// Running.
    Active,
    /// Ends at its next renewal.
    Cancelled,
    /// Ended.
    Ended,
}

impl ActiveModelBehavior for ActiveModel {}
