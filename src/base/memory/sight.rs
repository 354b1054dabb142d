//! What one request may take from memory.

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

use uuid::Uuid;

use super::keep::{Kind, Subjects};
use super::stamps::Number;
use super::store::Look;
use super::{Key, Known, Name};
use crate::base::batch::Batch;
use crate::base::db::Db;
use crate::base::error::{Error, Result};

/// A request's view of the memory. It is closed until the request has looked at the log, and during its transactions:
/// they read the database.
pub struct Sight {
    db: Db,
    is_open: AtomicBool,
    has_loaded: AtomicBool,
}

/// What has to be loaded, because it is not in memory or is to be compared.
pub struct Gaps<V> {
    /// The ids.
    pub ids: Vec<Uuid>,
    name: &'static str,
    doubted: Vec<(Uuid, Known<V>)>,
}

impl<V> Gaps<V> {
    /// None yet, of entries with this name.
    pub const fn new(name: &'static str) -> Self {
        Self { ids: Vec::new(), name, doubted: Vec::new() }
    }
}

impl Sight {
    /// A closed sight.
    pub const fn new(db: Db) -> Self {
        Self { db, is_open: AtomicBool::new(false), has_loaded: AtomicBool::new(false) }
    }

    /// The request has just looked.
    pub fn open(&self) {
        self.is_open.store(self.db.memory().is_on(), Relaxed);
    }

    /// Whether the request may take anything from memory.
    pub fn is_open(&self) -> bool {
        self.is_open.load(Relaxed)
    }

    /// From now on, the request reads the database. Says whether it was open.
    pub fn close(&self) -> bool {
        self.is_open.swap(false, Relaxed)
    }

    /// Looks again, after the request has changed something, and opens.
    pub async fn look_again(&self) -> Result<()> {
        Look::bare().take(&self.db).await?;
        self.open();
        Ok(())
    }

    /// Whether entries are loaded nevertheless, and compared.
    fn verifies(&self) -> bool {
        self.db.memory().verifies
    }

