//! Vouchers as DATEV postings (EXTF 700, category 21 "Buchungsstapel", version 13), the format of German tax advisers.
//!
//! Source: developer.datev.de, "DATEV-Format", pages "Header" and "Buchungsstapel": Windows-1252, fields between semicolons,
//! texts in quotation marks, CR LF, one line of head, one of column names, and 125 fields a row. A row has an account and
//! one counter account, so a voucher becomes a row for each pair of a debit and a credit.

use chrono::{Datelike, NaiveDate, NaiveDateTime};
use encoding_rs::WINDOWS_1252;

use super::plan::AccountPlan;
use super::voucher::{Posting, Voucher};
use super::writing::{ExportError, decimal, require_currency};

/// How many rows a file can have.
const MOST_ROWS: usize = 99_999;
/// The largest amount, in minor units: ten digits before the comma.
const MOST: i64 = 999_999_999_999;
/// Switches off the VAT that an account computes by itself (BU-Schlüssel, "Aufhebung der Automatik").
const WITHOUT_AUTOMATIC: &str = "0040";

/// What stands at the head of the file.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    /// The number of the tax adviser (Beraternummer).
    pub consultant: u32,
    /// The number of the issuer at the tax adviser (Mandantennummer).
    pub client: u32,
    /// The first day of the business year.
    pub year_starts_on: NaiveDate,
    /// The digits of an account, 4 to 8.
    pub account_digits: u8,
    /// When the file is written, in the time zone of the installation.
    pub written_at: NaiveDateTime,
    /// The first day of the period. A file has a part of one business year.
    pub from: NaiveDate,
    /// The last day of the period.
    pub to: NaiveDate,
    /// A name for people, 30 letters at most.
    pub label: &'a str,
    /// The currency, as ISO 4217. It has two decimals.
    pub currency: &'a str,
    /// Whether the postings cannot be changed after the import (Festschreibung).
    pub is_final: bool,
    /// The plan of accounts, for example 03.
    pub chart: &'a str,
}

/// The names of the columns before and after those that only count up.
const FIRST_COLUMNS: [&str; 20] = [
    "Umsatz (ohne Soll/Haben-Kz)",
    "Soll/Haben-Kennzeichen",
    "WKZ Umsatz",
    "Kurs",
    "Basis-Umsatz",
    "WKZ Basis-Umsatz",
    "Konto",
    "Gegenkonto (ohne BU-Schlüssel)",
    "BU-Schlüssel",
    "Belegdatum",
    "Belegfeld 1",
    "Belegfeld 2",
    "Skonto",
    "Buchungstext",
    "Postensperre",
    "Diverse Adressnummer",
    "Geschäftspartnerbank",
    "Sachverhalt",
    "Zinssperre",
    "Beleglink",
];
const MIDDLE_COLUMNS: [&str; 11] = [
    "KOST1 - Kostenstelle",
    "KOST2 - Kostenstelle",
    "Kost-Menge",
    "EU-Land u. UStID (Bestimmung)",
    "EU-Steuersatz (Bestimmung)",
    "Abw. Versteuerungsart",
    "Sachverhalt L+L",
    "Funktionsergänzung L+L",
    "BU 49 Hauptfunktionstyp",
    "BU 49 Hauptfunktionsnummer",
    "BU 49 Funktionsergänzung",
];
const LAST_COLUMNS: [&str; 38] = [
    "Stück",
    "Gewicht",
    "Zahlweise",
    "Forderungsart",
    "Veranlagungsjahr",
    "Zugeordnete Fälligkeit",
    "Skontotyp",
    "Auftragsnummer",
    "Buchungstyp",
    "USt-Schlüssel (Anzahlungen)",
    "EU-Land (Anzahlungen)",
    "Sachverhalt L+L (Anzahlungen)",
    "EU-Steuersatz (Anzahlungen)",
    "Erlöskonto (Anzahlungen)",
    "Herkunft-Kz",
    "Buchungs GUID",
    "KOST-Datum",
    "SEPA-Mandatsreferenz",
    "Skontosperre",
    "Gesellschaftername",
    "Beteiligtennummer",
    "Identifikationsnummer",
    "Zeichnernummer",
    "Postensperre bis",
    "Bezeichnung SoBil-Sachverhalt",
    "Kennzeichen SoBil-Buchung",
    "Festschreibung",
    "Leistungsdatum",
    "Datum Zuord. Steuerperiode",
    "Fälligkeit",
    "Generalumkehr (GU)",
    "Steuersatz",
    "Land",
    "Abrechnungsreferenz",
    "BVV-Position",
    "EU-Land u. UStID (Ursprung)",
    "EU-Steuersatz (Ursprung)",
    "Abw. Skontokonto",
];

