//! Vouchers as SIE 4I, the Swedish format for importing vouchers into a bookkeeping program.
//!
//! The format is that of the SIE group (SIE-Gruppen, "SIE filformat", version 4B, sie.se): text in code page 437 ("PC8"),
//! one label a line, and texts in quotation marks.

use std::fmt::Write;

use chrono::NaiveDate;

use super::plan::AccountPlan;
use super::voucher::Voucher;
use super::writing::{ExportError, decimal, require_currency};

/// What stands at the head of the file.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    /// The name of the program that writes it.
    pub program: &'a str,
    /// The version of the program.
    pub version: &'a str,
    /// The business day of writing.
    pub generated_on: NaiveDate,
    /// The legal name of the issuer.
    pub company: &'a str,
    /// The registration number of the issuer.
    pub registration_no: Option<&'a str>,
    /// The accounting currency, as ISO 4217. All vouchers are in it.
    pub currency: &'a str,
    /// The decimals of the currency. The format has two at most.
    pub exponent: u32,
    /// The series that the vouchers get. The importing program gives their numbers.
    pub series: &'a str,
}

/// The characters 128 to 255 of code page 437.
const CODE_PAGE_437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";

/// What is written for common characters that the code page lacks.
const REPLACED: [(char, &str); 12] = [
    ('ø', "o"),
    ('Ø', "O"),
    ('€', "EUR"),
    ('–', "-"),
    ('—', "-"),
    ('’', "'"),
    ('‘', "'"),
    ('”', "''"),
    ('“', "''"),
    ('š', "s"),
    ('ž', "z"),
    ('ł', "l"),
];

/// A text in code page 437. What it lacks becomes something similar, or a question mark.
fn encode(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for letter in text.chars() {
        let place = CODE_PAGE_437.chars().position(|known| known == letter);
        if letter.is_ascii() {
            bytes.extend(u8::try_from(letter));
        } else if let Some(place) = place.and_then(|place| u8::try_from(place + 128).ok()) {
            bytes.push(place);
        } else {
            let replaced = REPLACED.iter().find(|(known, _)| *known == letter);
            bytes.extend_from_slice(replaced.map_or("?", |(_, by)| by).as_bytes());
        }
    }
    bytes
}

/// A text in quotation marks. The format allows no control characters, and a quotation mark follows a backslash.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            // A backslash of its own could swallow the quotation mark behind it.
            '\\' => quoted.push('/'),
            '\t' | '\n' | '\r' => quoted.push(' '),
            control if control.is_control() => {}
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

/// The file. It names the accounts that the vouchers use.
pub fn write(head: &Head<'_>, plan: &AccountPlan, vouchers: &[Voucher]) -> Result<Vec<u8>, ExportError> {
    require_currency(vouchers, head.currency)?;
    if head.exponent > 2 {
        return Err(ExportError::TooManyDecimals(head.exponent));
    }
    let day = |day: NaiveDate| day.format("%Y%m%d").to_string();
    let mut lines = vec![
        "#FLAGGA 0".to_owned(),
        format!("#PROGRAM {} {}", quoted(head.program), quoted(head.version)),
        "#FORMAT PC8".to_owned(),
        format!("#GEN {}", day(head.generated_on)),
        "#SIETYP 4".to_owned(),
    ];
    lines.extend(head.registration_no.map(|number| format!("#ORGNR {}", quoted(number))));
    lines.push(format!("#FNAMN {}", quoted(head.company)));
    lines.push(format!("#VALUTA {}", head.currency));
    let is_used = |number: &str| vouchers.iter().flat_map(Voucher::postings).any(|posting| posting.account == number);
    for account in plan.accounts().into_iter().filter(|account| is_used(&account.number)) {
        lines.push(format!("#KONTO {} {}", account.number, quoted(&account.name)));
    }
    for voucher in vouchers {
        let text = quoted(&format!("{} {}", voucher.number(), voucher.text()));
        lines.push(format!("#VER {} \"\" {} {text}", quoted(head.series), day(voucher.day())));
        lines.push("{".to_owned());
        for posting in voucher.postings() {
            let amount = decimal(posting.amount_minor, head.exponent, '.');
            lines.push(format!("#TRANS {} {{}} {amount}", posting.account));
        }
        lines.push("}".to_owned());
    }
    let mut file = String::new();
    for line in lines {
        write!(file, "{line}\r\n").map_err(|error| ExportError::Unwritable(error.to_string()))?;
    }
    Ok(encode(&file))
}

#[cfg(test)]
mod tests {
    use super::super::posting::{of_payment, tests::document, tests::movement};
    use super::*;
    use crate::billing::vat::rules::Category;
    use crate::billing::vat::sums::Group;

