//! A change of a subscription. Rows are only added; of a row, only the state changes.

use sea_orm::entity::prelude::*;

/// One row of `subscription_change`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "subscription_change")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation that it belongs to.
    pub organisation_id: Uuid,
    /// The subscription.
    pub subscription_id: Uuid,
    /// Its number in the history, from 1.
    pub position: i32,
    /// What changes.
    pub kind: Kind,
    /// The first business day on which it counts.
    pub effective_on: Date,
    /// The product from that day on.
    pub product_id: Uuid,
    /// The number of units from that day on.
    pub quantity: i32,
    /// Price of one unit for one interval from that day on, in minor units.
    pub unit_minor: i64,
    /// Its state.
    pub state: State,
    /// The order that caused it.
    pub order_id: Option<Uuid>,
    /// The user who caused it.
    pub user_id: Option<Uuid>,
    /// The API key that caused it. Without order, user and key, a job did.
    pub api_key_id: Option<Uuid>,
    /// When it was recorded.
    pub created_at: DateTimeUtc,
}

/// What a change does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    /// The subscription begins.
    Start,
    /// A new term begins.
    Renew,
    /// The quantity goes up.
    Raise,
    /// The quantity goes down.
    Lower,
    /// Another product takes the place of the old one.
    Product,
    /// The price changes.
    Price,
    /// It will end at the end of its commitment.
    Cancel,
    /// A cancellation is taken back.
    Keep,
    /// It is given back within the return window.
    Return,
    /// It ends; this is the first day without it.
    End,
}

/// The state of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// It takes effect on a later day.
    Scheduled,
    /// It has taken effect.
    Done,
    /// It was withdrawn before it took effect.
    Withdrawn,
}

impl ActiveModelBehavior for ActiveModel {}