/// How many fields a row has.
const COLUMNS: usize = 125;
/// The place of the field that makes a posting final, from 0.
const FINAL: usize = 113;

fn columns() -> Vec<String> {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let pairs = |name: &str, most: u32| {
        (1..=most)
            .flat_map(|number| [format!("{name} - Art {number}"), format!("{name} - Inhalt {number}")])
            .collect::<Vec<_>>()
    };
    [
        owned(&FIRST_COLUMNS),
        pairs("Beleginfo", 8),
        owned(&MIDDLE_COLUMNS),
        pairs("Zusatzinformation", 20),
        owned(&LAST_COLUMNS),
    ]
    .concat()
}

/// A text in quotation marks, cut to the length of its field. Control characters are not allowed.
fn text(text: &str, most: usize) -> String {
    let letters = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
    format!("\"{}\"", letters.take(most).collect::<String>().replace('"', "\"\""))
}

/// A number of a document. The field has few characters.
fn document_number(number: &str) -> String {
    let is_allowed = |letter: &char| letter.is_ascii_alphanumeric() || "$&%*+-/".contains(*letter);
    text(&number.chars().filter(is_allowed).collect::<String>(), 36)
}

fn head_line(head: &Head<'_>) -> String {
    let day = |day: NaiveDate| day.format("%Y%m%d").to_string();
    let mut fields = vec![String::new(); 31];
    let filled = [
        (0, "\"EXTF\"".to_owned()),
        (1, "700".to_owned()),
        (2, "21".to_owned()),
        (3, "\"Buchungsstapel\"".to_owned()),
        (4, "13".to_owned()),
        (5, head.written_at.format("%Y%m%d%H%M%S%3f").to_string()),
        (7, "\"\"".to_owned()),
        (8, "\"\"".to_owned()),
        (9, "\"\"".to_owned()),
        (10, head.consultant.to_string()),
        (11, head.client.to_string()),
        (12, day(head.year_starts_on)),
        (13, head.account_digits.to_string()),
        (14, day(head.from)),
        (15, day(head.to)),
        (16, text(head.label, 30)),
        (17, "\"\"".to_owned()),
        // Postings of the financial accounts, for all purposes.
        (18, "1".to_owned()),
        (19, "0".to_owned()),
        (20, u8::from(head.is_final).to_string()),
        (21, text(head.currency, 3)),
        (23, "\"\"".to_owned()),
        (26, text(head.chart, 2)),
        (29, "\"\"".to_owned()),
        (30, "\"\"".to_owned()),
    ];
    for (place, field) in filled {
        fields[place] = field;
    }
    fields.join(";")
}

/// A voucher as pairs of a debit account, a credit account and an amount above zero.
fn pairs(postings: &[Posting]) -> Vec<(&str, &str, i64)> {
    let side = |sign: i64| {
        let of_side = postings.iter().filter(move |posting| posting.amount_minor.signum() == sign);
        of_side.map(|posting| (posting.account.as_str(), i128::from(posting.amount_minor).abs()))
    };
    let (mut debits, mut credits) = (side(1), side(-1));
    let (mut debit, mut credit) = (debits.next(), credits.next());
    let mut pairs = Vec::new();
    while let (Some((from, owed)), Some((to, due))) = (debit, credit) {
        let amount = owed.min(due);
        // An amount of 64 bits without its sign may need one bit more. It is refused as too large.
        pairs.push((from, to, i64::try_from(amount).unwrap_or(i64::MAX)));
        debit = if owed > amount { Some((from, owed - amount)) } else { debits.next() };
        credit = if due > amount { Some((to, due - amount)) } else { credits.next() };
    }
    pairs
}

