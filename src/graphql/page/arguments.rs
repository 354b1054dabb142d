//! The requested page: `first` and `after`, or `last` and `before`.
//!
//! A cursor belongs to one list: to its field, to the arguments that filter and order it, and to the parent of the list. It
//! holds a mark of these, and is refused anywhere else.

use async_graphql::Context;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use uuid::Uuid;

use super::mark::Mark;
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
    /// The field, and its arguments besides those of the page.
    pub field: Mark,
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
        Ok(Self { size, backwards, from, field: Mark::default() })
    }

    /// The page of an export behind the cursor of the last one. Exports have larger pages than clients may ask for.
    pub fn next(after: Option<&str>, size: usize) -> Result<Self> {
        Ok(Self { size, ..Self::new(None, after.map(str::to_owned), None, None)? })
    }

    /// Called by `#[guarded]`: the same page, for the field that is being resolved.
    pub fn of_field(self, context: &Context<'_>) -> Result<Self> {
        let field = context.field();
        let mut mark = Mark::default().text(field.name());
        let is_of_page = |name: &str| matches!(name, "first" | "after" | "last" | "before");
        if !context.item.node.arguments.iter().all(|(name, _)| is_of_page(&name.node)) {
            let mut arguments = field.arguments().map_err(|error| Error::fault(error.message))?;
            arguments.retain(|(name, _)| !is_of_page(name));
            arguments.sort_by(|(one, _), (other, _)| one.cmp(other));
            mark = arguments.iter().fold(mark, |mark, (name, value)| mark.argument(name, value));
        }
        Ok(Self { field: mark, ..self })
    }

    /// The mark of the cursors in a list of this field, below this parent.
    pub fn mark(&self, list: &str, parent: Uuid) -> Mark {
        self.field.text(list).text(parent.as_bytes())
    }

    /// Refuses a page that starts at a cursor with another mark.
    pub fn require(&self, mark: Mark) -> Result<()> {
        if self.from.as_ref().is_none_or(|cursor| cursor.mark == mark) {
            return Ok(());
        }
        let text = "This cursor belongs to another list, or to another filter or order of this list. Take it from the same \
                    field with the same arguments.";
        Err(Error::InvalidInput(text.to_owned()))
    }
}

/// The position of a row in its list: the value that the list is ordered by, and the id.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cursor {
    /// The list.
    pub mark: Mark,
    /// The value in its text form.
    pub key: String,
    /// The row.
    pub id: Uuid,
}

impl Cursor {
    /// The opaque text form.
    pub fn encode(&self) -> String {
        let bytes = [&self.mark.to_bytes()[..], self.id.as_bytes(), self.key.as_bytes()].concat();
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    fn decode(text: &str) -> Result<Self> {
        let read = || {
            let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
            let (mark, rest) = bytes.split_first_chunk()?;
            let (id, key) = rest.split_first_chunk()?;
            let key = str::from_utf8(key).ok()?.to_owned();
            Some(Self { mark: Mark::from_bytes(*mark), key, id: Uuid::from_bytes(*id) })
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
            let cursor = Cursor { mark: Mark::default().text(&key), key, id: Uuid::from_u128(bits) };
            prop_assert_eq!(Cursor::decode(&cursor.encode()).unwrap(), cursor);
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,80}") {
            let _ = Cursor::decode(&text);
        }
    }

    #[test]
    fn a_cursor_is_refused_in_another_list() {
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let page = PageArguments::new(None, None, None, None).unwrap();
        let mark = page.mark("services", one);
        let cursor = Cursor { mark, key: "x".to_owned(), id: one }.encode();
        let next = PageArguments::new(None, Some(cursor), None, None).unwrap();
        assert!(next.require(next.mark("services", one)).is_ok());
        let filtered = PageArguments { field: Mark::default().text("state"), ..next.clone() };
        for wrong in [next.mark("services", other), next.mark("invoices", one), filtered.mark("services", one)] {
            assert!(next.require(wrong).is_err());
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
