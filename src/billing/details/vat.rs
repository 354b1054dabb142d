//! The form of VAT numbers. Whether a number is registered is not checked.

use unicode_normalization::UnicodeNormalization;

use crate::base::message::Message;

/// The forms of EU numbers after the country prefix: 9 is a digit, A a letter, X either.
/// (<https://ec.europa.eu/taxation_customs/vies/#/faq>, question 11.)
const FORMS: [(&str, &str, &[&str]); 27] = [
    ("AT", "AT", &["A99999999"]),
    ("BE", "BE", &["9999999999"]),
    ("BG", "BG", &["999999999", "9999999999"]),
    ("CY", "CY", &["99999999A"]),
    ("CZ", "CZ", &["99999999", "999999999", "9999999999"]),
    ("DE", "DE", &["999999999"]),
    ("DK", "DK", &["99999999"]),
    ("EE", "EE", &["999999999"]),
    ("ES", "ES", &["X9999999X"]),
    ("FI", "FI", &["99999999"]),
    ("FR", "FR", &["XX999999999"]),
    // Greece is GR in ISO 3166 and EL in VAT numbers.
    ("GR", "EL", &["999999999"]),
    ("HR", "HR", &["99999999999"]),
    ("HU", "HU", &["99999999"]),
    ("IE", "IE", &["9999999A", "9999999AA", "9X99999A"]),
    ("IT", "IT", &["99999999999"]),
    ("LT", "LT", &["999999999", "999999999999"]),
    ("LU", "LU", &["99999999"]),
    ("LV", "LV", &["99999999999"]),
    ("MT", "MT", &["99999999"]),
    ("NL", "NL", &["XXXXXXXXXX99"]),
    ("PL", "PL", &["9999999999"]),
    ("PT", "PT", &["999999999"]),
    ("RO", "RO", &["99", "999", "9999", "99999", "999999", "9999999", "99999999", "999999999", "9999999999"]),
    ("SE", "SE", &["999999999999"]),
    ("SI", "SI", &["99999999"]),
    ("SK", "SK", &["9999999999"]),
];

/// The longest number of a country outside the EU.
const LONGEST: usize = 20;

/// What may stand behind a Swiss number: VAT in German, French, Italian and English.
const SWISS: [&str; 4] = ["MWST", "TVA", "IVA", "VAT"];

/// Reads a VAT number as it is printed, and gives it without spaces and punctuation. The error describes the form that
/// the country uses.
pub fn parse(country: &str, typed: &str) -> Result<String, Message> {
    let is_between =
        |letter: &char| letter.is_whitespace() || matches!(*letter, '.' | ',' | '-' | '/' | '·' | '‐'..='―');
    let number: String = typed.nfkc().filter(|letter| !is_between(letter)).collect::<String>().to_ascii_uppercase();
    match country {
        "GB" => return british(&number).ok_or_else(british_form),
        "CH" => return swiss(&number).ok_or_else(swiss_form),
        _ => {}
    }
    let Some((_, prefix, forms)) = FORMS.iter().find(|(known, ..)| *known == country) else {
        let is_one =
            (1..=LONGEST).contains(&number.len()) && number.bytes().all(|letter| letter.is_ascii_alphanumeric());
        return if is_one { Ok(number) } else { Err(unknown_form()) };
    };
    // Where the prefix of VAT numbers is not the code of the country, both are printed.
    let rest = number.strip_prefix(prefix).or_else(|| number.strip_prefix(country));
    // The first digit of a Belgian number is 0 or 1. Older prints leave out the 0.
    let rest = rest.map(|rest| if country == "BE" && rest.len() == 9 { format!("0{rest}") } else { rest.to_owned() });
    if let Some(rest) = rest.filter(|rest| forms.iter().any(|form| fits(form, rest))) {
        return Ok(format!("{prefix}{rest}"));
    }
    let shown = forms.iter().map(|form| format!("{prefix}{}", form.replace('A', "L"))).collect::<Vec<_>>().join(", ");
    let message = [
        format!(
            "A VAT number of {country} looks like {shown} (9: a digit, L: a letter, X: either). Spaces and punctuation \
             do not matter."
        ),
        format!(
            "Eine USt-IdNr. aus {country} sieht aus wie {shown} (9: eine Ziffer, L: ein Buchstabe, X: eines von \
             beiden). Leerzeichen und Satzzeichen zählen nicht."
        ),
        format!(
            "Ett momsnummer i {country} ser ut som {shown} (9: en siffra, L: en bokstav, X: vilket som). Mellanslag \
             och skiljetecken spelar ingen roll."
        ),
    ];
    Err(message.into())
}

