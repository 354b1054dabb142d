//! Payment references with check digits, made from an invoice number: OCR numbers and RF references. Pure functions.
//!
//! An OCR number is the digits of the invoice number, the last digit of the whole length, and a check digit. The check digit
//! is that of the Luhn algorithm (ISO/IEC 7812-1, Annex B). Bankgirot calls it OCR control with length check. An RF
//! reference is defined by ISO 11649: RF, two check digits by ISO/IEC 7064 MOD 97-10, and up to 21 letters and digits.

use std::error::Error;
use std::fmt::{self, Display, Formatter};

/// The longest OCR number, both control digits included.
const LONGEST_OCR: usize = 25;
/// The longest part of an RF reference after the check digits.
const LONGEST_RF: usize = 21;

/// The two kinds of references.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReferenceKind {
    /// Digits only, for Swedish giro payments.
    Ocr,
    /// The creditor reference of ISO 11649, for SEPA payments.
    Rf,
}

/// Why no reference can be made of an invoice number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReferenceError {
    /// It has a character that the kind of reference cannot express.
    Unusable(char),
    /// It is longer than the kind of reference allows.
    TooLong,
    /// It has neither letters nor digits.
    Empty,
}

impl Display for ReferenceError {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unusable(letter) => write!(formatter, "A payment reference cannot have {letter:?}."),
            Self::TooLong => formatter.write_str("The number is too long for a payment reference."),
            Self::Empty => formatter.write_str("The number has no letters or digits."),
        }
    }
}

impl Error for ReferenceError {}

/// What separates the parts of a number, and has no meaning.
const fn is_separator(letter: char) -> bool {
    matches!(letter, '-' | '/' | '.' | ' ' | '_')
}

/// A number without its separators, as far as the kind can express it.
fn payload(kind: ReferenceKind, number: &str) -> Result<String, ReferenceError> {
    let mut payload = String::new();
    for letter in number.chars().filter(|letter| !is_separator(*letter)) {
        if letter.is_ascii_digit() || (kind == ReferenceKind::Rf && letter.is_ascii_alphabetic()) {
            payload.push(letter.to_ascii_uppercase());
        } else {
            return Err(ReferenceError::Unusable(letter));
        }
    }
    if payload.is_empty() { Err(ReferenceError::Empty) } else { Ok(payload) }
}

/// The reference for an invoice number, without spaces.
pub fn make(kind: ReferenceKind, number: &str) -> Result<String, ReferenceError> {
    let payload = payload(kind, number)?;
    match kind {
        ReferenceKind::Ocr if payload.len() + 2 > LONGEST_OCR => Err(ReferenceError::TooLong),
        ReferenceKind::Ocr => {
            let checked = format!("{payload}{}", (payload.len() + 2) % 10);
            let digit = (10 - luhn(&format!("{checked}0")) % 10) % 10;
            Ok(format!("{checked}{digit}"))
        }
        ReferenceKind::Rf if payload.len() > LONGEST_RF => Err(ReferenceError::TooLong),
        ReferenceKind::Rf => Ok(format!("RF{:02}{payload}", 98 - mod_97(&format!("{payload}RF00")))),
    }
}

/// Reads a reference as it was typed. Gives the letters and digits of the invoice number if all check digits are right.
pub fn parse(kind: ReferenceKind, typed: &str) -> Option<String> {
    let typed: String = typed.chars().filter(|letter| !letter.is_whitespace()).collect::<String>().to_ascii_uppercase();
    match kind {
        ReferenceKind::Ocr => parse_ocr(&typed),
        ReferenceKind::Rf => parse_rf(&typed),
    }
}

fn parse_ocr(digits: &str) -> Option<String> {
    let is_formed = (3..=LONGEST_OCR).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit());
    if !is_formed || !luhn(digits).is_multiple_of(10) {
        return None;
    }
    let (payload, control) = digits.split_at(digits.len() - 2);
    let length = (digits.len() % 10).to_string();
    control.starts_with(&length).then(|| payload.to_owned())
}

fn parse_rf(reference: &str) -> Option<String> {
    let rest = reference.strip_prefix("RF").filter(|rest| rest.bytes().all(|letter| letter.is_ascii_alphanumeric()))?;
    let (check, payload) = rest.split_at_checked(2)?;
    let is_formed = check.bytes().all(|digit| digit.is_ascii_digit()) && (1..=LONGEST_RF).contains(&payload.len());
    (is_formed && mod_97(&format!("{payload}RF{check}")) == 1).then(|| payload.to_owned())
}

