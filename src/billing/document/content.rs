//! What stands on the document of an invoice or a credit note. Pure functions.

use documents::{
    AccountingVat, Address, Buyer, Document, ElectronicAddress, ExchangeRate, Kind, Language, Line, Missing, Proration,
    Seller, VatCategory, VatGroup,
};
use entity::invoice_line::VatCategory as Stored;
use entity::{credit_note, credit_note_line, credit_note_vat, invoice, invoice_line, invoice_vat};

use crate::base::locale::Locale;
use crate::billing::details::Buyer as StoredBuyer;
use crate::billing::exchange::Rate;
use crate::billing::invoice::reference;
use crate::billing::invoice::{Composed, exemption_text};
use crate::billing::issuer::rules::Seller as StoredSeller;

const fn category(stored: Stored) -> VatCategory {
    match stored {
        Stored::Standard => VatCategory::Standard,
        Stored::ZeroRated => VatCategory::ZeroRated,
        Stored::Exempt => VatCategory::Exempt,
        Stored::ReverseCharge => VatCategory::ReverseCharge,
        Stored::OutsideScope => VatCategory::OutOfScope,
    }
}

/// The code of the VATEX list for a category.
const fn exemption_code(stored: Stored) -> Option<&'static str> {
    match stored {
        Stored::ReverseCharge => Some("VATEX-EU-AE"),
        Stored::OutsideScope => Some("VATEX-EU-O"),
        Stored::Standard | Stored::ZeroRated | Stored::Exempt => None,
    }
}

/// The language of a document.
pub const fn language(locale: Locale) -> Language {
    match locale {
        Locale::En => Language::En,
        Locale::De => Language::De,
        Locale::Sv => Language::Sv,
    }
}

fn electronic(address: Option<String>, scheme: Option<String>) -> Option<ElectronicAddress> {
    Some(ElectronicAddress { address: address?, scheme: scheme? })
}

/// The issuer as it stands on a document.
pub fn seller(stored: StoredSeller) -> Seller {
    let given = |text: String| Some(text).filter(|text| !text.is_empty());
    Seller {
        legal_name: stored.legal_name,
        address: Address {
            street: given(stored.address),
            city: given(stored.city),
            post_code: given(stored.post_code),
            country: stored.country,
        },
        registration_number: given(stored.registration_no),
        vat_id: stored.vat_id,
        electronic_address: electronic(stored.electronic_address, stored.electronic_scheme),
        iban: stored.iban,
        bic: stored.bic,
        bankgiro: stored.bankgiro,
        contact_name: given(stored.contact_name),
        telephone: given(stored.telephone),
        mail: given(stored.email),
        has_f_tax: stored.has_f_tax,
    }
}

/// The buyer as it stands on a document.
pub fn buyer(stored: StoredBuyer) -> Buyer {
    let is_business = stored.is_business();
    Buyer {
        name: stored.name,
        address: Address {
            street: Some(stored.address).filter(|text| !text.is_empty()),
            city: stored.city,
            post_code: stored.post_code,
            country: stored.country,
        },
        vat_id: stored.vat_id,
        registration_number: stored.registration_no,
        buyer_reference: stored.buyer_reference,
        electronic_address: electronic(stored.electronic_address, stored.electronic_scheme),
        is_business,
    }
}

fn line(row: &invoice_line::Model) -> Line {
    Line {
        description: row.description.clone(),
        product_code: Some(row.product_code.clone()).filter(|code| !code.is_empty()),
        quantity: row.quantity,
        unit_code: row.unit_code.clone(),
        unit_minor: row.unit_minor,
        proration: row.days.zip(row.of_days).map(|(days, of_days)| Proration { days, of_days }),
        net_minor: row.net_minor,
        period: row.period_starts_on.zip(row.period_ends_on),
        vat_category: category(row.vat_category),
        basis_points: row.vat_basis_points,
    }
}

fn group(stored: Stored, basis_points: i32, (base_minor, vat_minor): (i64, i64), exemption: Option<&str>) -> VatGroup {
    VatGroup {
        category: category(stored),
        basis_points,
        base_minor,
        vat_minor,
        exemption_code: exemption_code(stored).map(str::to_owned),
        exemption_text: exemption.map(|text| exemption_text(text).to_owned()),
    }
}

fn accounting_vat(currency: Option<&String>, vat_minor: Option<i64>, exchange: Option<&str>) -> Option<AccountingVat> {
    let rate = exchange.and_then(Rate::read);
    let rate = rate.map(|rate| ExchangeRate { rate: rate.text(), day: rate.day, source: rate.source });
    Some(AccountingVat { currency: currency?.clone(), vat_minor: vat_minor?, rate })
}

