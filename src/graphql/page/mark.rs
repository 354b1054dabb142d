//! What a cursor belongs to, in eight bytes: a hash of the list, its filter and its order.
//!
//! It is FNV-1a, because all nodes and all releases must come to the same. It protects against mistakes, not against
//! people: a forged cursor shows nothing that the list does not show anyhow.

use async_graphql::Value;

/// What cursors of one list have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Mark(u64);

impl Default for Mark {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Mark {
    /// With a text, and a byte that no text has behind it.
    #[must_use]
    pub fn text(self, text: impl AsRef<[u8]>) -> Self {
        let bytes = text.as_ref().iter().chain([&0xff]);
        Self(bytes.fold(self.0, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)))
    }

    /// With an argument of a field. Null is the same as nothing.
    #[must_use]
    pub fn argument(self, name: &str, value: &Value) -> Self {
        if *value == Value::Null { self } else { self.text(name).value(value) }
    }

    /// With a value: the same for a literal and for a variable, and in whatever order the fields of an object stand.
    fn value(self, value: &Value) -> Self {
        match value {
            Value::List(items) => items.iter().fold(self.text("["), Self::value).text("]"),
            Value::Object(fields) => {
                let mut fields: Vec<_> = fields.iter().collect();
                fields.sort_by_key(|(name, _)| *name);
                fields.iter().fold(self.text("{"), |mark, (name, value)| mark.argument(name, value)).text("}")
            }
            Value::Enum(name) => self.text(name.as_str()),
            Value::String(text) => self.text(text),
            other => self.text(other.to_string()),
        }
    }

    /// For a cursor.
    pub const fn to_bytes(self) -> [u8; 8] {
        self.0.to_be_bytes()
    }

    /// From a cursor.
    pub const fn from_bytes(bytes: [u8; 8]) -> Self {
        Self(u64::from_be_bytes(bytes))
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{Name, value};

    use super::*;

    fn mark(value: &Value) -> Mark {
        Mark::default().argument("filter", value)
    }

    #[test]
    fn the_same_filter_has_the_same_mark_however_it_is_written() {
        let order = mark(&value!({ "field": "NAME", "direction": "ASC" }));
        assert_eq!(mark(&value!({ "direction": "ASC", "field": "NAME" })), order);
        assert_eq!(mark(&value!({ "direction": "ASC", "field": "NAME", "property": null })), order);
        assert_eq!(mark(&Value::Enum(Name::new("OPEN"))), mark(&value!("OPEN")));
        assert_eq!(mark(&Value::Null), Mark::default());
    }

    #[test]
    fn another_filter_has_another_mark() {
        let all = [
            value!({}),
            value!({ "state": "OPEN" }),
            value!({ "state": ["OPEN"] }),
            value!({ "states": "OPEN" }),
            value!({ "state": "PAID" }),
            value!({ "a": "b", "c": "d" }),
            value!({ "a": "bc", "d": "" }),
            value!(["a", "b"]),
            value!(["ab"]),
            value!(12),
            value!(true),
        ];
        let marks: std::collections::HashSet<Mark> = all.iter().map(mark).collect();
        assert_eq!(marks.len(), all.len());
    }
}
