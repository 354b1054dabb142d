//! Validation and cleaning of text that people type in.

use icu_properties::props::{BidiControl, DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup};
use icu_properties::{CodePointMapData, CodePointSetData};
use unicode_normalization::UnicodeNormalization;

use crate::base::error::{UserError, UserErrorCode};
use crate::base::locale::Locale;
use crate::base::message::Texts;

/// Longest name, in characters.
const LONGEST_NAME: usize = 200;
/// Longest address, in characters.
const LONGEST_ADDRESS: usize = 1000;
/// Longest reference number, in characters.
const LONGEST_REFERENCE: usize = 100;
/// Longest description, in characters.
const LONGEST_DESCRIPTION: usize = 2000;
/// Longest reason, in characters.
const LONGEST_REASON: usize = 1000;

/// A trimmed name, or an error that says what is wrong.
pub fn name(field: &str, typed: &str) -> Result<String, UserError> {
    let name = clean(typed);
    let wrong = |message: [&str; 3]| Err(UserError::at(field, UserErrorCode::InvalidInput, message));
    if !name.chars().any(is_visible) {
        return wrong([
            "Give a name with at least one visible character.",
            "Geben Sie einen Namen mit mindestens einem sichtbaren Zeichen an.",
            "Ange ett namn med minst ett synligt tecken.",
        ]);
    }
    if name.chars().count() > LONGEST_NAME {
        return wrong([
            "A name has at most 200 characters.",
            "Ein Name hat höchstens 200 Zeichen.",
            "Ett namn har högst 200 tecken.",
        ]);
    }
    if name.chars().any(is_deceptive) {
        return wrong([
            "A name cannot contain line breaks, other control characters, or characters that hide or reverse text.",
            "Ein Name darf keine Zeilenumbrüche, andere Steuerzeichen oder Zeichen enthalten, die Text verbergen oder \
             umkehren.",
            "Ett namn får inte innehålla radbrytningar, andra styrtecken eller tecken som döljer eller vänder text.",
        ]);
    }
    Ok(name)
}

/// The first names of a list, for an error in each language: `A, B and others`.
pub fn listed(names: &[String], most: usize) -> [String; Locale::ALL.len()] {
    let first = names[..names.len().min(most)].join(", ");
    let more = if names.len() > most { [" and others", " und andere", " och andra"] } else { [""; 3] };
    more.map(|more| format!("{first}{more}"))
}

/// How many there are, in each language: `1 day`, `3 days`.
pub fn counted(count: i64, one: Texts, more: Texts) -> [String; Locale::ALL.len()] {
    let words = if count == 1 { one } else { more };
    words.map(|word| format!("{count} {word}"))
}

/// The names in a row, or the word for none.
pub fn listed_or(names: &[&str], none: &str) -> String {
    if names.is_empty() { none.to_owned() } else { names.join(", ") }
}

/// A trimmed reference number from somebody's own books, or an error that says what is wrong.
pub fn reference(field: &str, typed: &str) -> Result<String, UserError> {
    let reference = clean(typed);
    let is_short = reference.chars().count() <= LONGEST_REFERENCE;
    if is_short && reference.chars().any(is_visible) && !reference.chars().any(is_deceptive) {
        return Ok(reference);
    }
    let message = [
        "A number has 1 to 100 characters, at least one of them visible, without line breaks or characters that hide \
         or reverse text.",
        "Eine Nummer hat 1 bis 100 Zeichen, davon mindestens ein sichtbares, ohne Zeilenumbrüche und ohne Zeichen, die \
         Text verbergen oder umkehren.",
        "Ett nummer har 1 till 100 tecken, varav minst ett synligt, utan radbrytningar och utan tecken som döljer \
         eller vänder text.",
    ];
    Err(UserError::at(field, UserErrorCode::InvalidInput, message))
}

/// A reason, in one paragraph, or an error that says what is wrong.
pub fn reason(field: &str, typed: &str) -> Result<String, UserError> {
    let reason = clean(typed);
    let wrong = |message: [&str; 3]| Err(UserError::at(field, UserErrorCode::InvalidInput, message));
    if !reason.chars().any(is_visible) {
        return wrong(["Give a reason.", "Geben Sie einen Grund an.", "Ange ett skäl."]);
    }
    if reason.chars().count() > LONGEST_REASON {
        return wrong([
            "A reason has at most 1000 characters.",
            "Ein Grund hat höchstens 1000 Zeichen.",
            "Ett skäl har högst 1000 tecken.",
        ]);
    }
    if reason.chars().any(is_deceptive) {
        return wrong([
            "A reason is one paragraph, without line breaks or characters that hide or reverse text.",
            "Ein Grund ist ein Absatz, ohne Zeilenumbrüche und ohne Zeichen, die Text verbergen oder umkehren.",
            "Ett skäl är ett stycke, utan radbrytningar och utan tecken som döljer eller vänder text.",
        ]);
    }
    Ok(reason)
}

