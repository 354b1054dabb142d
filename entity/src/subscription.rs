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
    /// The product.
    pub product_id: Uuid,
    /// Code of the product.
    pub product_code: String,
    /// Name of the product at the time of the order.
    pub product_name: String,
    /// The sort key of that name.
    pub name_key: String,
    /// The name and the code, folded, for searches.
    pub search_text: String,
    /// Number of units.
    pub quantity: i32,
    /// The commitment: how long a term is.
    pub term: Term,
    /// The time between two invoices.
    pub interval: Interval,
    /// Price of one unit for one interval, in minor units.
    pub unit_price_minor: i64,
    /// ISO 4217.
    pub currency: String,
    /// Its state.
    pub state: State,
    /// First business day.
    pub starts_on: Date,
    /// The day from which its intervals and terms are counted.
    pub anchor_on: Date,
    /// The first business day after the commitment: it renews or ends on this day.
    pub committed_until: Date,
    /// Until this day, renewals do not change the price.
    pub price_locked_until: Option<Date>,
}

/// The commitment of a subscription: how long a term is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Term {
    /// A month.
    Monthly,
    /// A year.
    Annual,
    /// Three years.
    Triennial,
}

/// The time between two invoices of a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Interval {
    /// A month.
    Month,
    /// A year.
    Year,
}

/// The state of a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// Not begun, or not provisioned yet.
    Pending,
    /// Running.
    Active,
    /// Ends at the end of its commitment.
    Cancelled,
    /// Ended.
    Ended,
}

impl ActiveModelBehavior for ActiveModel {}
