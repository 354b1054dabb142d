//! A product that the operator sells.

use sea_orm::entity::prelude::*;

/// One row of `product`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation that sells it: the operator.
    pub organisation_id: Uuid,
    /// Its code, unique for the seller.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The sort key of the name.
    pub name_key: String,
    /// What customers get.
    pub description: String,
    /// What kind of thing it is.
    pub kind: Kind,
    /// The unit that is counted: a code of UN/ECE Recommendation 20, for example C62 for pieces.
    pub unit_code: String,
    /// How it is taxed.
    pub tax_class: TaxClass,
    /// The kind of service that an order creates, if it creates one.
    pub service_kind: Option<super::service::Kind>,
    /// From when it is charged.
    pub bills_from: BillsFrom,
    /// How many days before the end of the commitment it must be cancelled.
    pub notice_days: i32,
    /// For how many days from the purchase it can be returned.
    pub return_days: i32,
    /// For how many months from the order its renewals keep the price.
    pub price_lock_months: i32,
    /// The smallest quantity.
    pub min_quantity: i32,
    /// The largest quantity, if there is one.
    pub max_quantity: Option<i32>,
    /// When a lower quantity takes effect.
    pub lowers_at: LowersAt,
    /// The account of the bookkeeping that its revenue goes to; can be empty.
    pub revenue_key: String,
    /// Whether partners earn commission on it.
    pub is_commissionable: bool,
    /// Its state.
    pub state: State,
    /// When it was created.
    pub created_at: DateTimeUtc,
}

/// What kind of thing a product is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    /// Something that runs: a server, a web site, a domain.
    Service,
    /// The right of people to use something.
    Licence,
    /// A quota of devices.
    Device,
    /// Anything else.
    Other,
}

/// How a product is taxed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TaxClass {
    /// At the standard rate.
    Standard,
    /// At the reduced rate.
    Reduced,
    /// Not at all.
    Exempt,
}

/// From when a product is charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BillsFrom {
    /// From the day of the order.
    Order,
    /// From the day on which its service is ready.
    Activation,
}

/// When a lower quantity takes effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LowersAt {
    /// At the next renewal.
    Renewal,
    /// At once.
    Any,
}

/// The state of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// Not offered yet.
    Draft,
    /// Can be ordered.
    Offered,
    /// No longer offered. Existing subscriptions go on.
    Retired,
}

impl ActiveModelBehavior for ActiveModel {}
