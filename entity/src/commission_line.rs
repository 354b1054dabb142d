//! What a partner earns on a line of an invoice, or gives back.

use sea_orm::entity::prelude::*;

/// One row of `commission_line`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "commission_line")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The reseller that earns.
    pub reseller_id: Uuid,
    /// The client of this reseller.
    pub client_id: Uuid,
    /// The partnership between them.
    pub partnership_id: Uuid,
    /// The line of the invoice.
    pub invoice_line_id: Uuid,
    /// The credit note that takes it back.
    pub credit_note_id: Option<Uuid>,
    /// The allocation that paid it, where partners earn on what is paid.
    pub allocation_id: Option<Uuid>,
    /// The product.
    pub product_id: Option<Uuid>,
    /// What was bought.
    #[sea_orm(column_type = "Text")]
    pub description: String,
    /// First day that the line covers.
    pub period_starts_on: Option<Date>,
    /// Last day that the line covers.
    pub period_ends_on: Option<Date>,
    /// ISO 4217.
    pub currency: String,
    /// The amount that it is counted from, in minor units.
    pub base_minor: i64,
    /// The rate of the reseller in hundredths of a percent.
    pub basis_points: i32,
    /// The rate of the partner below it, which is taken off.
    pub lower_basis_points: i32,
    /// Its place in the chain: 0 is the one nearest to the customer.
    pub tier: i32,
    /// The commission, in minor units; negative for a credit.
    pub amount_minor: i64,
    /// The first day of the month that it belongs to.
    pub month: Date,
    /// The statement; none while the month is open.
    pub statement_id: Option<Uuid>,
    /// When it was recorded.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
