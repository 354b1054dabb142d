//! An invoice, with buyer and seller as they were at the time of issue.

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
    /// What payments were allocated to it, in minor units.
    pub paid_minor: i64,
    /// What credit notes were allocated to it, in minor units.
    pub settled_minor: i64,
    /// The sum of its own credit notes with VAT, in minor units.
    pub credited_minor: i64,
    /// The name of the recipient on the invoice.
    pub recipient_name: String,
    /// The address of the recipient on the invoice.
    pub recipient_address: String,
    /// The country of the recipient, as ISO 3166-1 alpha-2.
    pub recipient_country: String,
    /// The issuer as it was at the time of issue, as a JSON object.
    #[sea_orm(column_type = "Text")]
    pub seller: String,
    /// The recipient as it was at the time of issue, as a JSON object.
    #[sea_orm(column_type = "Text")]
    pub buyer: String,
    /// The rule that decided on VAT with its facts, as a JSON object.
    #[sea_orm(column_type = "Text")]
    pub vat_rule: String,
    /// The currency of the accounting of the issuer, if it is another one.
    pub accounting_currency: Option<String>,
    /// VAT in that currency, in minor units.
    pub accounting_vat_minor: Option<i64>,
    /// The rate of exchange to that currency on the day of issue, as a JSON object.
    #[sea_orm(column_type = "Text", nullable)]
    pub exchange: Option<String>,
    /// The reference that a payment names.
    pub payment_reference: Option<String>,
    /// The customer's own number for what it ordered.
    pub purchase_order: Option<String>,
    /// Day of issue (business day); none for a draft.
    pub issued_on: Option<Date>,
    /// Last day to pay (business day); none for a draft.
    pub due_on: Option<Date>,
    /// No reminder is sent before this day.
    pub reminders_paused_until: Option<Date>,
    /// Whether partners earn on it when it is paid, and not when it is issued.
    pub earns_when_paid: bool,
    /// Whether its documents are still to be written.
    pub needs_documents: bool,
    /// The billing run that made it; none if a person did.
    pub run_id: Option<Uuid>,
    /// When it was recorded.
    pub created_at: DateTimeUtc,
}

/// The state of an invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// Not issued yet.
    Draft,
    /// Issued and not fully paid.
    Open,
    /// Nothing is left to pay.
    Paid,
    /// Wholly credited.
    Void,
}

impl ActiveModelBehavior for ActiveModel {}
