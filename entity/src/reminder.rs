//! A step of what is done about an overdue invoice.

use sea_orm::entity::prelude::*;

/// One row of `reminder`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reminder")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation that the invoice is for.
    pub organisation_id: Uuid,
    /// The invoice.
    pub invoice_id: Uuid,
    /// The number of the step, from 1.
    pub position: i32,
    /// What was done.
    pub kind: Kind,
    /// The business day.
    pub sent_on: Date,
    /// What was left to pay on that day, in minor units.
    pub open_minor: i64,
    /// The charge of the fee.
    pub charge_id: Option<Uuid>,
    /// When it was recorded.
    pub created_at: DateTimeUtc,
}

/// What is done about an overdue invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    /// A reminder is sent.
    Remind,
    /// A reminder is sent, and a fee is charged.
    Fee,
    /// The services on the invoice are suspended.
    Suspend,
    /// The subscriptions on the invoice are cancelled.
    End,
}

impl ActiveModelBehavior for ActiveModel {}
