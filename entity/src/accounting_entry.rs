//! What is in a batch of the bookkeeping: each thing that happened is in one batch of a format.

use sea_orm::entity::prelude::*;

use super::accounting_batch::Format;

/// One row of `accounting_entry`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "accounting_entry")]
pub struct Model {
    /// The format of the batch.
    #[sea_orm(primary_key, auto_increment = false)]
    pub format: Format,
    /// What happened.
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: Kind,
    /// The id of the document, payment, allocation or refund.
    #[sea_orm(primary_key, auto_increment = false)]
    pub source_id: Uuid,
    /// The batch.
    pub batch_id: Uuid,
}

/// What the bookkeeping posts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    /// An invoice was issued.
    Invoice,
    /// A credit note was issued.
    CreditNote,
    /// A payment was recorded.
    Payment,
    /// A payment was put to an invoice.
    Allocation,
    /// The bank took a payment back.
    Return,
    /// A refund was recorded.
    Refund,
}

impl ActiveModelBehavior for ActiveModel {}
