//! A payment that an issuer received.

use sea_orm::entity::prelude::*;

/// One row of `payment`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payment")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation that received it.
    pub issuer_id: Uuid,
    /// The organisation that paid; none until it is matched.
    pub payer_id: Option<Uuid>,
    /// The amount, in minor units.
    pub amount_minor: i64,
    /// ISO 4217.
    pub currency: String,
    /// The business day on which it was received.
    pub received_on: Date,
    /// The business day on which the bank took it back.
    pub returned_on: Option<Date>,
    /// What tells it from all others of the issuer: account, reference of the bank and occurrence.
    pub source_key: String,
    /// The reference of the bank, if it came from a bank statement that has one.
    pub bank_reference: Option<String>,
    /// The reference that the payer gave to its own bank.
    pub end_to_end_id: Option<String>,
    /// The same of the entry by which the bank took it back; none if a person recorded that, or if it was not taken back.
    pub return_key: Option<String>,
    /// The reference that it names.
    pub reference: Option<String>,
    /// What the payer wrote; can be empty.
    #[sea_orm(column_type = "Text")]
    pub text: String,
    /// The name of the account that it came from.
    pub paid_by: Option<String>,
    /// Its state.
    pub state: State,
    /// How much of it was allocated to invoices and refunds, in minor units.
    pub allocated_minor: i64,
    /// When it was recorded.
    pub created_at: DateTimeUtc,
}

/// The state of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// Nobody knows yet who paid.
    Unmatched,
    /// It belongs to a payer.
    Matched,
    /// The bank took it back.
    Returned,
}

impl ActiveModelBehavior for ActiveModel {}
