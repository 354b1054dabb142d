//! The searches of staff. Pure functions.

use crate::base::error::{Error, Result};

/// The most results of one search.
pub const MOST: usize = 1_000;

/// The longest search text, in characters.
const LONGEST: usize = 200;

/// The text that a name or an address must begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchPrefix(String);

impl SearchPrefix {
    /// Reads the typed text. An empty text matches everything.
    pub fn read(typed: Option<&str>) -> Result<Self> {
        let text = typed.unwrap_or_default().trim();
        if text.chars().count() > LONGEST || text.contains('\0') {
            return Err(Error::InvalidInput("A search has at most 200 characters.".to_owned()));
        }
        Ok(Self(text.to_lowercase()))
    }

    /// The text in lower case.
    pub fn text(&self) -> &str {
        &self.0
    }
}

/// Refuses a search with too many results.
pub fn within(found: usize) -> Result<()> {
    if found <= MOST {
        return Ok(());
    }
    let message = format!("More than {MOST} match. Search for more letters.");
    Err(Error::Limited { message, limit: MOST as u64, value: found as u64 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_long_and_too_many_are_refused() {
        assert!(SearchPrefix::read(Some(&"a".repeat(201))).is_err());
        assert!(SearchPrefix::read(Some("\0")).is_err());
        assert_eq!(SearchPrefix::read(None).unwrap().text(), "");
        assert!(within(MOST).is_ok());
        assert!(within(MOST + 1).is_err());
    }
}
