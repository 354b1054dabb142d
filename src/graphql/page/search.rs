//! The text by which a list is searched.

use super::filter::Filter;
use crate::base::error::{Error, Result};
use crate::base::message::Message;

/// The longest text, in characters.
const LONGEST: usize = 200;

/// A part of the texts that people look for. Nothing typed means everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search(String);

impl Search {
    /// Reads what somebody typed.
    pub fn read(typed: Option<&str>) -> Result<Self> {
        Self::parse(typed).map_err(|wrong| Error::InvalidInput(wrong.to_string()))
    }

    /// The same. The error is the message to the user.
    pub fn parse(typed: Option<&str>) -> Result<Self, Message> {
        let text = typed.unwrap_or_default().trim();
        if text.chars().count() > LONGEST || text.contains('\0') {
            let message = [
                format!("search: give at most {LONGEST} characters."),
                format!("search: Geben Sie höchstens {LONGEST} Zeichen an."),
                format!("search: ange högst {LONGEST} tecken."),
            ];
            return Err(message.into());
        }
        Ok(Self(collation::fold(text)))
    }

    /// The text, folded.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The pattern that finds the text in a folded one, by LIKE with `!` as its escape character.
    pub fn pattern(&self) -> String {
        collation::pattern(&self.0)
    }

    /// Whether a text contains it.
    pub fn finds(&self, text: &str) -> bool {
        self.0.is_empty() || collation::fold(text).contains(&self.0)
    }

    /// Adds the condition to a filter. `:search` stands for the pattern.
    pub fn narrow(&self, filter: Filter, condition: &str) -> Filter {
        if self.0.is_empty() { filter } else { filter.and_with(condition, [(":search", self.pattern().into())]) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_is_for_a_part_in_any_case_and_no_letter_stands_for_others() {
        let search = Search::read(Some("  Å_100%! ")).unwrap();
        assert_eq!(search.text(), "å_100%!");
        assert_eq!(search.pattern(), "%å!_100!%!!%");
        assert!(Search::read(Some("STRASSE")).unwrap().finds("Lange Straße 1"));
        assert!(Search::read(Some("Å")).unwrap().finds("smA\u{30a}"));
        assert!(!Search::read(Some("a")).unwrap().finds("Å"));
    }

    #[test]
    fn nothing_finds_everything_and_too_much_is_refused() {
        for nothing in [None, Some(""), Some("  ")] {
            assert!(Search::read(nothing).unwrap().finds("x"));
        }
        assert!(Search::read(Some(&"a".repeat(201))).is_err());
        assert!(Search::read(Some("\0")).is_err());
    }
}