fn row(head: &Head<'_>, plan: &AccountPlan, voucher: &Voucher, pair: (&str, &str, i64)) -> Result<String, ExportError> {
    let (debit, credit, minor) = pair;
    if minor > MOST {
        return Err(ExportError::TooLarge(minor));
    }
    let is_automatic = |account: &str| plan.automatic.iter().any(|automatic| automatic == account);
    // The receivable stands in the field Konto, so that the lists of open items show it. The side is that of this field.
    let is_reversed = credit == plan.receivable.number;
    let (account, counter, side) = if is_reversed { (credit, debit, "H") } else { (debit, credit, "S") };
    let mut fields = vec![String::new(); COLUMNS];
    fields[0] = decimal(minor, 2, ',');
    fields[1] = text(side, 1);
    fields[2] = text(head.currency, 3);
    account.clone_into(&mut fields[6]);
    counter.clone_into(&mut fields[7]);
    if is_automatic(debit) || is_automatic(credit) {
        fields[8] = text(WITHOUT_AUTOMATIC, 4);
    }
    fields[9] = voucher.day().format("%d%m").to_string();
    fields[10] = document_number(voucher.number());
    fields[13] = text(voucher.text(), 60);
    fields[FINAL] = u8::from(head.is_final).to_string();
    Ok(fields.join(";"))
}

/// The text in Windows-1252. A question mark stands for what it lacks.
fn encode(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut letter_bytes = [0; 4];
    for letter in text.chars() {
        let (encoded, _, is_lacking) = WINDOWS_1252.encode(letter.encode_utf8(&mut letter_bytes));
        bytes.extend_from_slice(if is_lacking { b"?" } else { &encoded });
    }
    bytes
}

/// The file. Its name must begin with `EXTF_` and end with `.csv`.
pub fn write(head: &Head<'_>, plan: &AccountPlan, vouchers: &[Voucher]) -> Result<Vec<u8>, ExportError> {
    require_currency(vouchers, head.currency)?;
    let is_outside = |voucher: &&Voucher| voucher.day() < head.from || voucher.day() > head.to;
    if let Some(outside) = vouchers.iter().find(is_outside) {
        return Err(ExportError::OutsidePeriod { voucher: outside.number().to_owned() });
    }
    let mut lines = vec![head_line(head), columns().join(";")];
    for voucher in vouchers {
        for pair in pairs(voucher.postings()) {
            lines.push(row(head, plan, voucher, pair)?);
        }
    }
    let rows = lines.len() - 2;
    if rows > MOST_ROWS {
        return Err(ExportError::TooManyRows(rows));
    }
    lines.push(String::new());
    Ok(encode(&lines.join("\r\n")))
}

