//! What of a payment or credit note went to an invoice or refund. Rows are only added.

use sea_orm::entity::prelude::*;

/// One row of `allocation`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "allocation")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The payer.
    pub payer_id: Uuid,
    /// From this payment.
    pub payment_id: Option<Uuid>,
    /// From this credit note.
    pub credit_note_id: Option<Uuid>,
    /// To this invoice.
    pub invoice_id: Option<Uuid>,
    /// To this refund.
    pub refund_id: Option<Uuid>,
    /// The amount, in minor units; negative for what is taken back.
    pub amount_minor: i64,
    /// The business day.
    pub allocated_on: Date,
    /// When it was recorded.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
