//! How far a node has read the log of changes, and what it found there.
//!
//! On PostgreSQL a log row holds the number of its transaction, and numbers become visible in any order. So a node
//! remembers the snapshot of its last look. The next one asks for what that snapshot did not see: numbers from its end on,
//! and those that were in progress in it. On SQLite writes are serial, and the next look goes on behind the last row.

use std::cmp::Ordering;

use uuid::Uuid;

use super::table::Table;

/// How far a node has read the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Which log it is, and what was seen of it.
    Postgres {
        /// The identity of the log. A crash of the database removes it.
        log: Uuid,
        /// The number of its table: another one after a restore.
        table: i64,
        /// The snapshot of the look.
        seen: Snapshot,
    },
    /// The number of the last row.
    Sqlite {
        /// The number.
        seen: i64,
    },
}

impl Place {
    /// A place in a log of PostgreSQL, with the snapshot in its text form.
    pub fn postgres(log: Uuid, table: i64, snapshot: &str) -> Option<Self> {
        Some(Self::Postgres { log, table, seen: Snapshot::read(snapshot)? })
    }

    /// Whether both are places in the same log.
    pub fn is_in_log_of(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Postgres { log, table, .. }, Self::Postgres { log: other, table: its, .. }) => {
                log == other && table == its
            }
            (Self::Sqlite { .. }, Self::Sqlite { .. }) => true,
            _ => false,
        }
    }

    /// Whether it saw more than another place in the same log.
    pub fn saw_more_than(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Postgres { seen, .. }, Self::Postgres { seen: other, .. }) => seen.compare(other).is_gt(),
            (Self::Sqlite { seen }, Self::Sqlite { seen: other }) => seen > other,
            _ => true,
        }
    }
}

/// A snapshot of PostgreSQL: transactions below `end` are visible, except those in progress.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// All transactions below this one have ended.
    pub begin: u64,
    /// No transaction from this one on is visible.
    pub end: u64,
    in_progress: Vec<u64>,
}

impl Snapshot {
    /// Reads `begin:end:number,number`.
    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split(':');
        let mut number = || parts.next()?.parse().ok();
        let (begin, end) = (number()?, number()?);
        let in_progress = parts.next()?.split(',').filter(|number| !number.is_empty());
        Some(Self { begin, end, in_progress: in_progress.map(str::parse).collect::<Result<_, _>>().ok()? })
    }

    /// Snapshots of one server follow each other: a later one ends later, or has less in progress.
    fn compare(&self, other: &Self) -> Ordering {
        self.end.cmp(&other.end).then(other.in_progress.len().cmp(&self.in_progress.len()))
    }

    /// What is in progress, as an array.
    pub fn array(&self) -> String {
        let numbers: Vec<String> = self.in_progress.iter().map(ToString::to_string).collect();
        format!("{{{}}}", numbers.join(","))
    }
}

/// What has changed since the last look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changes {
    /// The keys of the changed rows.
    Named(Vec<(Table, Uuid)>),
    /// Anything may have changed.
    Unknown,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(snapshot: &str) -> Place {
        Place::postgres(Uuid::nil(), 1, snapshot).unwrap()
    }

    #[test]
    fn snapshots_are_read_and_follow_each_other() {
        let snapshot = Snapshot::read("10:14:10,12").unwrap();
        assert_eq!(snapshot, Snapshot { begin: 10, end: 14, in_progress: vec![10, 12] });
        assert_eq!(snapshot.array(), "{10,12}");
        assert_eq!(Snapshot::read("10:10:").unwrap().array(), "{}");
        for wrong in ["", "10", "10:14", "a:b:", "10:14:x"] {
            assert_eq!(Snapshot::read(wrong), None, "{wrong}");
        }
        let in_order = ["10:14:10,12", "10:14:12", "14:14:", "10:15:10"].map(at);
        for (earlier, later) in in_order.iter().zip(&in_order[1..]) {
            assert!(later.saw_more_than(earlier) && !earlier.saw_more_than(later));
        }
    }

    #[test]
    fn another_identity_or_table_is_another_log() {
        let known = at("10:10:");
        assert!(known.is_in_log_of(&at("12:12:")));
        for other in [
            Place::postgres(Uuid::from_u128(1), 1, "10:10:").unwrap(),
            Place::postgres(Uuid::nil(), 2, "10:10:").unwrap(),
            Place::Sqlite { seen: 10 },
        ] {
            assert!(!other.is_in_log_of(&known));
        }
        assert!(Place::Sqlite { seen: 3 }.is_in_log_of(&Place::Sqlite { seen: 4 }));
    }
}