    /// The fields of a line as an importing program reads them: text in quotation marks, and `{}` as one field.
    fn fields(line: &str) -> Vec<String> {
        let (mut fields, mut field, mut letters) = (Vec::new(), None::<String>, line.chars().peekable());
        let mut is_quoted = false;
        while let Some(letter) = letters.next() {
            match letter {
                '\\' if letters.peek() == Some(&'"') => field.get_or_insert_default().push(letters.next().unwrap()),
                '"' => {
                    is_quoted = !is_quoted;
                    field.get_or_insert_default();
                }
                ' ' if !is_quoted => fields.extend(field.take()),
                other => field.get_or_insert_default().push(other),
            }
        }
        fields.extend(field);
        fields
    }

    fn read(bytes: &[u8]) -> Vec<Vec<String>> {
        let high: Vec<char> = CODE_PAGE_437.chars().collect();
        let text: String = bytes
            .iter()
            .map(|byte| if *byte < 128 { char::from(*byte) } else { high[usize::from(*byte) - 128] })
            .collect();
        assert!(text.ends_with("\r\n"));
        text.split("\r\n").filter(|line| !line.is_empty()).map(fields).collect()
    }

    fn head() -> Head<'static> {
        Head {
            program: "Tenantry",
            version: "1.0",
            generated_on: NaiveDate::from_ymd_opt(2026, 4, 1).unwrap(),
            company: "Räksmörgås AB",
            registration_no: Some("556677-8899"),
            currency: "SEK",
            exponent: 2,
            series: "F",
        }
    }

    fn vouchers() -> Vec<Voucher> {
        let plan = AccountPlan::bas();
        let group = Group { category: Category::Standard, basis_points: 2_500 };
        let lines = [(group, 147_097)];
        vec![
            document(&plan, false, &lines).unwrap(),
            document(&plan, true, &lines).unwrap(),
            of_payment(&plan, &movement(10_500, 10_000)).unwrap(),
        ]
    }

    #[test]
    fn the_file_is_read_back_and_its_vouchers_sum_to_zero() {
        let lines = read(&write(&head(), &AccountPlan::bas(), &vouchers()).unwrap());
        let labels: Vec<&str> = lines.iter().take(8).map(|line| line[0].as_str()).collect();
        assert_eq!(labels, ["#FLAGGA", "#PROGRAM", "#FORMAT", "#GEN", "#SIETYP", "#ORGNR", "#FNAMN", "#VALUTA"]);
        assert_eq!(lines[6], ["#FNAMN", "Räksmörgås AB"]);
        let known: Vec<&str> = lines.iter().filter(|line| line[0] == "#KONTO").map(|line| line[1].as_str()).collect();
        assert_eq!(known, ["1510", "1930", "2420", "2611", "3001"]);
        let (mut sums, mut open) = (Vec::new(), None);
        for line in &lines {
            match line[0].as_str() {
                "#VER" => assert_eq!((line[1].as_str(), line[2].as_str(), line[3].as_str()), ("F", "", "20260331")),
                "{" => open = Some(0_i64),
                "}" => sums.extend(open.take()),
                "#TRANS" => {
                    assert_eq!(line[2], "{}");
                    assert!(known.contains(&line[1].as_str()));
                    let (whole, cents) = line[3].split_once('.').unwrap();
                    assert_eq!(cents.len(), 2);
                    *open.as_mut().unwrap() += format!("{whole}{cents}").parse::<i64>().unwrap();
                }
                _ => assert!(open.is_none()),
            }
        }
        assert_eq!(sums, [0, 0, 0]);
        let first: Vec<&[String]> =
            lines.iter().filter(|line| line[0] == "#TRANS").take(3).map(|line| &line[1..]).collect();
        assert_eq!(first[0], ["1510", "{}", "1838.71"]);
        assert_eq!(first[1], ["3001", "{}", "-1470.97"]);
        assert_eq!(first[2], ["2611", "{}", "-367.74"]);
    }

    #[test]
    fn texts_are_quoted_and_written_in_code_page_437() {
        assert_eq!(encode("åäöÅÄÖé\u{a0}"), [0x86, 0x84, 0x94, 0x8F, 0x8E, 0x99, 0x82, 0xFF]);
        assert_eq!(encode("5 € – Øl 漢"), b"5 EUR - Ol ?");
        assert_eq!(CODE_PAGE_437.chars().count(), 128);
        assert_eq!(quoted("a \"b\"\\\n\u{7}c"), "\"a \\\"b\\\"/ c\"");
        let lines = read(&write(&head(), &AccountPlan::bas(), &vouchers()).unwrap());
        let voucher = lines.iter().find(|line| line[0] == "#VER").unwrap();
        assert_eq!(voucher[4], "2026-000001 Räksmörgås \"Åre\" AB");
    }

    #[test]
    fn other_currencies_and_three_decimals_are_refused() {
        let plan = AccountPlan::bas();
        let error = write(&Head { currency: "EUR", ..head() }, &plan, &vouchers()).unwrap_err();
        let expected = ExportError::OtherCurrency { voucher: "2026-000001".to_owned(), currency: "SEK".to_owned() };
        assert_eq!(error, expected);
        assert_eq!(write(&Head { exponent: 3, ..head() }, &plan, &[]), Err(ExportError::TooManyDecimals(3)));
    }
}
