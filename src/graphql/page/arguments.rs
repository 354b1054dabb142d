//! The requested page: `first` and `after`, or `last` and `before`.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use uuid::Uuid;

use crate::base::error::{Error, Result};

const DEFAULT: i32 = 20;
const MOST: i32 = 100;

/// A validated page request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PageArguments {
    /// The number of rows.
    pub size: usize,
    /// Whether rows are counted from the end.
    pub backwards: bool,
    /// The row next to the page, where it starts.
    pub from: Option<Cursor>,
}

impl PageArguments {
    /// Validates the client's arguments. Without any, the page is the first 20 rows.
    pub fn new(first: Option<i32>, after: Option<String>, last: Option<i32>, before: Option<String>) -> Result<Self> {
        let wrong = |text: &str| Err(Error::InvalidInput(text.to_owned()));
        if first.is_some() && last.is_some() {
            return wrong("Give first or last, not both.");
        }
        if after.is_some() && before.is_some() {
            return wrong("Give after (with first) or before (with last), not both.");
        }
        let backwards = last.is_some() || (first.is_none() && before.is_some());
        if (backwards && after.is_some()) || (!backwards && before.is_some()) {
            return wrong("Use after with first, and before with last.");
        }
        let (name, wanted) = if backwards { ("last", last) } else { ("first", first) };
        let wanted = wanted.unwrap_or(DEFAULT);
        let Some(size) = usize::try_from(wanted).ok().filter(|_| (1..=MOST).contains(&wanted)) else {
            return Err(Error::InvalidInput(format!("{name} is {wanted}; it must be between 1 and {MOST}.")));
        };
        let from = after.or(before).map(|text| Cursor::decode(&text)).transpose()?;
        Ok(Self { size, backwards, from })
    }
}

/// The position of a row in its list: the value that the list is ordered by, and the id.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cursor {
    /// The value in its text form.
    pub key: String,
    /// The row.
    pub id: Uuid,
}

impl Cursor {
    /// The opaque text form.
    pub fn encode(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(format!("{}{}", self.id.simple(), self.key))
    }

    fn decode(text: &str) -> Result<Self> {
        let read = || {
            let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
            let plain = String::from_utf8(bytes).ok()?;
            let (id, key) = plain.split_at_checked(32)?;
            Some(Self { id: Uuid::try_parse(id).ok()?, key: key.to_owned() })
        };
        read().ok_or_else(Self::malformed)
    }

    /// The error for a cursor that does not belong to the list.
    pub fn malformed() -> Error {
        Error::InvalidInput("This is not a cursor of this list. Take cursors from pageInfo or from edges.".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_cursor_comes_back(key in ".{0,40}", bits in any::<u128>()) {
            let cursor = Cursor { key, id: Uuid::from_u128(bits) };
            prop_assert_eq!(Cursor::decode(&cursor.encode()).unwrap(), cursor);
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,80}") {
            let _ = Cursor::decode(&text);
        }
    }

    #[test]
    fn sizes_outside_of_1_to_100_and_both_directions_are_refused() {
        for first in [0, -1, 101] {
            assert!(PageArguments::new(Some(first), None, None, None).is_err());
        }
        assert!(PageArguments::new(Some(1), None, Some(1), None).is_err());
        assert!(PageArguments::new(Some(1), None, None, Some("x".to_owned())).is_err());
        assert_eq!(PageArguments::new(None, None, None, None).unwrap().size, 20);
        assert!(PageArguments::new(None, None, Some(3), None).unwrap().backwards);
    }
}
