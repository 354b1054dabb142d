//! Validation and cleaning of text that people type in.

use crate::base::error::{UserError, UserErrorCode};

/// Longest name, in characters.
const LONGEST_NAME: usize = 200;
/// Longest address, in characters.
const LONGEST_ADDRESS: usize = 1000;
/// Longest reference number, in characters.
const LONGEST_REFERENCE: usize = 100;
/// Longest reason, in characters.
const LONGEST_REASON: usize = 1000;

/// A trimmed name, or an error that says what is wrong.
pub fn name(field: &str, typed: &str) -> Result<String, UserError> {
    let name = typed.trim();
    let wrong = |message: &str| Err(UserError::at(field, UserErrorCode::InvalidInput, message));
    if name.is_empty() {
        return wrong("Give a name.");
    }
    if name.chars().count() > LONGEST_NAME {
        return wrong("A name has at most 200 characters.");
    }
    if name.chars().any(is_deceptive) {
        return wrong(
            "A name cannot contain line breaks, other control characters, or characters that hide or reverse text.",
        );
    }
    Ok(name.to_owned())
}

/// A trimmed reference number from somebody's own books, or an error that says what is wrong.
pub fn reference(field: &str, typed: &str) -> Result<String, UserError> {
    let reference = typed.trim();
    let length = reference.chars().count();
    if (1..=LONGEST_REFERENCE).contains(&length) && !reference.chars().any(is_deceptive) {
        return Ok(reference.to_owned());
    }
    let message = "A number has 1 to 100 characters, without line breaks or characters that hide or reverse text.";
    Err(UserError::at(field, UserErrorCode::InvalidInput, message))
}

/// A reason, in one paragraph, or an error that says what is wrong.
pub fn reason(field: &str, typed: &str) -> Result<String, UserError> {
    let reason = typed.trim();
    let wrong = |message: &str| Err(UserError::at(field, UserErrorCode::InvalidInput, message));
    if reason.is_empty() {
        return wrong("Give a reason.");
    }
    if reason.chars().count() > LONGEST_REASON {
        return wrong("A reason has at most 1000 characters.");
    }
    if reason.chars().any(is_deceptive) {
        return wrong("A reason is one paragraph, without line breaks or characters that hide or reverse text.");
    }
    Ok(reason.to_owned())
}

/// The trimmed lines of an address, without empty lines at either end, or an error that says what is wrong.
pub fn address(field: &str, typed: &str) -> Result<String, UserError> {
    let address = typed.trim().lines().map(str::trim).collect::<Vec<_>>().join("\n");
    let wrong = |message: &str| Err(UserError::at(field, UserErrorCode::InvalidInput, message));
    if address.is_empty() {
        return wrong("Give an address.");
    }
    if address.chars().count() > LONGEST_ADDRESS {
        return wrong("An address has at most 1000 characters.");
    }
    if address.chars().any(|letter| letter != '\n' && is_deceptive(letter)) {
        return wrong(
            "An address cannot contain control characters (except line breaks), or characters that hide or reverse text.",
        );
    }
    Ok(address)
}

/// Control characters and characters that disguise text: line breaks, invisible characters, and those that change the
/// direction of text.
pub fn is_deceptive(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}' | '\u{2028}'..='\u{202e}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_lines_and_nothing_that_hides() {
        assert_eq!(
            address("address", " Storgatan 1 \r\n 111 22  Stockholm\n").unwrap(),
            "Storgatan 1\n111 22  Stockholm"
        );
        for bad in ["", " \n ", "a\tb\u{7}", "a\u{202e}b", "a\0", &"a".repeat(1001)] {
            assert_eq!(address("address", bad).unwrap_err().code, UserErrorCode::InvalidInput, "{bad:?}");
        }
    }

    #[test]
    fn a_number_is_one_line_of_a_hundred_characters_at_most() {
        assert_eq!(reference("reference", " C-17 ").unwrap(), "C-17");
        assert!(reference("reference", &"7".repeat(100)).is_ok());
        for bad in ["", " ", "1\n2", "1\0", "1\u{202e}2", &"7".repeat(101)] {
            assert_eq!(reference("reference", bad).unwrap_err().code, UserErrorCode::InvalidInput, "{bad:?}");
        }
    }

    #[test]
    fn a_name_is_trimmed_and_bounded() {
        assert_eq!(name("name", "  Zoë Ömer 李 ").unwrap(), "Zoë Ömer 李");
        assert!(name("name", &"ä".repeat(200)).is_ok());
        for bad in ["", " \t ", "a\nb", "a\0b", "a\u{202e}b", "\u{200b}", &"a".repeat(201)] {
            let error = name("organisationName", bad).unwrap_err();
            assert_eq!(error.code, UserErrorCode::InvalidInput, "{bad:?}");
            assert_eq!(error.field.unwrap(), ["input", "organisationName"]);
        }
    }
}