fn swiss_form() -> Message {
    let message = [
        "A VAT number of CH looks like CHE-123.456.789 MWST.",
        "Eine Mehrwertsteuernummer aus CH sieht aus wie CHE-123.456.789 MWST.",
        "Ett momsnummer i CH ser ut som CHE-123.456.789 MWST.",
    ];
    message.into()
}

/// The form of numbers of which the form is not known.
fn unknown_form() -> Message {
    let message = [
        format!("Give 1 to {LONGEST} letters and digits."),
        format!("Geben Sie 1 bis {LONGEST} Buchstaben und Ziffern an."),
        format!("Ange 1 till {LONGEST} bokstäver och siffror."),
    ];
    message.into()
}

/// A number of CH. All languages have the same number, so what stands behind it is left out.
fn swiss(number: &str) -> Option<String> {
    let bare = SWISS.iter().find_map(|behind| number.strip_suffix(behind)).unwrap_or(number);
    bare.strip_prefix("CHE").filter(|digits| fits("999999999", digits)).map(|digits| format!("CHE{digits}"))
}

/// A number of GB: of a business, with or without the three digits of a branch, of a government department (GD), or of a
/// health authority (HA). Northern Ireland writes XI. The prefix may be missing.
/// (<https://www.gov.uk/guidance/vat-eu-country-codes-vat-numbers-and-vat-in-other-languages>)
fn british(number: &str) -> Option<String> {
    let (prefix, rest) = match number.get(..2) {
        Some("XI") => ("XI", &number[2..]),
        Some("GB") => ("GB", &number[2..]),
        _ => ("GB", number),
    };
    let of_three = |digits: &str| digits.parse::<u16>().ok().filter(|_| fits("999", digits));
    let is_one = match rest.get(..2) {
        Some("GD") => of_three(&rest[2..]).is_some_and(|office| office < 500),
        Some("HA") => of_three(&rest[2..]).is_some_and(|office| office >= 500),
        _ => (fits("999999999", rest) || fits("999999999999", rest)) && has_british_check(rest),
    };
    is_one.then(|| format!("{prefix}{rest}"))
}

/// The first seven digits, weighted 8 to 2, and the two check digits add up to a multiple of 97; with 55 more for newer
/// numbers.
fn has_british_check(digits: &str) -> bool {
    let mut digits = digits.bytes().map(|digit| u32::from(digit - b'0'));
    let weighted: u32 = digits.by_ref().take(7).zip((2..=8).rev()).map(|(digit, weight)| digit * weight).sum();
    let check = digits.take(2).fold(0, |number, digit| number * 10 + digit);
    [0, 55].into_iter().any(|more| (weighted + check + more).is_multiple_of(97))
}

fn british_form() -> Message {
    let message = [
        "A VAT number of GB looks like GB123456782 or GB123456782001 with valid check digits, GBGD001, or GBHA599 (XI \
         instead of GB in Northern Ireland). Spaces and punctuation do not matter.",
        "Eine Umsatzsteuernummer aus GB sieht aus wie GB123456782 oder GB123456782001 mit gültigen Prüfziffern, \
         GBGD001 oder GBHA599 (XI statt GB in Nordirland). Leerzeichen und Satzzeichen zählen nicht.",
        "Ett momsnummer i GB ser ut som GB123456782 eller GB123456782001 med giltiga kontrollsiffror, GBGD001 eller \
         GBHA599 (XI i stället för GB i Nordirland). Mellanslag och skiljetecken spelar ingen roll.",
    ];
    message.into()
}

