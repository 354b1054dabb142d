//! Escapes in strings that the engine's parser does not know: `\u{1F600}`, and pairs of surrogates.
//!
//! They are replaced by the character that they stand for. The blanks that this saves follow behind the string, so that
//! everything after it keeps its place, which errors name.

use std::borrow::Cow;

use super::nesting::{after_line, after_string};

/// The document without these escapes. Escapes that stand for no character stay, for the parser to refuse.
pub fn without_escapes(text: &str) -> Cow<'_, str> {
    if !text.contains("\\u") {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let after = match first {
            '#' => after_line(rest.as_bytes()).len(),
            '"' => after_string(rest.as_bytes()).map_or(rest.len() - 1, <[u8]>::len),
            _ => rest.len() - first.len_utf8(),
        };
        let (part, tail) = rest.split_at(rest.len() - after);
        if first == '"' && !part.starts_with("\"\"\"") {
            replace(part, &mut plain);
        } else {
            plain.push_str(part);
        }
        rest = tail;
    }
    Cow::Owned(plain)
}

/// Copies one string, and behind it the blanks that were saved.
fn replace(string: &str, plain: &mut String) {
    let (mut rest, mut saved) = (string, 0);
    while let Some(first) = rest.chars().next() {
        if let Some((character, length)) = escaped(rest) {
            let written = written(character);
            saved += length - written.chars().count();
            plain.push_str(&written);
            rest = &rest[length..];
            continue;
        }
        // A backslash takes the character behind it along.
        let length = if first == '\\' { rest.chars().take(2).map(char::len_utf8).sum() } else { first.len_utf8() };
        plain.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    plain.extend(std::iter::repeat_n(' ', saved));
}

/// The character of an escape that the text begins with, and how long the escape is.
fn escaped(text: &str) -> Option<(char, usize)> {
    if let Some(braced) = text.strip_prefix("\\u{") {
        let (digits, _) = braced.split_once('}')?;
        return Some((char::from_u32(hexadecimal(digits)?)?, digits.len() + 4));
    }
    let high = hexadecimal(text.strip_prefix("\\u")?.get(..4)?)?;
    let low = hexadecimal(text.get(6..)?.strip_prefix("\\u")?.get(..4)?)?;
    let is_pair = (0xD800..0xDC00).contains(&high) && (0xDC00..0xE000).contains(&low);
    let code = is_pair.then(|| 0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00))?;
    Some((char::from_u32(code)?, 12))
}

fn hexadecimal(digits: &str) -> Option<u32> {
    let is_number = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    if is_number { u32::from_str_radix(digits, 16).ok() } else { None }
}

/// A character as it stands in a string.
fn written(character: char) -> String {
    match character {
        '"' => "\\\"".to_owned(),
        '\\' => "\\\\".to_owned(),
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use async_graphql_parser::parse_query;
    use async_graphql_parser::types::Selection;
    use async_graphql_value::Value;
    use proptest::prelude::*;

    use super::*;

    /// The value of the argument, and the column of the field behind it.
    fn read(string: &str) -> Option<(Value, usize)> {
        let text = format!("{{ a(x: \"{string}\") b }}");
        let document = parse_query(without_escapes(&text)).ok()?;
        let (_, operation) = document.operations.iter().next()?;
        let items = &operation.node.selection_set.node.items;
        let Selection::Field(field) = &items[0].node else { return None };
        Some((field.node.arguments[0].1.node.clone(), items[1].pos.column))
    }

    #[test]
    fn escapes_stand_for_their_character_and_move_nothing() {
        for (written, meant) in [
            ("\\u{1F600}", "😀"),
            ("a\\u{41}b", "aAb"),
            ("\\u{22}\\u{5C}\\u{a}\\u{0d}\\u{0}", "\"\\\n\r\0"),
            ("\\uD83D\\uDE00 \\u00e5", "😀 å"),
            ("\\\\u{1F600}", "\\u{1F600}"),
            ("\\n\\u{000000041}", "\nA"),
        ] {
            let (value, column) = read(written).unwrap();
            assert_eq!(value, Value::String(meant.to_owned()), "{written}");
            assert_eq!(column, 12 + written.len(), "{written}");
        }
    }

    #[test]
    fn what_stands_for_no_character_is_left_to_the_parser() {
        for written in ["\\u{D83D}", "\\u{110000}", "\\u{}", "\\u{1F600", "\\uD83D", "\\uDE00\\uD83D", "\\u{+41}"] {
            assert_eq!(read(written), None, "{written}");
        }
        for text in ["{ a } # \\u{41}", "{ a(x: \"\"\"\\u{41}\"\"\") }", "{ a(x: \"\\u{41}"] {
            assert_eq!(without_escapes(text), text);
        }
    }

    proptest! {
        #[test]
        fn any_text_keeps_its_length(parts in proptest::collection::vec(0..12_usize, 0..14)) {
            let words = ["\\u{1F600}", "\\uD83D", "\\uDE00", "\"", "\"\"\"", "\\\"", "\\", "#", "\n", "å", "\\u{", "}"];
            let text: String = parts.iter().map(|part| words[*part]).collect();
            prop_assert_eq!(without_escapes(&text).chars().count(), text.chars().count());
        }
    }
}
