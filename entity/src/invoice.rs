//! An invoice, with its recipient as it was when issued.

use sea_orm::entity::prelude::*;

/// One row of `invoice`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invoice")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Who it is for.
    pub organisation_id: Uuid,
    /// Who issued it.
    pub issuer_id: Uuid,
    /// Who is to pay it: the organisation itself or its payer.
    pub payer_id: Uuid,
    /// Number, without gaps per issuer; none while a draft.
    pub number: Option<String>,
    /// Where it stands.
    pub state: State,
    /// ISO 4217.
    pub currency: String,
    /// Sum of the lines before VAT, in minor units.
    pub net_minor: i64,
    /// VAT, in minor units.
    pub vat_minor: i64,
    /// What is to be paid, in minor units.
    pub total_minor: i64,
    /// What has been paid, in minor units.
    pub paid_minor: i64,
    /// Whose name stands on it.
    pub recipient_name: String,
    /// The address that stands on it.
    pub recipient_address: String,
    /// Day of issue (UTC).
    pub issued_on: Date,
    /// Last day to pay (UTC).
    pub due_on: Date,
}

/// Where an invoice stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// Not issued yet.
    Draft,
    /// Issued, not wholly paid.
    Open,
    /// Wholly paid.
    Paid,
    /// Cancelled.
    Void,
}

impl ActiveModelBehavior for ActiveModel {}
