//! Names that other people chose, as they stand in mail to outsiders: in quotes, and without anything that a mail program
//! would turn into a link.

use unicode_normalization::UnicodeNormalization;

use crate::base::locale::Locale;
use crate::base::text::is_deceptive;

/// The most characters of a name in a mail.
const LONGEST: usize = 60;
/// What stands in place of a word or an end that was left out.
const LEFT_OUT: &str = "…";

/// The name in the quotes of the language.
pub fn quoted(locale: Locale, name: &str) -> String {
    let (open, close) = match locale {
        Locale::En => ('“', '”'),
        Locale::De => ('„', '“'),
        Locale::Sv => ('”', '”'),
    };
    format!("{open}{}{close}", harmless(name))
}

/// The name without links, addresses, quotes and characters that hide or turn text, and not too long.
fn harmless(name: &str) -> String {
    let shown: String = name.chars().map(|letter| if letter.is_whitespace() { ' ' } else { letter }).collect();
    let shown: String = shown.chars().filter(|letter| !is_deceptive(*letter) && !is_quote(*letter)).collect();
    let words: Vec<String> = shown.split_whitespace().map(word).collect();
    let mut text = words.join(" ");
    if text.chars().count() > LONGEST {
        text = text.chars().take(LONGEST - 1).collect::<String>().trim_end().to_owned() + LEFT_OUT;
    }
    if text.is_empty() { LEFT_OUT.to_owned() } else { text }
}

/// A word of a name. A link or an address is left out; of a domain, the points are.
fn word(word: &str) -> String {
    // Programs that look for links read other forms of these signs too.
    let read: String = word.nfkc().map(|letter| if is_point(letter) { '.' } else { letter }).collect();
    let small = read.to_lowercase();
    let has_scheme = ["http:", "https:", "mailto:", "tel:", "ftp:", "sms:"].iter().any(|scheme| small.contains(scheme));
    if small.contains('@') || small.contains("://") || small.contains("www.") || has_scheme {
        return LEFT_OUT.to_owned();
    }
    if !has_domain(&small) {
        return word.to_owned();
    }
    if small.contains('/') {
        return LEFT_OUT.to_owned();
    }
    word.split(is_point).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Whether the word has a point between two characters of names, with two or more after it, as a domain has.
fn has_domain(word: &str) -> bool {
    let letters: Vec<char> = word.chars().collect();
    let is_of_name = |place: usize| letters.get(place).is_some_and(|letter| letter.is_alphanumeric());
    let is_domain = |point: usize| {
        let begins = letters.get(point + 1).is_some_and(|letter| letter.is_alphabetic());
        point > 0 && is_of_name(point - 1) && begins && is_of_name(point + 2)
    };
    (0..letters.len()).filter(|place| letters[*place] == '.').any(is_domain)
}

/// The full stop, and the signs that domains may have in its place.
const fn is_point(letter: char) -> bool {
    matches!(letter, '.' | '。' | '．' | '｡' | '․')
}

/// Signs that would end the quotes.
const fn is_quote(letter: char) -> bool {
    matches!(letter, '"' | '“' | '”' | '„' | '‟' | '«' | '»' | '‹' | '›' | '＂' | '〝' | '〞' | '〟' | '「' | '」')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ordinary_names_stay_as_they_are() {
        for name in
            ["Fjord Foods", "Müller & Söhne KG", "J.R.R. Tolkien", "Acme Inc.", "李", "O'Neill", "A.B. 7.5", "24/7"]
        {
            assert_eq!(harmless(name), name);
        }
        assert_eq!(quoted(Locale::En, "Acme"), "“Acme”");
        assert_eq!(quoted(Locale::De, "Acme"), "„Acme“");
        assert_eq!(quoted(Locale::Sv, "Acme"), "”Acme”");
    }

    #[test]
    fn links_and_addresses_are_left_out() {
        for (name, shown) in [
            ("Win at https://evil.example/now !", "Win at … !"),
            ("ada@evil.example", "…"),
            ("ada＠evil．example", "…"),
            ("www.evil.example", "…"),
            ("WWW．evil", "…"),
            ("mailto:ada", "…"),
            ("evil.example/path", "…"),
            ("Booking.com", "Booking com"),
            ("evil。example", "evil example"),
            ("(evil.example)", "(evil example)"),
            ("a\u{200b}b\u{202e}c\nd", "abc d"),
            ("Acme” says “hello", "Acme says hello"),
            ("\u{202e}", "…"),
            ("", "…"),
        ] {
            assert_eq!(harmless(name), shown, "{name}");
        }
        assert_eq!(harmless(&"word ".repeat(40)).chars().count(), LONGEST);
    }

    proptest! {
        #[test]
        fn no_name_becomes_a_link(name in "([a-z]{1,5}|\\.|。|．|@|＠|://|https|www|/| |”|\u{200b}|\u{202e}){1,12}") {
            let shown = harmless(&name);
            prop_assert!(!shown.contains('@') && !shown.contains("://") && !shown.contains('”'), "{}", shown);
            prop_assert!(!shown.split(' ').any(has_domain), "{}", shown);
            prop_assert!(!shown.chars().any(is_deceptive) && !shown.is_empty());
        }
    }
}