/// Buyer and seller as an invoice keeps them; `None` for one from before they were kept.
fn parties(row: &invoice::Model) -> Option<(StoredSeller, StoredBuyer)> {
    let (seller, buyer): (StoredSeller, StoredBuyer) =
        (serde_json::from_str(&row.seller).ok()?, serde_json::from_str(&row.buyer).ok()?);
    (!seller.legal_name.is_empty()).then_some((seller, buyer))
}

/// What stands on an issued invoice; `None` for a draft, and for one from before documents were written.
pub fn invoice(of: &Composed) -> Option<Document> {
    of.invoice.number.as_ref()?;
    Some(Document { lines: of.lines.iter().map(line).collect(), ..without_lines(&of.invoice, &of.vat)? })
}

/// What electronic invoices lack of what their rules ask for. That of a draft can still be mended.
pub fn missing(row: &invoice::Model, vat: &[invoice_vat::Model]) -> Vec<Missing> {
    without_lines(row, vat).map(|document| documents::missing(&document)).unwrap_or_default()
}

fn without_lines(row: &invoice::Model, vat: &[invoice_vat::Model]) -> Option<Document> {
    let (stored_seller, stored_buyer) = parties(row)?;
    let vat = vat
        .iter()
        .map(|one| group(one.category, one.basis_points, (one.base_minor, one.vat_minor), one.exemption.as_deref()));
    Some(Document {
        kind: Kind::Invoice { due_on: row.due_on.unwrap_or_default() },
        number: row.number.clone().unwrap_or_default(),
        issued_on: row.issued_on.unwrap_or_default(),
        currency: row.currency.clone(),
        language: language(stored_buyer.locale()),
        seller: seller(stored_seller),
        buyer: buyer(stored_buyer),
        purchase_order: row.purchase_order.clone(),
        lines: Vec::new(),
        vat_groups: vat.collect(),
        net_minor: row.net_minor,
        vat_minor: row.vat_minor,
        total_minor: row.total_minor,
        paid_minor: 0,
        payment_reference: row.payment_reference.as_deref().map(reference::shown),
        accounting_vat: accounting_vat(
            row.accounting_currency.as_ref(),
            row.accounting_vat_minor,
            row.exchange.as_deref(),
        ),
    })
}

/// What stands on a credit note of an invoice; `None` if the invoice has no document either.
pub fn credit_note(
    of: &Composed,
    row: &credit_note::Model,
    lines: &[credit_note_line::Model],
    vat: &[credit_note_vat::Model],
) -> Option<Document> {
    let (stored_seller, stored_buyer) = parties(&of.invoice)?;
    let credited = lines.iter().filter_map(|credited| {
        let invoiced = of.lines.iter().find(|line| line.id == credited.invoice_line_id)?;
        let is_whole = credited.net_minor == invoiced.net_minor;
        let part = invoice_line::Model {
            quantity: if credited.net_minor < 0 { -1 } else { 1 },
            unit_minor: credited.net_minor.abs(),
            net_minor: credited.net_minor,
            days: None,
            of_days: None,
            ..invoiced.clone()
        };
        Some(line(if is_whole { invoiced } else { &part }))
    });
    let exemption = |category: Stored| of.vat.iter().find(|one| one.category == category)?.exemption.as_deref();
    let groups = vat
        .iter()
        .map(|one| group(one.category, one.basis_points, (one.base_minor, one.vat_minor), exemption(one.category)));
    Some(Document {
        kind: Kind::CreditNote {
            invoice_number: of.invoice.number.clone()?,
            invoice_issued_on: of.invoice.issued_on?,
            reason: row.reason.clone(),
        },
        number: row.number.clone(),
        issued_on: row.issued_on,
        currency: row.currency.clone(),
        language: language(stored_buyer.locale()),
        seller: seller(stored_seller),
        buyer: buyer(stored_buyer),
        purchase_order: of.invoice.purchase_order.clone(),
        lines: credited.collect(),
        vat_groups: groups.collect(),
        net_minor: row.net_minor,
        vat_minor: row.vat_minor,
        total_minor: row.total_minor,
        paid_minor: 0,
        payment_reference: None,
        accounting_vat: accounting_vat(
            row.accounting_currency.as_ref(),
            row.accounting_vat_minor,
            of.invoice.exchange.as_deref(),
        ),
    })
}
