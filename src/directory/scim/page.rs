//! Which part of a list a client wants (RFC 7644, section 3.4.2.4). Pure functions.

use super::error::{Kind, ScimError};

/// The most resources of one page.
pub const LARGEST: u64 = 500;
/// So many if the client does not say.
const USUAL: u64 = 100;

/// A part of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The position of the first, counted from 1.
    pub start: u64,
    /// At most so many.
    pub count: u64,
}

impl Range {
    /// Reads the two parameters. A start below 1 is 1, and a count below 0 is 0.
    pub fn read(start: Option<&str>, count: Option<&str>) -> Result<Self, ScimError> {
        let number = |name: &str, text: Option<&str>| {
            let read = text.map(|text| text.trim().parse::<i64>()).transpose();
            read.map_err(|_| ScimError::invalid(Kind::InvalidValue, format!("{name} must be a whole number.")))
        };
        let start = number("startIndex", start)?.map_or(1, |start| u64::try_from(start).unwrap_or(1).max(1));
        let count = number("count", count)?.map_or(USUAL, |count| u64::try_from(count).unwrap_or(0).min(LARGEST));
        // A position that no database takes is behind every list.
        Ok(Self { start: start.min(1 << 53), count })
    }

    /// How many come before the page.
    pub const fn offset(self) -> u64 {
        self.start - 1
    }

    /// The page of a list that is here as a whole.
    pub fn of<T>(self, all: Vec<T>) -> Vec<T> {
        let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        all.into_iter().skip(size(self.offset())).take(size(self.count)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_counted_from_one() {
        let read = |start, count| Range::read(start, count).unwrap();
        assert_eq!(read(None, None), Range { start: 1, count: USUAL });
        assert_eq!(read(Some("0"), Some("-1")), Range { start: 1, count: 0 });
        assert_eq!(read(Some("-7"), Some("100000")), Range { start: 1, count: LARGEST });
        assert_eq!(read(Some("3"), Some("2")).of(vec![1, 2, 3, 4, 5]), [3, 4]);
        assert!(read(Some("9"), None).of(vec![1]).is_empty());
        assert!(read(Some("9223372036854775807"), None).of(vec![1]).is_empty());
        for wrong in ["", "x", "1.5", "99999999999999999999"] {
            assert!(Range::read(Some(wrong), None).is_err(), "{wrong}");
        }
    }
}
