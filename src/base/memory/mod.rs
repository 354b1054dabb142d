//! What this node keeps of the database, and how it knows what of it is still true.
//!
//! Rows of the tenant graph change rarely and are read all the time, so a node keeps what it has read. Triggers write each
//! change into a log, in the transaction of the change (`table`). A request begins with a look at the log (`store`), which
//! names everything that has changed since the node's last look. So nothing that the request takes from memory is older
//! than the snapshot of its own look.
//!
//! - Looks are numbered in the order in which they are taken in. Taking one in writes its number into the stamp of each
//!   subject that it names, and only then publishes the number (`stamps`).
//! - A load notes the newest published number before its statement is sent. Its statement sees all that those looks saw.
//! - An entry holds while no stamp of its subjects is above the number under which it was loaded. That is asked when it is
//!   read. So it does not matter when a load ends, or in which order entries are written. Nothing has to be removed.
//!
//! `Sight` is what one request may take. Whoever may see what is decided for each request: the memory has no permissions.

mod keep;
mod place;
mod sight;
mod stamps;
mod store;
mod table;

use std::any::Any;
use std::fmt::{self, Debug};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use quick_cache::sync::Cache;
use quick_cache::{DefaultHashBuilder, Lifecycle, Weighter};
use uuid::Uuid;

pub use keep::{Heap, Kept, Kind, OfTable, Subjects};
pub use sight::{Gaps, Sight};
pub use stamps::Number;
pub use store::{Look, clean, clean_now_and_then, forget_everywhere, is_readable, unlogged};
pub use table::Table;

use place::{Changes, Place};
use stamps::Stamps;

/// What an entry takes besides its key and its value: the map, the counters of an `Arc`, and its numbers.
const OVERHEAD: usize = 96;
/// A guess at the bytes of an entry, from which the map computes how many it can hold.
const TYPICAL: u64 = 512;

/// What was loaded: a kind of entry, and the id of the object or of the parent of a list.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// What is kept: one of our names for objects, or the text of a list with its page and filter.
    pub name: Name,
    /// The object, or the parent of the list.
    pub id: Uuid,
}

/// The name of a kind of entries. It determines the type of their values.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Name {
    /// A fixed name.
    Fixed(&'static str),
    /// A name that a request has made.
    Made(Arc<str>),
}

impl From<&'static str> for Name {
    fn from(name: &'static str) -> Self {
        Self::Fixed(name)
    }
}

impl From<String> for Name {
    fn from(name: String) -> Self {
        Self::Made(name.into())
    }
}

impl Key {
    /// The key of an entry with a fixed name.
    pub const fn new(name: &'static str, id: Uuid) -> Self {
        Self { name: Name::Fixed(name), id }
    }
}

/// An entry. The value is an `Option<V>`: that there is nothing is worth keeping too.
struct Stored<V: ?Sized> {
    loaded: Number,
    subjects: Box<[u32]>,
    bytes: usize,
    value: V,
}

type Entry = Arc<Stored<dyn Any + Send + Sync>>;

/// What was found in memory.
pub struct Known<V> {
    /// The value; `None` if there is nothing under the id.
    pub value: Option<V>,
    entry: Entry,
}

/// The memory of a node.
pub struct Memory {
    stamps: Stamps,
    entries: Option<Cache<Key, Entry, ByBytes, DefaultHashBuilder, Evictions>>,
    verifies: bool,
    counters: Arc<Counters>,
    began: Instant,
    /// When the last look was taken in, in milliseconds from the beginning; 0 before the first.
    looked: AtomicU64,
}

/// What the memory counts, for the metrics.
#[derive(Debug, Default)]
pub struct Counters {
    /// Answers from memory.
    pub hits: AtomicU64,
    /// What had to be loaded.
    pub misses: AtomicU64,
    /// Entries that made room for others.
    pub evictions: AtomicU64,
    /// Subjects that looks named as changed.
    pub invalidations: AtomicU64,
    /// How often everything was forgotten.
    pub resets: AtomicU64,
}

