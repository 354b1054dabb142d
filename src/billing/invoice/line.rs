//! One line of an invoice.

use std::sync::Arc;

use entity::invoice_line;
use macros::guarded;
use sea_orm::prelude::Date;

use crate::base::money::Money;

/// One line of an invoice.
pub struct InvoiceLine {
    row: Arc<invoice_line::Model>,
    currency: Arc<str>,
}

impl InvoiceLine {
    /// A line of an invoice that the viewer sees.
    pub fn new(row: &Arc<invoice_line::Model>, currency: &Arc<str>) -> Self {
        Self { row: Arc::clone(row), currency: Arc::clone(currency) }
    }
}

/// One line of an invoice.
#[guarded]
impl InvoiceLine {
    /// What it is for.
    #[public]
    fn description(&self) -> &str {
        &self.row.description
    }

    /// How many units.
    #[public]
    fn quantity(&self) -> i32 {
        self.row.quantity
    }

    /// Price of one unit, before VAT.
    #[public]
    fn unit_price(&self) -> Money {
        Money::new(self.row.unit_minor, &self.currency)
    }

    /// Quantity times unit price, before VAT.
    #[public]
    fn net(&self) -> Money {
        Money::new(self.row.net_minor, &self.currency)
    }

    /// VAT rate in hundredths of a percent: 2500 is 25 %.
    #[public]
    fn vat_basis_points(&self) -> i32 {
        self.row.vat_basis_points
    }

    /// First day that it covers.
    #[public]
    fn period_starts_on(&self) -> Option<Date> {
        self.row.period_starts_on
    }

    /// Last day that it covers.
    #[public]
    fn period_ends_on(&self) -> Option<Date> {
        self.row.period_ends_on
    }
}
