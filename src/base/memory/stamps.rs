//! Which look last named a subject.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Release};
use std::sync::{Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

use super::place::{Changes, Place};
use super::table::Table;

/// Stamps: 2 MiB of them. Subjects share them by hash. Two on one stamp cost a needless load at times, never an error.
const SLOTS: usize = 1 << 18;

/// The number of a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Number(u64);

/// The stamps of a node, and how far it has read the log.
pub struct Stamps {
    slots: Box<[AtomicU64]>,
    /// Nothing that was loaded before this look holds.
    floor: AtomicU64,
    published: AtomicU64,
    place: Mutex<Option<Place>>,
    hash: RandomState,
}

impl Default for Stamps {
    fn default() -> Self {
        Self {
            slots: (0..SLOTS).map(|_| AtomicU64::new(0)).collect(),
            // Before the first look nothing holds.
            floor: AtomicU64::new(1),
            published: AtomicU64::new(0),
            place: Mutex::default(),
            hash: RandomState::new(),
        }
    }
}

impl Stamps {
    /// The stamp of a row, or of the rows that have a parent.
    pub fn slot(&self, table: Table, id: Uuid) -> u32 {
        let hash = self.hash.hash_one((table as i16, id));
        u32::try_from(hash % SLOTS as u64).unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Place>> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where the next look goes on.
    pub fn place(&self) -> Option<Place> {
        self.lock().clone()
    }

    /// Takes in what a look has found. When it returns, everybody sees it. Says how many subjects changed; `None` if
    /// everything was forgotten.
    pub fn take_in(&self, now: Option<Place>, changes: &Changes) -> Option<usize> {
        let mut place = self.lock();
        if let (Some(now), Some(known), Changes::Named(_)) = (&now, &*place, changes)
            && now.is_in_log_of(known)
            && !now.saw_more_than(known)
        {
            // Another look that saw as much came first.
            return Some(0);
        }
        let continues = now.as_ref().zip(place.as_ref()).is_some_and(|(now, known)| now.is_in_log_of(known));
        let number = self.published.load(Acquire) + 1;
        let taken = match changes {
            Changes::Named(subjects) if continues => {
                for (table, id) in subjects {
                    if let Some(slot) = self.slots.get(self.slot(*table, *id) as usize) {
                        slot.store(number, Release);
                    }
                }
                Some(subjects.len())
            }
            _ => {
                self.floor.store(number, Release);
                None
            }
        };
        *place = now;
        self.published.store(number, Release);
        taken
    }

    /// The newest look. A load asks for it before its statement is sent.
    pub fn newest(&self) -> Number {
        Number(self.published.load(Acquire))
    }

    /// Whether something still holds that was loaded under this number.
    pub fn holds(&self, slots: &[u32], loaded: Number) -> bool {
        let is_older = |slot: &u32| self.slots.get(*slot as usize).is_some_and(|stamp| stamp.load(Acquire) <= loaded.0);
        loaded.0 >= self.floor.load(Acquire) && slots.iter().all(is_older)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    fn named(subjects: &[u128]) -> Changes {
        Changes::Named(subjects.iter().map(|number| (Table::Role, id(*number))).collect())
    }

    const fn at(seen: i64) -> Place {
        Place::Sqlite { seen }
    }

    #[test]
    fn what_a_look_names_no_longer_holds_and_everything_else_does() {
        let stamps = Stamps::default();
        let (one, two) = ([stamps.slot(Table::Role, id(1))], [stamps.slot(Table::Role, id(2))]);
        assert!(!stamps.holds(&one, stamps.newest()), "nothing holds before the first look");
        assert_eq!(stamps.take_in(Some(at(5)), &Changes::Unknown), None);
        let loaded = stamps.newest();
        assert!(stamps.holds(&one, loaded) && stamps.holds(&[], loaded));
        assert_eq!(stamps.take_in(Some(at(6)), &named(&[1])), Some(1));
        assert!(!stamps.holds(&one, loaded) && stamps.holds(&two, loaded));
        assert!(stamps.holds(&one, stamps.newest()));
    }

    #[test]
    fn a_late_answer_of_an_older_look_changes_nothing() {
        let stamps = Stamps::default();
        stamps.take_in(Some(at(5)), &Changes::Unknown);
        stamps.take_in(Some(at(9)), &named(&[1]));
        let (one, loaded) = ([stamps.slot(Table::Role, id(1))], stamps.newest());
        assert_eq!(stamps.take_in(Some(at(7)), &named(&[1])), Some(0));
        assert!(stamps.holds(&one, loaded));
        assert_eq!(stamps.place(), Some(at(9)));
    }

    #[test]
    fn another_log_or_a_gap_or_none_forgets_everything() {
        let stamps = Stamps::default();
        let postgres = |log| Some(Place::postgres(id(log), 7, "10:10:").unwrap());
        stamps.take_in(postgres(1), &Changes::Unknown);
        for (now, changes) in
            [(postgres(2), named(&[])), (postgres(2), Changes::Unknown), (None, named(&[])), (postgres(2), named(&[]))]
        {
            let loaded = stamps.newest();
            let is_same = now == stamps.place() && changes != Changes::Unknown;
            assert_eq!(stamps.take_in(now, &changes), is_same.then_some(0));
            assert_eq!(stamps.holds(&[], loaded), is_same);
        }
    }
}
