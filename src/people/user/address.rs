//! E-mail addresses and the mailboxes that they name.
//!
//! People type one mailbox in many ways. `Address` keeps two forms. `as_str` is the form that mail is sent to: one
//! spelling of the domain, and the local part as it was typed, in lower case. `mailbox` is the form that is compared:
//! uniqueness, look-ups and limits use nothing else.

use std::hash::{Hash, Hasher};

use email_address::{EmailAddress, Options};
use icu_casemap::CaseMapper;
use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use unicode_normalization::UnicodeNormalization;

use crate::base::error::{UserError, UserErrorCode};

/// A well-formed address. Two addresses are equal if they name one mailbox.
#[derive(Clone, Debug)]
pub struct Address {
    text: String,
    mailbox: String,
}

impl PartialEq for Address {
    fn eq(&self, other: &Self) -> bool {
        self.mailbox == other.mailbox
    }
}

impl Eq for Address {}

impl Hash for Address {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.mailbox.hash(state);
    }
}

impl Address {
    /// Reads an address as it was typed. `None` if it is not an address.
    pub fn parse(typed: &str) -> Option<Self> {
        const OPTIONS: Options =
            Options { minimum_sub_domains: 2, allow_domain_literal: false, allow_display_text: false };
        let (local, domain) = typed.trim().rsplit_once('@')?;
        // Letter by letter, so that the form of a letter does not depend on its neighbours.
        let local: String = local.nfc().flat_map(char::to_lowercase).nfc().collect();
        let is_odd = |letter: char| letter.is_control() || letter.is_whitespace() || letter == '"';
        let (ascii, domain) = domain_forms(domain)?;
        let is_address = EmailAddress::parse_with_options(&format!("{local}@{ascii}"), OPTIONS).is_ok();
        if !is_address || local.chars().any(is_odd) {
            return None;
        }
        Some(Self { mailbox: format!("{}@{domain}", folded(&local)), text: format!("{local}@{domain}") })
    }

    /// Reads an address in a field of an input.
    pub fn read(field: &str, typed: &str) -> Result<Self, UserError> {
        Self::parse(typed).ok_or_else(|| {
            let message = [
                "This is not an e-mail address. Give one like ada@example.org.",
                "Das ist keine E-Mail-Adresse. Geben Sie eine wie ada@example.org an.",
                "Det är ingen e-postadress. Ange en som ada@example.org.",
            ];
            UserError::at(field, UserErrorCode::InvalidInput, message)
        })
    }

    /// The whole address, for mail.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The form that is the same for all spellings of the mailbox.
    pub fn mailbox(&self) -> &str {
        &self.mailbox
    }

    /// The part before the `@`.
    pub fn local_part(&self) -> &str {
        self.text.rsplit_once('@').map_or("", |(local, _)| local)
    }
}

/// The mailbox that a stored address names. A text that is no address is its own mailbox.
pub fn mailbox(stored: &str) -> String {
    Address::parse(stored).map_or_else(|| stored.to_owned(), |address| address.mailbox)
}

/// A domain in ASCII and in letters, by UTS 46 without the transitional rules, as IDNA 2008 asks.
fn domain_forms(typed: &str) -> Option<(String, String)> {
    let processor = Uts46::new();
    let ascii = processor.to_ascii(typed.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast, DnsLength::Verify);
    let ascii = ascii.ok()?.into_owned();
    let (letters, outcome) = processor.to_unicode(ascii.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast);
    outcome.ok()?;
    let letters = letters.into_owned();
    Some((ascii, letters))
}

/// A local part with full case folding and one encoding for each letter (canonical caseless matching).
fn folded(local: &str) -> String {
    let decomposed: String = local.nfd().collect();
    let folded = CaseMapper::new().fold_string(&decomposed);
    folded.nfc().collect()
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
        assert!(!same("ada+1@example.org", "ada@example.org"));
        assert_eq!(Address::parse("Ada@example.org").unwrap().local_part(), "ada");
    }

    #[test]
    fn a_domain_has_one_form_however_it_is_written() {
        for typed in ["ada@exämple.org", "ada@XN--EXMPLE-CUA.org", "ada@ｅｘäｍｐｌｅ．ｏｒｇ", "ada@exämple。org"]
        {
            assert_eq!(Address::parse(typed).unwrap().as_str(), "ada@exämple.org", "{typed}");
        }
        // IDNA 2008 tells these two apart.
        assert!(!same("ada@faß.example", "ada@fass.example"));
        assert!(same("ada@faß.example", "ada@xn--fa-hia.example"));
    }

    #[test]
    fn a_local_part_is_compared_with_folded_case_and_kept_for_mail() {
        assert!(same("ΝΊΚΟΣ@example.org", "νίκος@example.org"));
        assert!(same("STRASSE@example.org", "straße@example.org"));
        assert_eq!(Address::parse("İda@example.org"), Address::parse("i\u{307}da@example.org"));
        let greek = Address::parse("νίκος@example.org").unwrap();
        assert_eq!((greek.as_str(), greek.mailbox()), ("νίκος@example.org", "νίκοσ@example.org"));
        assert_eq!(mailbox("Straße@example.org"), "strasse@example.org");
        assert_eq!(mailbox("erased"), "erased");
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
            "ada@example.org.",
            "ada@-example.org",
            "ada@exa_mple.org",
            "ada@xn--a.org",
            "ada@exam\u{202e}ple.org",
            &long,
        ] {
            assert_eq!(Address::parse(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn the_normal_form_of_a_normal_form_is_itself(local in "\\PC{1,12}", domain in "[a-zA-ZäÖßİıΣςｅ。-]{1,8}") {
            if let Some(address) = Address::parse(&format!("{local}@{domain}.example")) {
                let again = Address::parse(address.as_str()).unwrap();
                prop_assert_eq!((again.as_str(), again.mailbox()), (address.as_str(), address.mailbox()));
                // Folding may make a local part too long for an address.
                if let Some(folded) = Address::parse(address.mailbox()) {
                    prop_assert_eq!(folded.mailbox(), address.mailbox());
                }
            }
        }

        #[test]
        fn spellings_of_one_mailbox_are_equal(local in "[a-zäöüßéςσΣ0-9.]{1,12}", domain in "[a-zäöüéσ]{1,8}") {
            let plain = format!("{local}@{domain}.example");
            if let Some(address) = Address::parse(&plain) {
                let ascii = idna::domain_to_ascii(&format!("{domain}.example")).unwrap();
                let upper = format!("{}@{}", local.to_uppercase(), ascii.to_uppercase());
                let decomposed: String = format!(" {plain} ").nfd().collect();
                prop_assert_eq!(Address::parse(&upper), Some(address.clone()));
                prop_assert_eq!(Address::parse(&decomposed), Some(address));
            }
        }
    }
}
