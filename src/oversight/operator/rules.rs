//! The searches of staff. Pure functions.

use crate::base::error::{Error, Result};

/// The most results of one search.
pub const MOST: usize = 1_000;

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
    fn too_many_are_refused() {
        assert!(within(MOST).is_ok());
        assert!(within(MOST + 1).is_err());
    }
}
