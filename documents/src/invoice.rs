//! The pages of an invoice or a credit note.

use super::closing::Closing;
use super::figures::{amount, count, day, percent, period};
use super::layout::{BODY, LEFT, Mark, RIGHT, Sheet};
use super::letter::Letter;
use super::model::{Document, Kind, Line};
use super::table::{self, Cell, Column, Side, cell, cell_with_note};
use super::typeface::Typeface;
use super::vat::VatCategory;
use super::words::{Words, fill};

/// Widths of quantity, unit price, VAT and amount.
const NUMBERS: [f32; 4] = [52.0, 62.0, 40.0, 72.0];

/// Lays out the document.
pub fn pages(document: &Document, typeface: &Typeface) -> Vec<Vec<Mark>> {
    let words = Words::of(document.language);
    let letter = Letter {
        language: document.language,
        title: title(document),
        number: &document.number,
        seller: &document.seller,
        buyer: &document.buyer,
        facts: facts(document, words),
    };
    let mut sheet = Sheet::new(typeface);
    letter.open(&mut sheet);
    if let Kind::CreditNote { reason, .. } = &document.kind {
        let y = sheet.y;
        sheet.y = sheet.paragraph(LEFT, y, RIGHT - LEFT, &format!("{}: {reason}", words.reason), BODY, 8) + 8.0;
    }
    let closing = Closing::of(document, words, &sheet);
    lines(&mut sheet, document, words, closing.height());
    closing.draw(&mut sheet);
    letter.close(sheet)
}

/// What kind of document it is, in its language.
pub fn title(document: &Document) -> &'static str {
    let words = Words::of(document.language);
    if document.is_credit_note() { words.credit_note } else { words.invoice }
}

fn facts<'a>(document: &Document, words: &'a Words) -> Vec<(&'a str, Option<String>)> {
    let language = document.language;
    let (buyer, number) = (&document.buyer, Some(document.number.clone()));
    let issued_on = Some(day(document.issued_on, language));
    let mut facts = match &document.kind {
        Kind::Invoice { due_on } => vec![
            (words.invoice_number, number),
            (words.invoice_day, issued_on),
            (words.due_day, Some(day(*due_on, language))),
        ],
        Kind::CreditNote { invoice_number, invoice_issued_on, .. } => {
            let of = day(*invoice_issued_on, language);
            let credited = format!("{invoice_number} {} {of}", words.credited_invoice_of);
            vec![
                (words.credit_note_number, number),
                (words.credit_note_day, issued_on),
                (words.credited_invoice, Some(credited)),
            ]
        }
    };
    facts.push((words.service_period, document.period().map(|days| period(days, language))));
    facts.push((words.your_reference, buyer.buyer_reference.clone()));
    facts.push((words.purchase_order, document.purchase_order.clone()));
    facts.push((words.your_vat_id, buyer.vat_id.clone()));
    facts.push((words.your_registration, buyer.registration_number.clone().filter(|_| buyer.vat_id.is_none())));
    facts.push((words.our_contact, document.seller.contact_name.clone()));
    facts
}

fn lines(sheet: &mut Sheet, document: &Document, words: &Words, closing: f32) {
    let [quantity, price, vat, net] = NUMBERS;
    let amount_label = format!("{} {}", words.amount, document.currency);
    let number = |label, width| Column { label, width, side: Side::Right };
    let columns = [
        Column { label: words.description, width: table::remaining_width(&NUMBERS), side: Side::Left },
        number(words.quantity, quantity),
        number(words.unit_price, price),
        number(words.vat, vat),
        number(&amount_label, net),
    ];
    let rows: Vec<Vec<Cell>> = document.lines.iter().map(|line| row(document, line, words)).collect();
    table::draw(sheet, &columns, &rows, closing);
}

fn row(document: &Document, line: &Line, words: &Words) -> Vec<Cell> {
    let language = document.language;
    let days = line.proration.map(|part| {
        fill(words.days_charged, &[("days", &count(part.days, language)), ("of", &count(part.of_days, language))])
    });
    let facts = [line.product_code.clone(), line.period.map(|days| period(days, language)), days];
    // A fact stays on one line, so its spaces do not break.
    let facts = facts.into_iter().flatten().filter(|fact| !fact.is_empty());
    let note: Vec<String> = facts.map(|fact| fact.replace(' ', "\u{a0}")).collect();
    let rate = match line.vat_category {
        VatCategory::OutOfScope => "–".to_owned(),
        _ => percent(line.basis_points, language),
    };
    vec![
        cell_with_note(&line.description, note.join(" · ")),
        cell(format!("{}\u{a0}{}", count(line.quantity, language), words.unit(&line.unit_code))),
        cell(amount(line.unit_minor, &document.currency, language)),
        cell(rate),
        cell(amount(line.net_minor, &document.currency, language)),
    ]
}