/// The sum of the Luhn algorithm: from the right, every second digit is doubled, and digits are added up. A valid number
/// has a multiple of ten.
fn luhn(digits: &str) -> u32 {
    let weigh = |(place, digit): (usize, u8)| {
        let digit = u32::from(digit - b'0');
        let doubled = if place % 2 == 1 { digit * 2 } else { digit };
        if doubled > 9 { doubled - 9 } else { doubled }
    };
    digits.bytes().rev().enumerate().map(weigh).sum()
}

/// The remainder by 97, where letters count 10 to 35. The text has only upper case letters and digits.
fn mod_97(text: &str) -> u32 {
    text.chars().filter_map(|letter| letter.to_digit(36)).fold(0, |rest, value| {
        let shift = if value > 9 { 100 } else { 10 };
        (rest * shift + value) % 97
    })
}

/// A reference as people read it: an RF reference in groups of four. OCR numbers are printed without spaces.
pub fn shown(reference: &str) -> String {
    if !reference.starts_with("RF") {
        return reference.to_owned();
    }
    let letters: Vec<char> = reference.chars().collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::ReferenceKind::{Ocr, Rf};
    use super::*;

    #[test]
    fn the_references_of_an_invoice_number_are_known() {
        // N1.
        assert_eq!(shown(&make(Rf, "2026-000001").unwrap()), "RF42 2026 0000 01");
        assert_eq!(make(Ocr, "2026-000001").unwrap(), "202600000121");
    }

    #[test]
    fn the_example_of_the_standard_is_valid() {
        assert_eq!(parse(Rf, "RF18 5390 0754 7034").as_deref(), Some("539007547034"));
        assert_eq!(parse(Rf, "rf18539007547034").as_deref(), Some("539007547034"));
        assert_eq!(parse(Rf, "RF18 5390 0754 7035"), None);
        assert_eq!(make(Rf, "539007547034").unwrap(), "RF18539007547034");
    }

    #[test]
    fn references_give_the_number_back() {
        assert_eq!(parse(Ocr, "2026 0000 0121").as_deref(), Some("2026000001"));
        assert_eq!(parse(Rf, &make(Rf, "inv/2026-7").unwrap()).as_deref(), Some("INV20267"));
    }

    #[test]
    fn numbers_that_cannot_be_expressed_are_refused() {
        assert_eq!(make(Ocr, "F-1"), Err(ReferenceError::Unusable('F')));
        assert_eq!(make(Rf, "Ö-1"), Err(ReferenceError::Unusable('Ö')));
        assert_eq!(make(Rf, "--"), Err(ReferenceError::Empty));
        assert!(make(Ocr, &"1".repeat(23)).is_ok());
        assert_eq!(make(Ocr, &"1".repeat(24)), Err(ReferenceError::TooLong));
        assert!(make(Rf, &"1".repeat(21)).is_ok());
        assert_eq!(make(Rf, &"1".repeat(22)), Err(ReferenceError::TooLong));
    }

    #[test]
    fn a_wrong_length_digit_is_found_even_if_the_check_digit_is_right() {
        // Luhn holds for 18, the length digit would be 2.
        assert_eq!(parse(Ocr, "18"), None);
        // 79927398713 is the usual example of Luhn. Its length digit would be 1, and it is.
        assert_eq!(parse(Ocr, "79927398713").as_deref(), Some("799273987"));
        assert_eq!(parse(Ocr, "4111111111111111"), None);
    }

    #[test]
    fn other_texts_are_not_references() {
        for typed in
            ["", "RF", "RF1", "RF18", "RF18539007547034É", "ÅÄÖ", "RFAB123", "12345678901234567890123456", "-1"]
        {
            assert_eq!(parse(Rf, typed), None, "{typed}");
            assert_eq!(parse(Ocr, typed), None, "{typed}");
        }
    }

    proptest! {
        #[test]
        fn one_wrong_character_is_always_found(number in "[0-9]{3,20}", place in 0_usize..20, digit in 0_u8..10) {
            for kind in [Ocr, Rf] {
                let reference = make(kind, &number).unwrap();
                prop_assert_eq!(parse(kind, &reference), Some(number.clone()));
                let place = if kind == Rf { 2 + place % (reference.len() - 2) } else { place % reference.len() };
                let mut wrong = reference.clone().into_bytes();
                wrong[place] = b'0' + digit;
                let wrong = String::from_utf8(wrong).unwrap();
                prop_assert_eq!(parse(kind, &wrong).is_some(), wrong == reference, "{}", wrong);
            }
        }

        #[test]
        fn any_text_can_be_read(typed in "\\PC{0,40}") {
            let _ = (parse(Ocr, &typed), parse(Rf, &typed));
        }
    }
}
