//! How deeply the brackets of a document are nested, counted before it is parsed. The parser recurses for each bracket,
//! so a text of brackets alone would exhaust the stack.

/// The deepest nesting of `{`, `[` and `(` outside of strings and comments.
///
/// The parser stops at a malformed string. Counting on as if the string had not begun can only give a higher number,
/// which is safe.
pub fn nesting(text: &str) -> u64 {
    let mut rest = text.as_bytes();
    let (mut open, mut deepest) = (0_u64, 0);
    while let Some((first, tail)) = rest.split_first() {
        rest = match first {
            b'#' => after_line(tail),
            b'"' => after_string(rest).unwrap_or(tail),
            b'{' | b'[' | b'(' => {
                open += 1;
                deepest = deepest.max(open);
                tail
            }
            b'}' | b']' | b')' => {
                open = open.saturating_sub(1);
                tail
            }
            _ => tail,
        };
    }
    deepest
}

/// What follows the line.
pub(super) fn after_line(text: &[u8]) -> &[u8] {
    let end = text.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(text.len());
    text.get(end..).unwrap_or_default()
}

/// The text after the string that it begins with, or nothing if that string does not end.
pub(super) fn after_string(text: &[u8]) -> Option<&[u8]> {
    if let Some(block) = text.strip_prefix(b"\"\"\"")
        && let Some(rest) = after_block(block)
    {
        return Some(rest);
    }
    let mut rest = text.strip_prefix(b"\"")?;
    loop {
        rest = match rest {
            [b'"', tail @ ..] => return Some(tail),
            [b'\n' | b'\r', ..] | [] => return None,
            [b'\\', _, tail @ ..] | [_, tail @ ..] => tail,
        };
    }
}

fn after_block(text: &[u8]) -> Option<&[u8]> {
    let mut rest = text;
    loop {
        rest = match rest {
            [b'"', b'"', b'"', tail @ ..] => return Some(tail),
            [] => return None,
            [b'\\', b'"', b'"', b'"', tail @ ..] | [_, tail @ ..] => tail,
        };
    }
}

#[cfg(test)]
mod tests {
    use async_graphql_parser::parse_query;
    use async_graphql_parser::types::Selection;
    use async_graphql_value::Value;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn brackets_in_strings_and_comments_do_not_count() {
        for (text, expected) in [
            ("{ a }", 1),
            ("{ a(b: [{c: 1}]) { d } }", 4),
            ("{ a(b: \"[[[[\") }", 2),
            ("{ a(b: \"\\\"[[[[\") }", 2),
            ("{ a(b: \"\"\" [[ \\\"\"\" [[ \"\"\") }", 2),
            ("# [[[[ \"\n{ a }", 1),
            ("{ a(b: \"]\") { c(d: \"]\") { e } } }", 3),
        ] {
            assert_eq!(nesting(text), expected, "{text}");
        }
    }

    #[test]
    fn a_string_that_does_not_end_hides_nothing() {
        assert_eq!(nesting("{ a(b: [\"\"\" x\" [[[["), 7);
        assert_eq!(nesting("{ a(b: \"\n[[[["), 6);
    }

    fn levels(value: &Value) -> u64 {
        match value {
            Value::List(items) => 1 + items.iter().map(levels).max().unwrap_or(0),
            Value::Object(fields) => 1 + fields.values().map(levels).max().unwrap_or(0),
            _ => 0,
        }
    }

    proptest! {
        /// The property that matters: the parser never goes deeper than the count.
        #[test]
        fn no_document_hides_its_nesting(parts in proptest::collection::vec(0..10_usize, 0..14)) {
            let words = ["[", "]", "[[", "]]", "\"", "\"\"\"", "\\\"", "#", "\n", "a"];
            let inside: String = parts.iter().map(|part| words[*part]).collect();
            if let Ok(document) = parse_query(format!("{{ a(b: [{inside}\n]) }}"))
                && let Some((_, operation)) = document.operations.iter().next()
                && let Selection::Field(field) = &operation.node.selection_set.node.items[0].node
            {
                let counted = nesting(&format!("{{ a(b: [{inside}\n]) }}"));
                prop_assert!(counted >= 2 + levels(&field.node.arguments[0].1.node), "{inside}");
            }
        }
    }
}