impl Memory {
    /// An empty memory of at most this many bytes; with 0, it keeps nothing. If it verifies, everything is loaded
    /// nevertheless and compared.
    pub fn new(bytes: u64, verifies: bool) -> Self {
        let counters = Arc::new(Counters::default());
        let entries = (bytes > 0).then(|| {
            let items = usize::try_from(bytes / TYPICAL).unwrap_or(usize::MAX).max(16);
            let evictions = Evictions(Arc::clone(&counters));
            Cache::with(items, bytes, ByBytes, DefaultHashBuilder::default(), evictions)
        });
        let (began, looked) = (Instant::now(), AtomicU64::new(0));
        Self { stamps: Stamps::default(), entries, verifies, counters, began, looked }
    }

    /// Whether it keeps anything.
    pub const fn is_on(&self) -> bool {
        self.entries.is_some()
    }

    /// What it has counted.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Bytes that its entries take.
    pub fn bytes(&self) -> u64 {
        self.entries.as_ref().map_or(0, Cache::weight)
    }

    /// The time since the last look; `None` before the first.
    pub fn age(&self) -> Option<Duration> {
        let looked = self.looked.load(Ordering::Relaxed);
        (looked > 0).then(|| self.began.elapsed().saturating_sub(Duration::from_millis(looked)))
    }

    /// The entry, if it still holds.
    fn get<V: Clone + 'static>(&self, key: &Key) -> Option<Known<V>> {
        let entry = self.entries.as_ref()?.get(key)?;
        if !self.stamps.holds(&entry.subjects, entry.loaded) {
            return None;
        }
        let value = entry.value.downcast_ref::<Option<V>>()?.clone();
        Some(Known { value, entry })
    }

    /// Whether an entry still holds.
    fn holds<V>(&self, known: &Known<V>) -> bool {
        self.stamps.holds(&known.entry.subjects, known.entry.loaded)
    }

    /// Takes in what a look has found.
    fn take_in(&self, now: Option<Place>, changes: &Changes) {
        let elapsed = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.looked.store(elapsed.max(1), Ordering::Relaxed);
        match self.stamps.take_in(now, changes) {
            Some(named) => self.counters.invalidations.fetch_add(named as u64, Ordering::Relaxed),
            None => self.counters.resets.fetch_add(1, Ordering::Relaxed),
        };
    }

    /// Keeps what was loaded. An entry that is too old does no harm, since `get` refuses it; it must only not replace a
    /// better one.
    fn put<V: Send + Sync + 'static>(
        &self,
        key: Key,
        value: Option<V>,
        heap: usize,
        subjects: &Subjects,
        loaded: Number,
    ) {
        let Some(entries) = &self.entries else { return };
        let slots: Box<[u32]> = subjects.iter().map(|(table, id)| self.stamps.slot(table, id)).collect();
        let has_better = entries.peek(&key).is_some_and(|entry| entry.loaded > loaded);
        if has_better || !self.stamps.holds(&slots, loaded) {
            return;
        }
        let made = if let Name::Made(text) = &key.name { text.len() } else { 0 };
        let bytes = heap + size_of::<Stored<Option<V>>>() + size_of::<Key>() + made + slots.len() * 4 + OVERHEAD;
        entries.insert(key, Arc::new(Stored { loaded, subjects: slots, bytes, value }));
    }
}

impl Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").field("bytes", &self.bytes()).field("counters", &self.counters).finish_non_exhaustive()
    }
}

#[derive(Clone)]
struct ByBytes;

impl Weighter<Key, Entry> for ByBytes {
    fn weight(&self, _: &Key, entry: &Entry) -> u64 {
        entry.bytes as u64
    }
}

/// Counts entries that make room for others.
#[derive(Clone)]
struct Evictions(Arc<Counters>);

impl Lifecycle<Key, Entry> for Evictions {
    type RequestState = ();

    fn begin_request(&self) -> Self::RequestState {}

    fn on_evict(&self, (): &mut Self::RequestState, _: Key, _: Entry) {
        self.0.evictions.fetch_add(1, Ordering::Relaxed);
    }
}
