//! The form of VAT numbers. Whether a number is registered is not checked.

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

/// Reads a VAT number. The error describes the form that the country uses.
pub fn parse(country: &str, typed: &str) -> Result<String, String> {
    let number = typed.trim().to_ascii_uppercase();
    let Some((_, prefix, forms)) = FORMS.iter().find(|(known, ..)| *known == country) else {
        let is_one =
            (1..=LONGEST).contains(&number.len()) && number.bytes().all(|letter| letter.is_ascii_alphanumeric());
        let message = || format!("Give 1 to {LONGEST} letters and digits, without spaces or punctuation.");
        return if is_one { Ok(number) } else { Err(message()) };
    };
    let is_one = number.strip_prefix(prefix).is_some_and(|rest| forms.iter().any(|form| fits(form, rest)));
    if is_one {
        return Ok(number);
    }
    let shown = forms.iter().map(|form| format!("{prefix}{}", form.replace('A', "L"))).collect::<Vec<_>>().join(", ");
    Err(format!(
        "A VAT number of {country} looks like {shown} (9: a digit, L: a letter, X: either), without spaces or punctuation."
    ))
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
    fn a_number_has_the_form_of_its_country() {
        for (country, good) in [
            ("SE", " se556677889901 "),
            ("DE", "DE123456789"),
            ("GR", "EL123456789"),
            ("AT", "ATU12345678"),
            ("IE", "IE1234567WA"),
            ("NL", "NL123456789B01"),
            ("FR", "FRXX123456789"),
            ("NO", "NO123456789MVA"),
            ("US", "12-3456789".replace('-', "").as_str()),
        ] {
            assert_eq!(parse(country, good).unwrap(), good.trim().to_uppercase(), "{country}");
        }
        for (country, bad) in [
            ("SE", "SE55667788990"),
            ("SE", "556677889901"),
            ("SE", "NO556677889901"),
            ("FR", "FRß123456789"),
            ("GR", "GR123456789"),
            ("DE", "DE12345678A"),
            ("DE", "DE １２３"),
            ("NO", ""),
            ("NO", "NO 123"),
            ("NO", "123456789012345678901"),
        ] {
            assert!(parse(country, bad).is_err(), "{country} {bad}");
        }
    }
}
