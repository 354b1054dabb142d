//! One line of an invoice.

use std::sync::Arc;

use entity::{invoice_line, invoice_vat};
use macros::guarded;
use sea_orm::prelude::Date;

use super::compose::exemption_text;
use crate::base::money::Money;
use crate::billing::vat::VatCategory;

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

    /// How many units; negative for a discount.
    #[public]
    fn quantity(&self) -> i32 {
        self.row.quantity
    }

    /// Price of one unit, before VAT.
    #[public]
    fn unit_price(&self) -> Money {
        Money::new(self.row.unit_minor, &self.currency)
    }

    /// The amount before VAT: quantity times unit price, times `days` of `ofDays` if it is for a part of an interval.
    #[public]
    fn net(&self) -> Money {
        Money::new(self.row.net_minor, &self.currency)
    }

    /// Its number on the invoice, from 1.
    #[public]
    fn position(&self) -> i32 {
        self.row.position
    }

    /// Code of the product; null for a charge by hand.
    #[public]
    fn product_code(&self) -> Option<&str> {
        Some(self.row.product_code.as_str()).filter(|code| !code.is_empty())
    }

    /// The unit: a code of UN/ECE Recommendation 20.
    #[public]
    fn unit_code(&self) -> &str {
        &self.row.unit_code
    }

    /// For how many days of the interval it is; null for the whole of it.
    #[public]
    fn days(&self) -> Option<i32> {
        self.row.days
    }

    /// How many days the interval has, if it is for a part of it.
    #[public]
    fn of_days(&self) -> Option<i32> {
        self.row.of_days
    }

    /// How it is taxed.
    #[public]
    fn vat_category(&self) -> VatCategory {
        self.row.vat_category.into()
    }

    /// How much of it was credited, before VAT.
    #[public]
    fn credited(&self) -> Money {
        Money::new(self.row.credited_minor, &self.currency)
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

/// VAT of an invoice, for one category and rate.
pub struct InvoiceVat {
    row: invoice_vat::Model,
    currency: String,
}

impl InvoiceVat {
    /// VAT of an invoice that the viewer sees.
    pub fn new(row: &invoice_vat::Model, currency: &str) -> Self {
        Self { row: row.clone(), currency: currency.to_owned() }
    }
}

/// VAT of an invoice, for one category and rate.
#[guarded]
impl InvoiceVat {
    /// The category.
    #[public]
    fn category(&self) -> VatCategory {
        self.row.category.into()
    }

    /// VAT rate in hundredths of a percent: 2500 is 25 %.
    #[public]
    fn basis_points(&self) -> i32 {
        self.row.basis_points
    }

    /// Sum of the lines before VAT.
    #[public]
    fn base(&self) -> Money {
        Money::new(self.row.base_minor, &self.currency)
    }

    /// VAT.
    #[public]
    fn vat(&self) -> Money {
        Money::new(self.row.vat_minor, &self.currency)
    }

    /// Why no VAT is charged; null where it is.
    #[public]
    fn exemption(&self) -> Option<&str> {
        self.row.exemption.as_deref().map(exemption_text)
    }
}
