//! Anchors: the end of a log, kept outside the database. Somebody who can write to the database can write a whole new log
//! with hashes that fit. It does not hold the event that an anchor names. Pure functions.

use std::fmt;

use chrono::{SecondsFormat, TimeDelta};
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::rules::SHORTEST_DAYS;
use crate::base::id::Type;

/// The newest event of a log at some moment. Its text is a line: organisation, sequence, hash, and time of the event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// Whose log it is.
    pub organisation: Uuid,
    /// Its place in the log.
    pub sequence: i64,
    /// Its hash, which covers all events before it.
    pub hash: String,
    /// When it happened; `None` if retention had removed it already.
    pub at: Option<DateTimeUtc>,
}

/// What a log holds now, where an anchor points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Present {
    /// The sequence of the newest event.
    pub sequence: i64,
    /// The sequence and the hash of the last event that retention removed.
    pub removed: (i64, String),
    /// The hash of the anchored event, if it is there.
    pub hash: Option<String>,
}

/// How a log stands to an anchor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The log still holds the anchored event.
    Holds,
    /// Retention has removed the event and later ones, so nothing can be compared.
    Removed,
    /// The log is another one.
    Broken(&'static str),
}

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.at.map_or_else(|| "-".to_owned(), |at| at.to_rfc3339_opts(SecondsFormat::Secs, true));
        write!(f, "{} {} {} {at}", Type::Organisation.id(self.organisation).0, self.sequence, self.hash)
    }
}

impl Anchor {
    /// Reads the line.
    pub fn read(line: &str) -> Option<Self> {
        let mut parts = line.split(' ');
        let mut next = || parts.next().filter(|part| !part.is_empty());
        let (organisation, sequence, hash, at) = (next()?, next()?, next()?, next()?);
        let is_hash = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        let anchor = Self {
            organisation: Type::Organisation.parse(&organisation.to_owned().into()).ok()?,
            sequence: sequence.parse().ok().filter(|sequence| *sequence > 0)?,
            hash: Some(hash).filter(|_| is_hash)?.to_owned(),
            at: if at == "-" { None } else { Some(at.parse().ok()?) },
        };
        parts.next().is_none().then_some(anchor)
    }

    /// Compares the log of today. `None` means that there is no log.
    pub fn compare(&self, present: Option<&Present>, now: DateTimeUtc) -> Standing {
        let Some(present) = present else { return Standing::Broken("the whole log was removed") };
        let (removed, end) = &present.removed;
        if present.sequence < self.sequence {
            return Standing::Broken("the log was shortened: this event and later ones are not there");
        }
        if *removed > self.sequence {
            // No organisation can keep its events for a shorter time.
            let is_young = self.at.is_some_and(|at| now - at < TimeDelta::days(SHORTEST_DAYS.into()));
            return if is_young {
                Standing::Broken("the log was shortened: this event was removed before its time")
            } else {
                Standing::Removed
            };
        }
        let hash = if *removed == self.sequence { Some(end) } else { present.hash.as_ref() };
        match hash {
            None => Standing::Broken("the log was shortened: this event was removed"),
            Some(hash) if *hash != self.hash => Standing::Broken("the log was rewritten: this event is another one"),
            Some(_) => Standing::Holds,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn anchor() -> Anchor {
        Anchor {
            organisation: Uuid::from_u128(7),
            sequence: 5,
            hash: "ab".repeat(32),
            at: Some(DateTimeUtc::UNIX_EPOCH),
        }
    }

    #[test]
    fn a_line_is_read_as_it_was_written() {
        for at in [None, Some(DateTimeUtc::UNIX_EPOCH)] {
            let anchor = Anchor { at, ..anchor() };
            assert_eq!(Anchor::read(&anchor.to_string()), Some(anchor));
        }
        let line = anchor().to_string();
        for broken in ["", "a b c d", &line[..line.len() - 25], &format!("{line} more"), &line.replace(" 5 ", " 0 ")] {
            assert_eq!(Anchor::read(broken), None, "{broken}");
        }
    }

    #[test]
    fn each_change_of_a_log_is_told_apart() {
        let anchor = anchor();
        let present = |sequence, removed, removed_hash: &str, hash: Option<&str>| Present {
            sequence,
            removed: (removed, removed_hash.to_owned()),
            hash: hash.map(str::to_owned),
        };
        let (good, bad) = (anchor.hash.as_str(), "cd");
        let (soon, late) =
            (DateTimeUtc::UNIX_EPOCH + TimeDelta::days(89), DateTimeUtc::UNIX_EPOCH + TimeDelta::days(90));
        for (present, now, expected) in [
            (present(5, 0, "", Some(good)), soon, "holds"),
            (present(9, 4, bad, Some(good)), soon, "holds"),
            (present(9, 5, good, None), soon, "holds"),
            (present(9, 6, bad, None), late, "removed"),
            (present(9, 6, bad, None), soon, "before its time"),
            (present(9, 5, bad, None), late, "rewritten"),
            (present(9, 0, "", Some(bad)), late, "rewritten"),
            (present(9, 0, "", None), late, "was removed"),
            (present(4, 0, "", None), late, "shortened"),
        ] {
            let text = match anchor.compare(Some(&present), now) {
                Standing::Holds => "holds",
                Standing::Removed => "removed",
                Standing::Broken(reason) => reason,
            };
            assert!(text.contains(expected), "{present:?}: {text}");
        }
        assert!(matches!(anchor.compare(None, late), Standing::Broken(_)));
        let unknown = Anchor { at: None, ..anchor };
        assert_eq!(unknown.compare(Some(&present(9, 6, bad, None)), soon), Standing::Removed);
    }
}
