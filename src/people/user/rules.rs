//! Which passwords are too weak.

use super::address::Address;
use super::password::Password;
use crate::base::error::{UserError, UserErrorCode};
use crate::base::message::Message;

/// Longest password, in bytes: long enough for any sentence, short enough to be cheap to hash.
const LONGEST: usize = 1_000;

/// How many different characters a password must have.
const DIFFERENT: usize = 5;

/// A local part of an address of this length or more must not be in the password.
const RECOGNISABLE: usize = 4;

/// The most common passwords of eight or more characters from public breaches, in lower case and sorted.
const COMMON: &str = include_str!("common_passwords.txt");

/// Refuses a password in the field that is too weak for the user with the address.
pub fn require_strong(
    field: &str,
    password: &Password,
    address: Option<&Address>,
    minimum: usize,
) -> Result<(), UserError> {
    match weakness(password.expose(), address, minimum) {
        Some(message) => Err(UserError::at(field, UserErrorCode::WeakPassword, message)),
        None => Ok(()),
    }
}

/// Why the password is too weak for the user with the address; `None` if it is strong enough.
pub fn weakness(password: &str, address: Option<&Address>, minimum: usize) -> Option<Message> {
    if password.chars().count() < minimum {
        let message = [
            format!("Choose a password of at least {minimum} characters; a sentence works well."),
            format!("Wählen Sie ein Passwort mit mindestens {minimum} Zeichen; ein Satz eignet sich gut."),
            format!("Välj ett lösenord med minst {minimum} tecken; en mening fungerar bra."),
        ];
        return Some(message.into());
    }
    if password.len() > LONGEST {
        let message = [
            format!("Choose a password of at most {LONGEST} bytes."),
            format!("Wählen Sie ein Passwort mit höchstens {LONGEST} Bytes."),
            format!("Välj ett lösenord på högst {LONGEST} byte."),
        ];
        return Some(message.into());
    }
    let small = password.to_lowercase();
    let contains_address = |address: &Address| {
        let local = address.local_part();
        small.trim() == address.as_str() || (local.chars().count() >= RECOGNISABLE && small.contains(local))
    };
    if address.is_some_and(contains_address) {
        let message = [
            "Choose a password that is not made from your address.",
            "Wählen Sie ein Passwort, das nicht aus Ihrer Adresse gebildet ist.",
            "Välj ett lösenord som inte är bildat av din adress.",
        ];
        return Some(message.into());
    }
    let mut letters: Vec<char> = small.chars().collect();
    letters.sort_unstable();
    letters.dedup();
    if letters.len() < DIFFERENT || COMMON.lines().any(|common| common == small.trim()) {
        let message = [
            "This password is too easy to guess. Choose another.",
            "Dieses Passwort ist zu leicht zu erraten. Wählen Sie ein anderes.",
            "Det här lösenordet är för lätt att gissa. Välj ett annat.",
        ];
        return Some(message.into());
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_passwords_are_refused_and_others_are_not() {
        let address = Address::parse("Ada.Lovelace@example.org").unwrap();
        let is_weak = |password: &str| weakness(password, Some(&address), 10).is_some();
        for weak in [
            "",
            "short",
            "123456789",
            "1234567890",
            "Password123",
            " QWERTYUIOP",
            "aaaaaaaaaaaaaaaa",
            "ababababab",
            "ada.lovelace@example.org",
            "Ada.Lovelace@Example.org",
            "my ada.lovelace 1815",
            &"ab1cd2".repeat(200),
        ] {
            assert!(is_weak(weak), "{weak:?}");
        }
        for good in ["correct horse battery", "пароль не короткий", "x7#Qm2!pLw9", "ada and bob went up"]
        {
            assert!(!is_weak(good), "{good:?}");
        }
    }

    #[test]
    fn a_short_local_part_may_occur_in_the_password() {
        let address = Address::parse("jo@example.org").unwrap();
        assert_eq!(weakness("banjo in the rain", Some(&address), 10), None);
    }

    #[test]
    fn length_is_counted_in_characters() {
        assert_eq!(weakness("äöüßéèàçñø", None, 10), None);
    }

    #[test]
    fn the_list_of_common_passwords_is_in_small_letters() {
        assert!(COMMON.lines().all(|line| line == line.to_lowercase() && line.chars().count() >= 8));
    }
}