    /// The entry, if it still holds.
    pub fn get<V: Clone + 'static>(&self, key: &Key) -> Option<Known<V>> {
        if !self.is_open.load(Relaxed) {
            return None;
        }
        let memory = self.db.memory();
        let found = memory.get(key);
        let counter = if found.is_some() { &memory.counters.hits } else { &memory.counters.misses };
        counter.fetch_add(1, Relaxed);
        found
    }

    /// To be asked before the statement of a load is sent. `None`: nothing is kept.
    pub fn begin(&self) -> Option<Number> {
        self.has_loaded.store(true, Relaxed);
        self.is_open.load(Relaxed).then(|| self.db.memory().stamps.newest())
    }

    /// For a request that has found nothing: reads the database if the request has not. Otherwise, the time of the answer
    /// would tell an object that is hidden, and in memory, from one that nobody made.
    pub async fn hide_time(&self) {
        if self.is_open.load(Relaxed) && !self.has_loaded.load(Relaxed) {
            // Without an answer of the database there is nothing to hide.
            drop(Look::bare().take(&self.db).await);
        }
    }

    /// Keeps what was loaded.
    pub fn put<V: Clone + Send + Sync + 'static>(
        &self,
        key: Key,
        value: Option<&V>,
        kind: &impl Kind<V>,
        loaded: Number,
    ) {
        let mut subjects = Subjects::default();
        kind.subjects(key.id, value, &mut subjects);
        let heap = value.map_or(0, |value| kind.heap(value));
        self.db.memory().put(key, value.cloned(), heap, &subjects, loaded);
    }

    /// The value under the id, from memory or loaded together with those of its siblings.
    pub async fn load<V, F>(
        &self,
        batch: &Batch<Uuid, V>,
        name: &Name,
        id: Uuid,
        kind: &impl Kind<V>,
        load: F,
    ) -> Result<Option<V>>
    where
        V: Clone + Send + Sync + 'static,
        F: AsyncFnOnce(Vec<Uuid>) -> Result<HashMap<Uuid, V>>,
    {
        let key = Key { name: name.clone(), id };
        let mut known = self.get::<V>(&key);
        if !self.verifies()
            && let Some(known) = known.take()
        {
            return Ok(known.value);
        }
        let loaded = batch
            .load(id, async |ids| {
                let since = self.begin();
                let loaded = load(ids.clone()).await?;
                if let Some(since) = since {
                    for id in ids {
                        self.put(Key { name: name.clone(), id }, loaded.get(&id), kind, since);
                    }
                }
                Ok(loaded)
            })
            .await?;
        if let Some(known) = known {
            self.verify(&key, &known, loaded.as_ref(), |value| kind.text(value)).await?;
        }
        Ok(loaded)
    }

    /// The values under some ids, from memory or loaded together. Ids without a value are left out.
    pub async fn load_many<V, F>(
        &self,
        name: &'static str,
        ids: &[Uuid],
        kind: &impl Kind<V>,
        load: F,
    ) -> Result<HashMap<Uuid, V>>
    where
        V: Clone + Send + Sync + 'static,
        F: AsyncFnOnce(Vec<Uuid>) -> Result<HashMap<Uuid, V>>,
    {
        let (mut found, mut gaps) = (HashMap::with_capacity(ids.len()), Gaps::new(name));
        for id in ids {
            found.extend(self.recall(*id, &mut gaps).flatten().map(|value| (*id, value)));
        }
        if gaps.ids.is_empty() {
            return Ok(found);
        }
        let since = self.begin();
        let loaded = load(gaps.ids.clone()).await?;
        self.fill(gaps, &loaded, kind, since).await?;
        found.extend(loaded);
        Ok(found)
    }

    /// The value under the id, if it is in memory. Otherwise the id is a gap; so it is if values are to be compared.
    pub fn recall<V: Clone + 'static>(&self, id: Uuid, gaps: &mut Gaps<V>) -> Option<Option<V>> {
        let known = self.get::<V>(&Key::new(gaps.name, id));
        match known {
            Some(known) if !self.verifies() => return Some(known.value),
            Some(known) => gaps.doubted.push((id, known)),
            None => {}
        }
        gaps.ids.push(id);
        None
    }

    /// Keeps what was loaded for the gaps, and compares it with what was known. Under ids that were not loaded, there is
    /// nothing.
    pub async fn fill<V: Clone + Send + Sync + 'static>(
        &self,
        gaps: Gaps<V>,
        loaded: &HashMap<Uuid, V>,
        kind: &impl Kind<V>,
        since: Option<Number>,
    ) -> Result<()> {
        for (id, known) in &gaps.doubted {
            self.verify(&Key::new(gaps.name, *id), known, loaded.get(id), |value| kind.text(value)).await?;
        }
        if let Some(since) = since {
            for id in gaps.ids.iter().filter(|id| !loaded.contains_key(*id)) {
                self.put(Key::new(gaps.name, *id), None, kind, since);
            }
            for (id, value) in loaded {
                self.put(Key::new(gaps.name, *id), Some(value), kind, since);
            }
        }
        Ok(())
    }

    /// Compares what was kept with what was just loaded. A difference is a fault, unless the next look explains it: then
    /// something was changed after this request had looked.
    async fn verify<V>(
        &self,
        key: &Key,
        known: &Known<V>,
        loaded: Option<&V>,
        text: impl Fn(&V) -> String,
    ) -> Result<()> {
        let (kept, read) = (known.value.as_ref().map(&text), loaded.map(&text));
        if kept == read {
            return Ok(());
        }
        Look::bare().take(&self.db).await?;
        if self.db.memory().holds(known) {
            return Err(Error::fault(format!("{key:?} in memory is not what the database has: {kept:?}, {read:?}")));
        }
        Ok(())
    }
}
