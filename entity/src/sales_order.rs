//! An order of products.

use sea_orm::entity::prelude::*;

/// One row of `sales_order`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sales_order")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation that it is for.
    pub organisation_id: Uuid,
    /// Its number.
    #[sea_orm(unique)]
    pub number: String,
    /// Its state.
    pub state: State,
    /// ISO 4217.
    pub currency: String,
    /// What was to pay for the first intervals and for setting up, without VAT, in minor units.
    pub total_minor: i64,
    /// The customer's own number for it.
    pub purchase_order: Option<String>,
    /// Its number and the customer's, folded, for searches.
    pub search_text: String,
    /// The user who placed it; none for a key.
    pub placed_by_id: Option<Uuid>,
    /// The API key that placed it; none for a user.
    pub placed_by_key_id: Option<Uuid>,
    /// The partnership by which it was placed; none if the organisation's own people did.
    pub partnership_id: Option<Uuid>,
    /// When it was placed.
    pub created_at: DateTimeUtc,
}

/// The state of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// Something of it is not ready yet.
    Placed,
    /// Everything is ready.
    Completed,
    /// Nothing of it came to be.
    Cancelled,
}

impl ActiveModelBehavior for ActiveModel {}