fn fits(form: &str, text: &str) -> bool {
    form.len() == text.len()
        && form.bytes().zip(text.bytes()).all(|(wanted, letter)| match wanted {
            b'9' => letter.is_ascii_digit(),
            b'A' => letter.is_ascii_uppercase(),
            _ => letter.is_ascii_digit() || letter.is_ascii_uppercase(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_as_printed_is_read_into_one_form() {
        for (country, printed, number) in [
            ("SE", " se556677889901 ", "SE556677889901"),
            ("SE", "SE 556677-8899 01", "SE556677889901"),
            ("DE", "DE 123 456 789", "DE123456789"),
            ("DE", "DE\u{a0}123\u{202f}456\u{2009}789", "DE123456789"),
            ("DE", "ＤＥ１２３４５６７８９", "DE123456789"),
            ("GR", "EL 123456789", "EL123456789"),
            ("GR", "GR123456789", "EL123456789"),
            ("AT", "ATU 1234 5678", "ATU12345678"),
            ("BE", "BE 0403.019.261", "BE0403019261"),
            ("BE", "BE-403.019.261", "BE0403019261"),
            ("ES", "ES-B12345678", "ESB12345678"),
            ("IE", "IE1234567WA", "IE1234567WA"),
            ("NL", "NL 1234.56.789.B01", "NL123456789B01"),
            ("FR", "FR XX 123 456 789", "FRXX123456789"),
            ("CZ", "CZ–12345678", "CZ12345678"),
            ("CH", "CHE-123.456.789 MWST", "CHE123456789"),
            ("CH", "CHE-123.456.789 TVA", "CHE123456789"),
            ("CH", "che-123.456.789 iva", "CHE123456789"),
            ("CH", "CHE 123 456 789", "CHE123456789"),
            ("GB", "GB 980 7806 84", "GB980780684"),
            ("GB", "980 7806 84", "GB980780684"),
            ("GB", "GB 434 0319 29 001", "GB434031929001"),
            ("GB", "GD 001", "GBGD001"),
            ("GB", "GB HA599", "GBHA599"),
            ("GB", "XI 980 7806 84", "XI980780684"),
            ("NO", "NO 123 456 789 MVA", "NO123456789MVA"),
            ("US", "12-3456789", "123456789"),
        ] {
            assert_eq!(parse(country, printed).as_deref(), Ok(number), "{country} {printed}");
            assert_eq!(parse(country, number).as_deref(), Ok(number), "{country} {number}");
        }
        for (country, bad) in [
            ("SE", "SE55667788990"),
            ("SE", "556677889901"),
            ("SE", "NO556677889901"),
            ("FR", "FRß123456789"),
            ("GR", "SE123456789"),
            ("DE", "DE12345678A"),
            ("DE", "DE １２３"),
            ("DE", "DE123456789MWST"),
            ("BE", "BE12345678"),
            ("CH", "CHE-123.456.78 MWST"),
            ("CH", "CHE-123.456.789 MWSTX"),
            ("CH", "DE123456789"),
            ("GB", "GB980780685"),
            ("GB", "GB98078068"),
            ("GB", "GBGD500"),
            ("GB", "GBHA499"),
            ("GB", "GBHA+99"),
            ("GB", "ÄÖ"),
            ("NO", ""),
            ("NO", " - "),
            ("NO", "NO_123"),
            ("NO", "123456789012345678901"),
        ] {
            assert!(parse(country, bad).is_err(), "{country} {bad}");
        }
    }
}
