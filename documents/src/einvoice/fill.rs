//! The document in the terms of EN 16931-1.

use chrono::{Datelike, NaiveDate};
use en16931::invoice::{
    Code, DocumentKind, DocumentTotals, InvoiceNote, Item, LineVat, Period, PrecedingInvoice, PriceDetails,
    VatBreakdown,
};
use en16931::{Date, DocumentReference, Invoice, InvoiceAmount, InvoiceLine, Percentage, Quantity, UnitPriceAmount};
use rust_decimal::Decimal;

use super::super::figures::{self, decimals};
use super::super::model::{Document, Kind, Line};
use super::super::vat::{VatCategory, VatGroup};
use super::super::words::{Words, fill};
use super::{BrokenRule, party};

/// The core specification (BT-24).
const CORE: &str = "urn:cen.eu:en16931:2017";
/// The billing process of Peppol (BT-23). It is allowed in all profiles.
const PROCESS: &str = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0";

/// The document with all terms of the core.
pub fn invoice(document: &Document) -> Result<Invoice, BrokenRule> {
    let words = Words::of(document.language);
    let (code, kind) = match document.kind {
        Kind::Invoice { .. } => ("380", DocumentKind::Invoice),
        Kind::CreditNote { .. } => ("381", DocumentKind::CreditNote),
    };
    let number = tidy(&document.number).unwrap_or_default();
    let mut invoice = Invoice::builder(CORE, number, day(document.issued_on)?, code, document.currency.as_str())
        .business_process(PROCESS)
        .seller(party::seller(document))
        .buyer(party::buyer(document))
        .payment(party::payment(document))
        .build();
    invoice.kind = kind;
    invoice.buyer_reference = tidy_some(document.buyer.buyer_reference.as_ref());
    invoice.purchase_order_reference = tidy_some(document.purchase_order.as_ref()).map(DocumentReference::new);
    let mut note = Vec::new();
    match &document.kind {
        Kind::Invoice { due_on } => invoice.due_date = Some(day(*due_on)?),
        Kind::CreditNote { invoice_number, invoice_issued_on, reason } => {
            let reference = DocumentReference::new(tidy(invoice_number).unwrap_or_default());
            invoice.preceding_invoices =
                vec![PrecedingInvoice { reference, issue_date: Some(day(*invoice_issued_on)?) }];
            note.extend(tidy(reason));
            // BR-CO-25: an amount without a day needs terms.
            invoice.payment_terms = Some(words.is_set_off.to_owned());
        }
    }
    for (index, line) in document.lines.iter().enumerate() {
        invoice.lines.push(invoice_line(document, index, line)?);
    }
    invoice.invoicing_period = whole_period(document)?;
    for group in &document.vat_groups {
        invoice.vat_breakdown.push(breakdown(document, group, words)?);
    }
    invoice.totals = totals(document)?;
    if let Some(vat) = document.accounting_vat.as_ref().filter(|vat| vat.currency != document.currency) {
        invoice.vat_accounting_currency = Some(Code::new(vat.currency.as_str()));
        invoice.totals.vat_total_accounting = Some(amount(vat.vat_minor, &vat.currency)?);
        note.extend(vat.sentence(document).and_then(|sentence| tidy(&sentence)));
    }
    // PEPPOL-EN16931-R002: a document has one note.
    invoice.notes = Some(note.join(" ")).filter(|note| !note.is_empty()).map(InvoiceNote::new).into_iter().collect();
    Ok(invoice)
}

/// The document under the specification of a profile.
pub fn for_profile(invoice: &Invoice, specification: &str) -> Invoice {
    let mut invoice = invoice.clone();
    invoice.specification_id = Some(specification.to_owned());
    invoice
}

/// A line. PEPPOL-EN16931-R120 wants net = quantity × price ÷ base quantity. A prorated line has a net amount that is
/// no multiple of the unit price, so its price is the net amount, for as many units as the line has (BT-149). That is
/// exact, whatever the numbers. The full price and the days stand in the description.
fn invoice_line(document: &Document, index: usize, line: &Line) -> Result<InvoiceLine, BrokenRule> {
    let is_plain = i128::from(line.quantity) * i128::from(line.unit_minor) == i128::from(line.net_minor);
    let (quantity, price_minor, base) = if is_plain {
        (i64::from(line.quantity), line.unit_minor, None)
    } else {
        let units = i64::from(line.quantity).abs().max(1);
        let signed = if line.net_minor < 0 { -units } else { units };
        (signed, line.net_minor.saturating_abs(), Some(units))
    };
    let net = amount(line.net_minor, &document.currency)?;
    let unit = Code::new(line.unit_code.as_str());
    let mut written = InvoiceLine::new(
        (index + 1).to_string(),
        tidy(&line.description).unwrap_or_default(),
        Quantity::new(Decimal::from(quantity)),
        unit.clone(),
        net,
        line.vat_category.code(),
        rate(line.vat_category, line.basis_points),
    );
    written.vat =
        LineVat { category: Code::new(line.vat_category.code()), rate: rate(line.vat_category, line.basis_points) };
    written.price = PriceDetails {
        net_price: UnitPriceAmount::new(amount(price_minor, &document.currency)?.into_decimal()),
        base_quantity: base.map(|units| Quantity::new(Decimal::from(units))),
        base_quantity_code: base.map(|_| unit),
        ..PriceDetails::default()
    };
    written.item = Item {
        name: tidy(&line.description),
        description: proration(document, line),
        seller_identifier: tidy_some(line.product_code.as_ref()),
        ..Item::default()
    };
    written.period = line.period.map(|(first, last)| period(first, last)).transpose()?;
    Ok(written)
}

