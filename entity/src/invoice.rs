//! An invoice, with its recipient as it was at the time of issue.

use sea_orm::entity::prelude::*;

/// One row of `invoice`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invoice")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation that it is for.
    pub organisation_id: Uuid,
    /// The organisation that issued it.
    pub issuer_id: Uuid,
    /// The organisation that is to pay it: the one that it is for, or its payer.
    pub payer_id: Uuid,
    /// Its number; none for a draft. The numbers of one issuer have no gaps.
    pub number: Option<String>,
    /// Its state.
    pub state: State,
    /// ISO 4217.
    pub currency: String,
    /// Sum of the lines before VAT, in minor units.
    pub net_minor: i64,
    /// VAT, in minor units.
    pub vat_minor: i64,
    /// The amount to pay, in minor units.
    pub total_minor: i64,
    /// The amount that has been paid, in minor units.
    pub paid_minor: i64,
    /// The name of the recipient on the invoice.
    pub recipient_name: String,
    /// The address of the recipient on the invoice.
    pub recipient_address: String,
    /// Day of issue (business day).
    pub issued_on: Date,
    /// Last day to pay (business day).
    pub due_on: Date,
}

/// The state of an invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// Not issued yet.
    Draft,
    /// Issued and not fully paid.
    Open,
    /// Fully paid.
    Paid,
    /// Cancelled.
    Void,
}

impl ActiveModelBehavior for ActiveModel {}
