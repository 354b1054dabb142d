//! How texts are compared and ordered, for the server and the migrations alike.
//!
//! The database stores both forms next to the text. So SQLite and PostgreSQL find and order the same, whatever their
//! versions and collations are. The order is that of the Unicode data which is compiled in: a migration has to write all
//! keys anew when `icu_collator` brings other data (see `migration::fill`).

use std::fmt::Write;
use std::sync::LazyLock;

use icu_casemap::CaseMapper;
use icu_collator::options::CollatorOptions;
use icu_collator::{Collator, CollatorBorrowed, CollatorPreferences};
use unicode_normalization::UnicodeNormalization;

/// How many bytes of a sort key are stored. The key is written with two digits for each, and a row of an index of
/// PostgreSQL takes 2,700 bytes.
const STORED: usize = 1_000;

/// The root collation of Unicode (CLDR), which belongs to no language.
static ROOT: LazyLock<CollatorBorrowed<'static>> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "the data of the root collation is compiled in")]
    Collator::try_new(CollatorPreferences::default(), CollatorOptions::default()).expect("the root collation")
});

/// The form by which texts are searched and compared: texts that differ only in case, in how letters are composed, or in
/// the width or style of letters have the same form (compatibility caseless matching, Unicode D146).
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mapper = CaseMapper::new();
    let decomposed: String = text.nfd().collect();
    let once: String = mapper.fold_string(&decomposed).nfkc().collect();
    mapper.fold_string(&once).nfkc().collect()
}

/// The sort key of a text: the order of the keys is the order of the texts by the root collation. Two texts of which the
/// keys are very long and begin alike may have the same key.
pub fn sort_key(text: &str) -> String {
    let mut key = Vec::with_capacity(2 * text.len() + 8);
    let Ok(()) = ROOT.write_sort_key_to(text, &mut key);
    key.truncate(STORED);
    key.iter().fold(String::with_capacity(2 * key.len()), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// The pattern that finds a part of a folded text by LIKE, with `!` as its escape character.
pub fn pattern(part: &str) -> String {
    let mut pattern = "%".to_owned();
    for letter in fold(part).chars() {
        if matches!(letter, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(letter);
    }
    pattern + "%"
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_that_people_take_for_the_same_are_folded_alike() {
        for (one, other) in [
            ("Zoë", "ZOE\u{308}"),
            ("Straße", "STRASSE"),
            ("ẞ", "ss"),
            ("ΟΔΥΣΣΕΥΣ", "Οδυσσεύς".replace('ύ', "υ").as_str()),
            ("ς", "Σ"),
            ("ＡＢＣ", "abc"),
            ("ﬁn", "FIN"),
            ("Å", "\u{212b}"),
            ("ｶﾞ", "ガ"),
            ("ŉ", "ʼN"),
        ] {
            assert_eq!(fold(one), fold(other), "{one} {other}");
        }
        for (one, other) in [("Å", "A"), ("ö", "o"), ("ı", "i"), ("и", "й")] {
            assert_ne!(fold(one), fold(other), "{one} {other}");
        }
    }

    #[test]
    fn names_are_ordered_as_in_a_directory() {
        let sorted = [
            "_", "1", "2", "10", "abel", "Abel", "ábel", "Ärzte", "Åsa", "Azur", "Oslo", "Öland", "Ørsted", "Strasse",
            "Straße", "Zoe", "Zoë", "Ζωή", "Иван", "Йод", "شركة", "公司", "李",
        ];
        // Digits are not read as numbers.
        let mut expected = sorted.to_vec();
        expected.sort_by_key(|name| sort_key(name));
        let position = |name: &str| expected.iter().position(|one| *one == name).unwrap();
        for [first, then] in [
            ["_", "1"],
            ["1", "10"],
            ["10", "2"],
            ["2", "abel"],
            ["abel", "Abel"],
            ["Abel", "ábel"],
            ["ábel", "Ärzte"],
            ["Ärzte", "Åsa"],
            ["Åsa", "Azur"],
            ["Azur", "Öland"],
            ["Öland", "Oslo"],
            ["Strasse", "Straße"],
            ["Straße", "Zoe"],
            ["Zoe", "Zoë"],
            ["Zoë", "Ζωή"],
            ["Ζωή", "Иван"],
            ["Иван", "Йод"],
            ["Йод", "شركة"],
            ["شركة", "公司"],
            ["公司", "李"],
        ] {
            assert!(position(first) < position(then), "{first} {then}: {expected:?}");
        }
    }

    #[test]
    fn composed_and_decomposed_letters_have_one_key() {
        assert_eq!(sort_key("Zoë"), sort_key("Zoe\u{308}"));
        assert_ne!(sort_key(""), "");
        assert!(sort_key(&"\u{fdfa}".repeat(200)).len() <= 2 * STORED);
        assert!(sort_key(&"Ö".repeat(150)).len() < 2 * STORED);
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in any::<String>()) {
            let folded = fold(&text);
            prop_assert_eq!(fold(&folded), folded);
        }

        #[test]
        fn small_and_capital_letters_are_folded_alike(text in "\\PC{0,20}") {
            prop_assert_eq!(fold(&text.to_uppercase().to_lowercase()), fold(&text.to_uppercase()));
        }

        #[test]
        fn keys_are_in_the_order_of_the_collation(one in "\\PC{0,20}", other in "\\PC{0,20}") {
            prop_assert_eq!(sort_key(&one).cmp(&sort_key(&other)), ROOT.compare(&one, &other));
        }
    }
}