/// The first day of the business year that a day is in, for a year that begins in the month (1 to 12).
pub fn year_start(day: NaiveDate, month: u32) -> Option<NaiveDate> {
    let year = if day.month() >= month { day.year() } else { day.year() - 1 };
    NaiveDate::from_ymd_opt(year, month, 1)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::posting::{of_payment, tests::document, tests::movement};
    use super::super::voucher::VoucherKind;
    use super::*;
    use crate::billing::vat::rules::Category;
    use crate::billing::vat::sums::Group;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn head() -> Head<'static> {
        Head {
            consultant: 29_098,
            client: 55_003,
            year_starts_on: day("2026-01-01"),
            account_digits: 4,
            written_at: day("2026-04-01").and_hms_milli_opt(14, 1, 40, 439).unwrap(),
            from: day("2026-03-01"),
            to: day("2026-03-31"),
            label: "Tenantry",
            currency: "SEK",
            is_final: false,
            chart: "03",
        }
    }

    fn invoice(plan: &AccountPlan, is_credit: bool) -> Voucher {
        let at = |rate| Group { category: Category::Standard, basis_points: rate };
        document(plan, is_credit, &[(at(1_900), 10_000), (at(700), 3_333)]).unwrap()
    }

    /// The rows as a reader of CSV in Windows-1252 sees them, without the head.
    fn rows(bytes: &[u8]) -> Vec<Vec<String>> {
        let (text, ..) = WINDOWS_1252.decode(bytes);
        assert!(text.ends_with("\r\n") && !text.replace("\r\n", "").contains(['\r', '\n']));
        let rest = text.split_once("\r\n").unwrap().1;
        let mut reader = csv::ReaderBuilder::new().delimiter(b';').has_headers(false).from_reader(rest.as_bytes());
        reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
    }

    /// The sums of accounts that the rows lead to.
    fn sums(rows: &[Vec<String>]) -> BTreeMap<String, i64> {
        let mut sums = BTreeMap::new();
        for row in rows {
            let minor: i64 = row[0].replace(',', "").parse().unwrap();
            assert!(minor > 0);
            let sign = match row[1].as_str() {
                "S" => 1,
                "H" => -1,
                other => panic!("{other}"),
            };
            *sums.entry(row[6].clone()).or_default() += sign * minor;
            *sums.entry(row[7].clone()).or_default() -= sign * minor;
        }
        sums
    }

    #[test]
    fn the_head_is_that_of_the_published_example() {
        let bytes = write(&head(), &AccountPlan::skr03(), &[]).unwrap();
        let first = bytes.split(|byte| *byte == b'\r').next().unwrap();
        let expected = "\"EXTF\";700;21;\"Buchungsstapel\";13;20260401140140439;;\"\";\"\";\"\";29098;55003;20260101;4;20260301;\
                        20260331;\"Tenantry\";\"\";1;0;0;\"SEK\";;\"\";;;\"03\";;;\"\";\"\"";
        assert_eq!(String::from_utf8_lossy(first), expected);
        let rows = rows(&bytes);
        assert_eq!((rows.len(), rows[0].len()), (1, COLUMNS));
        assert_eq!((rows[0][FINAL].as_str(), rows[0][36].as_str()), ("Festschreibung", "KOST1 - Kostenstelle"));
        assert_eq!(
            (rows[0][124].as_str(), rows[0][86].as_str()),
            ("Abw. Skontokonto", "Zusatzinformation - Inhalt 20")
        );
    }

    #[test]
    fn rows_lead_to_the_sums_of_the_vouchers() {
        let plan = AccountPlan::skr03();
        let vouchers = [invoice(&plan, false), of_payment(&plan, &movement(10_500, 10_000)).unwrap()];
        let rows = rows(&write(&head(), &plan, &vouchers).unwrap());
        assert!(rows.iter().all(|row| row.len() == COLUMNS));
        let found = sums(&rows[1..]);
        let mut expected: BTreeMap<String, i64> = BTreeMap::new();
        for posting in vouchers.iter().flat_map(Voucher::postings) {
            *expected.entry(posting.account.clone()).or_default() += posting.amount_minor;
        }
        assert_eq!(found, expected);
        assert_eq!(found.values().sum::<i64>(), 0);
    }

    #[test]
    fn an_invoice_and_its_credit_note_cancel_each_other() {
        let plan = AccountPlan::skr03();
        let rows = rows(&write(&head(), &plan, &[invoice(&plan, false), invoice(&plan, true)]).unwrap());
        assert!(sums(&rows[1..]).values().all(|sum| *sum == 0));
        assert!(rows[1..].iter().all(|row| row[6] == plan.receivable.number));
    }

    #[test]
    fn fields_have_the_forms_of_the_format() {
        let plan = AccountPlan::skr03();
        let bytes = write(&Head { is_final: true, ..head() }, &plan, &[invoice(&plan, false)]).unwrap();
        let rows = rows(&bytes);
        let row = &rows[1];
        let fields = [0, 1, 2, 6, 7, 8, 9, 10, 13, FINAL].map(|place| row[place].as_str());
        let expected =
            ["100,00", "S", "SEK", "1410", "8400", "0040", "3103", "2026-000001", "Räksmörgås \"Åre\" AB", "1"];
        assert_eq!(fields, expected);
        // VAT is posted to an account that computes nothing.
        assert!(rows[1..].iter().filter(|row| row[7].starts_with("17")).all(|row| row[8].is_empty()));
        assert!(bytes.windows(3).any(|window| window == [b'R', 0xE4, b'k']));
        assert_eq!(encode("€ – 漢"), [0x80, b' ', 0x96, b' ', b'?']);
        assert_eq!(document_number("2026 / 17 ä\"x"), "\"2026/17x\"");
        assert_eq!(text(&"x".repeat(80), 60).len(), 62);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let plan = AccountPlan::skr03();
        let late = Head { to: day("2026-03-30"), ..head() };
        let error = ExportError::OutsidePeriod { voucher: "2026-000001".to_owned() };
        assert_eq!(write(&late, &plan, &[invoice(&plan, false)]), Err(error));
        let amounts = [("1200".to_owned(), i128::from(MOST) + 1), ("1410".to_owned(), -i128::from(MOST) - 1)];
        let huge = Voucher::new(VoucherKind::Payment, ("1", day("2026-03-31")), "", "SEK", amounts).unwrap();
        assert_eq!(write(&head(), &plan, &[huge]), Err(ExportError::TooLarge(MOST + 1)));
    }

    #[test]
    fn a_business_year_may_begin_in_any_month() {
        assert_eq!(year_start(day("2026-03-31"), 1), Some(day("2026-01-01")));
        assert_eq!(year_start(day("2026-03-31"), 7), Some(day("2025-07-01")));
        assert_eq!(year_start(day("2026-07-01"), 7), Some(day("2026-07-01")));
    }
}