/// The trimmed lines of an address, without empty lines at either end, or an error that says what is wrong.
pub fn address(field: &str, typed: &str) -> Result<String, UserError> {
    let address = clean(typed).lines().map(str::trim).collect::<Vec<_>>().join("\n");
    let wrong = |message: [&str; 3]| Err(UserError::at(field, UserErrorCode::InvalidInput, message));
    if !address.chars().any(is_visible) {
        return wrong(["Give an address.", "Geben Sie eine Anschrift an.", "Ange en adress."]);
    }
    if address.chars().count() > LONGEST_ADDRESS {
        return wrong([
            "An address has at most 1000 characters.",
            "Eine Anschrift hat höchstens 1000 Zeichen.",
            "En adress har högst 1000 tecken.",
        ]);
    }
    if address.chars().any(|letter| letter != '\n' && is_deceptive(letter)) {
        return wrong([
            "An address cannot contain control characters (except line breaks), or characters that hide or reverse \
             text.",
            "Eine Anschrift darf keine Steuerzeichen (außer Zeilenumbrüchen) enthalten, und keine Zeichen, die Text \
             verbergen oder umkehren.",
            "En adress får inte innehålla styrtecken (utom radbrytningar) eller tecken som döljer eller vänder text.",
        ]);
    }
    Ok(address)
}

/// A text of several lines that may be empty, or an error that says what is wrong.
pub fn description(field: &str, typed: &str) -> Result<String, UserError> {
    let text = clean(typed).lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    let wrong = |message: [&str; 3]| Err(UserError::at(field, UserErrorCode::InvalidInput, message));
    if !text.is_empty() && !text.chars().any(is_visible) {
        return wrong([
            "A description is empty or has at least one visible character.",
            "Eine Beschreibung ist leer oder hat mindestens ein sichtbares Zeichen.",
            "En beskrivning är tom eller har minst ett synligt tecken.",
        ]);
    }
    if text.chars().count() > LONGEST_DESCRIPTION {
        return wrong([
            "A description has at most 2000 characters.",
            "Eine Beschreibung hat höchstens 2000 Zeichen.",
            "En beskrivning har högst 2000 tecken.",
        ]);
    }
    if text.chars().any(|letter| letter != '\n' && is_deceptive(letter)) {
        return wrong([
            "A description cannot contain control characters (except line breaks), or characters that hide or reverse \
             text.",
            "Eine Beschreibung darf keine Steuerzeichen (außer Zeilenumbrüchen) enthalten, und keine Zeichen, die Text \
             verbergen oder umkehren.",
            "En beskrivning får inte innehålla styrtecken (utom radbrytningar) eller tecken som döljer eller vänder \
             text.",
        ]);
    }
    Ok(text)
}

/// The text without the space around it, and with one encoding for each letter (NFC).
fn clean(typed: &str) -> String {
    typed.trim().nfc().collect()
}

/// Control characters and characters that disguise text: line breaks, invisible characters, and those that change the
/// direction of text. Joiners and variation selectors are allowed: some scripts and emoji need them.
pub fn is_deceptive(letter: char) -> bool {
    let is_joining = matches!(letter, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}');
    let is_other = || {
        let category = CodePointMapData::<GeneralCategory>::new().get(letter);
        matches!(
            category,
            GeneralCategory::Control
                | GeneralCategory::Format
                | GeneralCategory::LineSeparator
                | GeneralCategory::ParagraphSeparator
                | GeneralCategory::PrivateUse
        ) || CodePointSetData::new::<BidiControl>().contains(letter)
            || is_ignorable(letter)
    };
    !is_joining && !letter.is_ascii_graphic() && is_other()
}

/// Whether people see the character: a letter, a digit or a sign that has a shape of its own.
pub fn is_visible(letter: char) -> bool {
    // The blank of Braille has the category of a symbol.
    let has_shape = GeneralCategoryGroup::Letter
        .union(GeneralCategoryGroup::Number)
        .union(GeneralCategoryGroup::Punctuation)
        .union(GeneralCategoryGroup::Symbol)
        .contains(CodePointMapData::<GeneralCategory>::new().get(letter));
    has_shape && !is_ignorable(letter) && letter != '\u{2800}'
}

/// Whether programs show nothing for the character, for example for the fillers of Hangul.
fn is_ignorable(letter: char) -> bool {
    CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(letter)
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
    fn a_description_is_empty_or_can_be_seen() {
        assert_eq!(description("description", " Two\r\nlines ").unwrap(), "Two\nlines");
        assert_eq!(description("description", " ").unwrap(), "");
        for bad in ["\u{3164}", "\u{200d}", "a\u{7}", "a\u{202e}b", &"a".repeat(2001)] {
            assert_eq!(description("description", bad).unwrap_err().code, UserErrorCode::InvalidInput, "{bad:?}");
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

    #[test]
    fn a_name_can_be_seen_and_has_one_form() {
        assert_eq!(name("name", "Zoe\u{308}").unwrap(), "Zoë");
        for good in ["李", "7", "!", "👩‍👧", "❤️", "می‌خواهم", "e\u{301}", "🇸🇪", "עברית", "हिन्दी"]
        {
            assert!(name("name", good).is_ok(), "{good:?}");
        }
        let hidden = [
            "\u{a0}", "\u{3000}", "\u{301}", "\u{200d}", "\u{2800}", "\u{3164}", "\u{115f}", "\u{ffa0}", "\u{fe0f}",
            "\u{ad}", "\u{034f}",
        ];
        let turned = ["\u{200f}", "\u{61c}", "\u{202e}", "\u{2066}", "\u{e0041}", "\u{85}", "\u{e000}"];
        for bad in hidden.into_iter().map(str::to_owned).chain(turned.iter().map(|letter| format!("a{letter}b"))) {
            assert!(name("name", &bad).is_err(), "{bad:?}");
            assert!(reference("reference", &bad).is_err(), "{bad:?}");
            assert!(reason("reason", &bad).is_err(), "{bad:?}");
            assert!(address("address", &bad).is_err(), "{bad:?}");
        }
    }
}
