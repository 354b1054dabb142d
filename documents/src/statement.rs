//! A commission statement: what it says, and its pages.

use chrono::{Datelike, NaiveDate};

use super::figures::{amount, day, money, percent, period};
use super::layout::{BODY, LEFT, Mark, RIGHT, Sheet};
use super::letter::Letter;
use super::model::{Buyer, Language, Seller};
use super::sums::{self, Sum};
use super::table::{self, Cell, Column, Side, cell, cell_with_note};
use super::typeface::Typeface;
use super::words::{Words, months};

/// Widths of client, base, rate and commission.
const WIDTHS: [f32; 4] = [122.0, 62.0, 38.0, 80.0];

/// Space above the sums.
const SPACE: f32 = 14.0;

/// What a reseller earned in one month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The number or reference of the statement.
    pub number: String,
    /// The business day on which it was made.
    pub made_on: NaiveDate,
    /// Any day of the month that it is about.
    pub month: NaiveDate,
    /// ISO 4217 code of all amounts.
    pub currency: String,
    /// The language of the labels.
    pub language: Language,
    /// The company that pays the commission.
    pub seller: Seller,
    /// The reseller.
    pub reseller: Buyer,
    /// What was carried over from earlier months. May be negative.
    pub opening_minor: i64,
    /// The commission, line by line.
    pub rows: Vec<StatementRow>,
    /// The commission of this month: the sum of the rows.
    pub total_minor: i64,
    /// What is paid out now. The rest is carried over.
    pub payout_minor: i64,
}

/// The commission on one line of an invoice or a credit note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementRow {
    /// The client that bought.
    pub client: String,
    /// What it bought.
    pub product: String,
    /// First and last day of what was charged.
    pub period: Option<(NaiveDate, NaiveDate)>,
    /// The amount that the commission is computed on.
    pub base_minor: i64,
    /// The rate in hundredths of a percent.
    pub basis_points: i32,
    /// The commission. Negative for a credit.
    pub amount_minor: i64,
}

/// Lays out the statement.
pub fn pages(statement: &Statement, typeface: &Typeface) -> Vec<Vec<Mark>> {
    let words = Words::of(statement.language);
    let letter = Letter {
        language: statement.language,
        title: words.statement,
        number: &statement.number,
        seller: &statement.seller,
        buyer: &statement.reseller,
        facts: vec![
            (words.statement_number, Some(statement.number.clone())),
            (words.credit_note_day, Some(day(statement.made_on, statement.language))),
            (words.month, Some(month(statement))),
            (words.your_vat_id, statement.reseller.vat_id.clone()),
        ],
    };
    let mut sheet = Sheet::new(typeface);
    letter.open(&mut sheet);
    let sums = closing(statement, words);
    rows(&mut sheet, statement, words, sums::height(&sums) + SPACE);
    sheet.make_room(sums::height(&sums) + SPACE);
    let top = sheet.y + SPACE;
    sums::draw(&mut sheet, top, &sums);
    letter.close(sheet)
}

/// The month with its year.
pub fn month(statement: &Statement) -> String {
    let index = usize::try_from(statement.month.month0()).unwrap_or(0);
    let name = months(statement.language).get(index).copied().unwrap_or_default();
    format!("{name} {}", statement.month.year())
}

fn rows(sheet: &mut Sheet, statement: &Statement, words: &Words, closing: f32) {
    if statement.rows.is_empty() {
        let y = sheet.y + BODY.size;
        sheet.text_within(LEFT, RIGHT, y, words.no_commission, BODY);
        sheet.y = y + BODY.leading;
        return;
    }
    let [client, base, rate, commission] = WIDTHS;
    let commission_label = format!("{} {}", words.commission, statement.currency);
    let column = |label, width, side| Column { label, width, side };
    let columns = [
        column(words.client, client, Side::Left),
        column(words.product, table::remaining_width(&WIDTHS), Side::Left),
        column(words.base, base, Side::Right),
        column(words.rate, rate, Side::Right),
        column(&commission_label, commission, Side::Right),
    ];
    let rows: Vec<Vec<Cell>> = statement.rows.iter().map(|line| row(statement, line)).collect();
    table::draw(sheet, &columns, &rows, closing);
}

fn row(statement: &Statement, row: &StatementRow) -> Vec<Cell> {
    let (currency, language) = (statement.currency.as_str(), statement.language);
    vec![
        cell(&row.client),
        cell_with_note(&row.product, row.period.map(|days| period(days, language)).unwrap_or_default()),
        cell(amount(row.base_minor, currency, language)),
        cell(percent(row.basis_points, language)),
        cell(amount(row.amount_minor, currency, language)),
    ]
}

/// What is carried over, earned, carried forward and paid out.
fn closing<'a>(statement: &Statement, words: &'a Words) -> Vec<Sum<'a>> {
    let money = |minor| money(minor, &statement.currency, statement.language);
    let left = statement.opening_minor.saturating_add(statement.total_minor).saturating_sub(statement.payout_minor);
    let mut sums = Vec::new();
    if statement.opening_minor != 0 {
        sums.push(Sum::part(words.opening, money(statement.opening_minor)));
    }
    sums.push(Sum::part(words.commission_of, money(statement.total_minor)));
    if left != 0 {
        sums.push(Sum::part(words.closing, money(left)));
    }
    sums.push(Sum::main(words.payout, money(statement.payout_minor)));
    sums
}
