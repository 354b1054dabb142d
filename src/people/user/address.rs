//! E-mail addresses in one normal form. Addresses are compared and stored only in this form.

use email_address::{EmailAddress, Options};
use unicode_normalization::UnicodeNormalization;

use crate::base::error::{UserError, UserErrorCode};

/// A well-formed address in its one normal form.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Address(String);

impl Address {
    /// Reads an address as it was typed: trims it, and writes it in lower case with one encoding for each letter.
    /// `None` if it is not an address.
    pub fn parse(typed: &str) -> Option<Self> {
        const OPTIONS: Options =
            Options { minimum_sub_domains: 2, allow_domain_literal: false, allow_display_text: false };
        // Letter by letter, so that the form of a letter does not depend on its neighbours.
        let normal: String = typed.trim().nfc().flat_map(char::to_lowercase).nfc().collect();
        let has_odd_letters =
            normal.chars().any(|letter| letter.is_control() || letter.is_whitespace() || letter == '"');
        let is_address = EmailAddress::parse_with_options(&normal, OPTIONS).is_ok();
        (is_address && !has_odd_letters).then_some(Self(normal))
    }

    /// Reads an address in a field of an input.
    pub fn read(field: &str, typed: &str) -> Result<Self, UserError> {
        Self::parse(typed).ok_or_else(|| {
            let message = "This is not an e-mail address. Give one like ada@example.org.";
            UserError::at(field, UserErrorCode::InvalidInput, message)
        })
    }

    /// The whole address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the `@`.
    pub fn local_part(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(local, _)| local)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn same(one: &str, other: &str) -> bool {
        Address::parse(one).unwrap() == Address::parse(other).unwrap()
    }

    #[test]
    fn capitals_and_space_make_no_difference() {
        assert!(same("  Ada.Lovelace@Example.ORG\n", "ada.lovelace@example.org"));
        assert!(same("ZOË@exämple.org", "zoe\u{308}@exa\u{308}mple.org"));
        assert!(same("ΟΔΟΣ@example.org", "οδοσ@example.org"));
        assert!(!same("ada+1@example.org", "ada@example.org"));
        assert_eq!(Address::parse("Ada@example.org").unwrap().local_part(), "ada");
    }

    #[test]
    fn text_that_is_not_an_address_is_refused() {
        let long = format!("{}@example.org", "a".repeat(65));
        for text in [
            "",
            "ada",
            "@example.org",
            "ada@",
            "ada@localhost",
            "ada@[127.0.0.1]",
            "Ada <ada@example.org>",
            "a b@example.org",
            "\"a b\"@example.org",
            "ada@example.org\r\nBcc: all@example.org",
            "ada@example.org,bob@example.org",
            &long,
        ] {
            assert_eq!(Address::parse(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn the_normal_form_of_a_normal_form_is_itself(local in "\\PC{1,12}", domain in "[a-zA-ZäÖßİıΣ]{1,8}") {
            if let Some(address) = Address::parse(&format!("{local}@{domain}.example")) {
                prop_assert_eq!(Address::parse(address.as_str()), Some(address));
            }
        }
    }
}
