//! A charge by hand that the next invoice takes: hours, a fee, a discount.

use sea_orm::entity::prelude::*;

/// One row of `pending_charge`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pending_charge")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation that it is for.
    pub organisation_id: Uuid,
    /// The subscription that it is of, if it is the setup of one.
    pub subscription_id: Option<Uuid>,
    /// The product, if it is one of the catalogue.
    pub product_id: Option<Uuid>,
    /// What it is for.
    pub description: String,
    /// Number of units; negative for a discount.
    pub quantity: i32,
    /// Price of one unit, in minor units; never negative.
    pub unit_minor: i64,
    /// ISO 4217.
    pub currency: String,
    /// The unit: a code of UN/ECE Recommendation 20.
    pub unit_code: String,
    /// How it is taxed.
    pub tax_class: super::product::TaxClass,
    /// The account of the bookkeeping that its revenue goes to; can be empty.
    pub revenue_key: String,
    /// The business day of the work or the event.
    pub performed_on: Date,
    /// Its state.
    pub state: State,
    /// When it was recorded.
    pub created_at: DateTimeUtc,
}

/// The state of a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// The next invoice takes it.
    Pending,
    /// It stands on an invoice.
    Billed,
    /// It was withdrawn before it was billed.
    Withdrawn,
}

impl ActiveModelBehavior for ActiveModel {}
