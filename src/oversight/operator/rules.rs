//! What is searched for. Pure functions.

use sea_orm::DbBackend;

use crate::base::error::{Error, Result};

/// How many results one search gives at most.
pub const MOST: usize = 1_000;

/// Longest text that is searched for, in characters.
const LONGEST: usize = 200;

/// The beginning of a name or an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beginning(String);

impl Beginning {
    /// Reads what somebody typed; nothing is the beginning of everything.
    pub fn read(typed: Option<&str>) -> Result<Self> {
        let text = typed.unwrap_or_default().trim();
        if text.chars().count() > LONGEST || text.contains('\0') {
            return Err(Error::InvalidInput("Search for the beginning of a name: 200 characters at most.".to_owned()));
        }
        Ok(Self(text.to_lowercase()))
    }

    /// What is searched for, in small letters.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The condition that a column begins so, with two parameters from the given place on, and their values. Written so
    /// that each database finds it by its index.
    pub fn condition(&self, backend: DbBackend, column: &str, place: usize) -> (String, [String; 2]) {
        let next = place + 1;
        if backend == DbBackend::Postgres {
            let escaped = self.0.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
            return (format!("({column} LIKE ${place} AND ${next} = '')"), [format!("{escaped}%"), String::new()]);
        }
        let behind = format!("{}{}", self.0, char::MAX);
        (format!("({column} >= ${place} AND {column} < ${next})"), [self.0.clone(), behind])
    }
}

/// Refuses a search that finds too much.
pub fn within(found: usize) -> Result<()> {
    if found <= MOST {
        return Ok(());
    }
    let message = format!("More than {MOST} begin so. Search for more letters.");
    Err(Error::Limited { message, limit: MOST as u64, value: found as u64 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_is_for_a_beginning_and_no_letter_stands_for_others() {
        let begins = Beginning::read(Some("  Å_100%\\ ")).unwrap();
        assert_eq!(begins.text(), "å_100%\\");
        let (_, [pattern, _]) = begins.condition(DbBackend::Postgres, "name", 1);
        assert_eq!(pattern, "å\\_100\\%\\\\%");
        let (condition, [from, to]) = begins.condition(DbBackend::Sqlite, "name", 3);
        assert_eq!(condition, "(name >= $3 AND name < $4)");
        assert!(from.as_str() < "å_100%\\z" && "å_100%\\z" < to.as_str() && to.as_str() < "å_101");
    }

    #[test]
    fn too_long_and_too_many_are_refused() {
        assert!(Beginning::read(Some(&"a".repeat(201))).is_err());
        assert!(Beginning::read(Some("\0")).is_err());
        assert_eq!(Beginning::read(None).unwrap().text(), "");
        assert!(within(MOST).is_ok());
        assert!(within(MOST + 1).is_err());
    }
}