/// Says what part of the period is charged, and the full price.
fn proration(document: &Document, line: &Line) -> Option<String> {
    let part = line.proration?;
    let words = Words::of(document.language);
    let days = fill(words.days_charged, &[("days", &part.days.to_string()), ("of", &part.of_days.to_string())]);
    let price = figures::money(line.unit_minor, &document.currency, document.language);
    tidy(&format!("{days}, {}", fill(words.full_price, &[("price", &price)])))
}

fn breakdown(document: &Document, group: &VatGroup, words: &Words) -> Result<VatBreakdown, BrokenRule> {
    let standard_code = match group.category {
        VatCategory::ReverseCharge => Some("VATEX-EU-AE"),
        VatCategory::OutOfScope => Some("VATEX-EU-O"),
        VatCategory::Standard | VatCategory::ZeroRated | VatCategory::Exempt => None,
    };
    // BR-S-10 and BR-Z-10: what is taxed has no reason for an exemption.
    let is_taxed = matches!(group.category, VatCategory::Standard | VatCategory::ZeroRated);
    let code = tidy_some(group.exemption_code.as_ref()).or_else(|| standard_code.map(str::to_owned));
    let text = tidy_some(group.exemption_text.as_ref()).or_else(|| words.exemption(group.category).map(str::to_owned));
    Ok(VatBreakdown {
        taxable_amount: amount(group.base_minor, &document.currency)?,
        tax_amount: amount(group.vat_minor, &document.currency)?,
        category: Code::new(group.category.code()),
        rate: rate(group.category, group.basis_points),
        exemption_reason: text.filter(|_| !is_taxed),
        exemption_reason_code: code.filter(|_| !is_taxed).map(Code::new),
    })
}

fn totals(document: &Document) -> Result<DocumentTotals, BrokenRule> {
    let amount = |minor| amount(minor, &document.currency);
    Ok(DocumentTotals {
        line_total: amount(document.net_minor)?,
        taxable_total: amount(document.net_minor)?,
        vat_total: Some(amount(document.vat_minor)?),
        gross_total: amount(document.total_minor)?,
        paid: (document.paid_minor != 0).then(|| amount(document.paid_minor)).transpose()?,
        due: amount(document.due_minor())?,
        ..DocumentTotals::default()
    })
}

/// From the first day of any line to the last one (BG-14). Every line's period lies within it (R110, R111).
fn whole_period(document: &Document) -> Result<Option<Period>, BrokenRule> {
    document.period().map(|(first, last)| period(first, last)).transpose()
}

fn period(first: NaiveDate, last: NaiveDate) -> Result<Period, BrokenRule> {
    Ok(Period { start: Some(day(first)?), end: Some(day(last)?) })
}

/// BR-O-05: what is outside the scope has no rate, not even zero.
fn rate(category: VatCategory, basis_points: i32) -> Option<Percentage> {
    (category != VatCategory::OutOfScope).then(|| Percentage::new(Decimal::new(i64::from(basis_points), 2).normalize()))
}

/// Amounts have two decimals in EN 16931, also in currencies that have none.
fn amount(minor: i64, currency: &str) -> Result<InvoiceAmount, BrokenRule> {
    let hundredths = match decimals(currency) {
        Some(2) => Some(minor),
        Some(1) => minor.checked_mul(10),
        Some(0) => minor.checked_mul(100),
        _ => None,
    };
    hundredths.map(InvoiceAmount::from_minor_units).ok_or_else(|| BrokenRule {
        rule: "BR-DEC".to_owned(),
        place: format!("{minor} {currency}"),
        text: "An amount has two decimals and 64 bits.".to_owned(),
    })
}

fn day(day: NaiveDate) -> Result<Date, BrokenRule> {
    let written = match (u8::try_from(day.month()), u8::try_from(day.day())) {
        (Ok(month), Ok(of_month)) => Date::new(day.year(), month, of_month).ok(),
        _ => None,
    };
    written.ok_or_else(|| BrokenRule {
        rule: "BR-03".to_owned(),
        place: day.to_string(),
        text: "A day has a year of four digits.".to_owned(),
    })
}

/// A text as one line, without what XML cannot carry. None if nothing is left.
pub fn tidy(text: &str) -> Option<String> {
    let spaced: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let words: Vec<&str> = spaced.split_whitespace().filter(|word| !word.is_empty()).collect();
    Some(words.join(" ").replace(['\u{fffe}', '\u{ffff}'], "")).filter(|text| !text.is_empty())
}

/// The same for a text that may be absent.
pub fn tidy_some(text: Option<&String>) -> Option<String> {
    text.and_then(|text| tidy(text))
}
