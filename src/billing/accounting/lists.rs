//! The lists for the tax office: what was sold to businesses of other member states, and VAT of other member states.

use std::collections::HashMap;

use entity::invoice_line::VatCategory;
use entity::{invoice, issuer};
use sea_orm::ConnectionTrait;
use sea_orm::prelude::Date;
use uuid::Uuid;

use super::books::{Books, is_taxed_abroad};
use super::ec_sales::{self, Period};
use super::export::{Rates, read};
use super::oss;
use super::store::Span;
use crate::base::error::{Error, Result};
use crate::base::money::exponent;
use crate::billing::details::Buyer;
use crate::billing::exchange::Rate;
use crate::billing::exchange::rules::EURO;
use crate::billing::vat::sums::TooLarge;

/// A group of an invoice or credit note.
struct Taxed<'a> {
    invoice: &'a invoice::Model,
    category: VatCategory,
    basis_points: i32,
    day: Date,
    base_minor: i64,
    vat_minor: i64,
}

/// All groups of the documents of days; those of credit notes are negative.
fn taxed(books: &Books) -> Vec<Taxed<'_>> {
    let issued: HashMap<Uuid, &invoice::Model> = books.invoices.0.iter().map(|row| (row.id, row)).collect();
    let credited: HashMap<Uuid, &invoice::Model> = books.credited.0.iter().map(|row| (row.id, row)).collect();
    let of_invoices = books.invoices.2.iter().filter_map(|sum| {
        let invoice = *issued.get(&sum.invoice_id)?;
        let (category, basis_points) = (sum.category, sum.basis_points);
        let (base_minor, vat_minor) = (sum.base_minor, sum.vat_minor);
        Some(Taxed { invoice, category, basis_points, day: invoice.issued_on?, base_minor, vat_minor })
    });
    let notes: HashMap<Uuid, (Uuid, Date)> =
        books.notes.0.iter().map(|row| (row.id, (row.invoice_id, row.issued_on))).collect();
    let of_notes = books.notes.2.iter().filter_map(|sum| {
        let (invoice, day) = notes.get(&sum.credit_note_id)?;
        let invoice = *credited.get(invoice)?;
        let (category, basis_points) = (sum.category, sum.basis_points);
        let (base_minor, vat_minor) = (-sum.base_minor, -sum.vat_minor);
        Some(Taxed { invoice, category, basis_points, day: *day, base_minor, vat_minor })
    });
    of_invoices.chain(of_notes).collect()
}

/// The EC sales list of days as CSV, in the currency of the accounting: documents at their own rate.
pub async fn ec_sales(
    db: &impl ConnectionTrait,
    issuer: &issuer::Model,
    span: &Span,
    period: Period,
    exchange_rate_days: u64,
) -> Result<Vec<u8>> {
    let books = read(db, span).await?;
    let mut rates = Rates::of(span.issuer, exchange_rate_days);
    let mut sold = Vec::new();
    for one in taxed(&books).into_iter().filter(|one| one.category == VatCategory::ReverseCharge) {
        let buyer: Buyer = serde_json::from_str(&one.invoice.buyer).unwrap_or_default();
        let own = one.invoice.exchange.as_deref().and_then(Rate::read).filter(|rate| rate.to == issuer.currency);
        let net = if let Some(rate) = own {
            converted(&rate, one.base_minor)?
        } else {
            let amount = (one.base_minor, one.invoice.currency.as_str());
            in_currency(db, &mut rates, amount, &issuer.currency, one.day).await?
        };
        sold.push((buyer.vat_id.unwrap_or_default(), one.day, net));
    }
    let sales = sold.iter().map(|(vat_id, issued_on, net_minor)| ec_sales::Sale {
        vat_id,
        issued_on: *issued_on,
        net_minor: *net_minor,
    });
    let rows = ec_sales::rows(sales, period).map_err(|error| Error::InvalidInput(error.to_string()))?;
    let written = ec_sales::write(&rows, &issuer.currency, exponent(&issuer.currency).into());
    written.map_err(|error| Error::InvalidInput(error.to_string()))
}

/// The return of the One Stop Shop of days as CSV, in euros at the rates of the last day. What credits an invoice of an
/// earlier quarter stands at that quarter.
pub async fn oss(db: &impl ConnectionTrait, span: &Span, exchange_rate_days: u64) -> Result<Vec<u8>> {
    let books = read(db, span).await?;
    let mut rates = Rates::of(span.issuer, exchange_rate_days);
    let mut sales = Vec::new();
    let is_abroad = |one: &Taxed<'_>| one.category == VatCategory::Standard && is_taxed_abroad(one.invoice);
    for one in taxed(&books).into_iter().filter(is_abroad) {
        let currency = one.invoice.currency.as_str();
        sales.push(oss::Sale {
            country: &one.invoice.recipient_country,
            basis_points: one.basis_points,
            supplied_on: one.invoice.issued_on.unwrap_or(one.day),
            base_minor: in_currency(db, &mut rates, (one.base_minor, currency), EURO, span.until).await?,
            vat_minor: in_currency(db, &mut rates, (one.vat_minor, currency), EURO, span.until).await?,
        });
    }
    let rows = oss::rows(sales).map_err(|error| Error::InvalidInput(error.to_string()))?;
    oss::write(&rows, EURO, exponent(EURO).into()).map_err(|error| Error::InvalidInput(error.to_string()))
}

async fn in_currency(
    db: &impl ConnectionTrait,
    rates: &mut Rates,
    (minor, from): (i64, &str),
    to: &str,
    day: Date,
) -> Result<i64> {
    if from == to {
        return Ok(minor);
    }
    converted(&rates.find(db, from, to, day).await?, minor)
}

fn converted(rate: &Rate, minor: i64) -> Result<i64> {
    rate.convert(minor).ok_or_else(|| Error::InvalidInput(TooLarge.to_string()))
}
