//! Batching without a timer: one statement for everything that the fields of one level ask for.
//!
//! One task polls all resolvers of a request. The first resolver that asks becomes the leader. It yields until the task
//! has nothing else to do, so that its siblings can queue their keys. Then it loads all keys together and answers the
//! others.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::base::error::{Error, Result};

type Answer<V> = Result<Option<V>>;

/// Collects keys and loads them together. Lives for one request.
pub struct Batch<K, V> {
    queue: Mutex<Queue<K, V>>,
}

struct Queue<K, V> {
    has_leader: bool,
    keys: HashSet<K>,
    waiting: Vec<(K, oneshot::Sender<Answer<V>>)>,
}

impl<K, V> Default for Batch<K, V> {
    fn default() -> Self {
        Self { queue: Mutex::new(Queue { has_leader: false, keys: HashSet::new(), waiting: Vec::new() }) }
    }
}

/// Gives up the lead when the leader is dropped before it has taken the queue.
struct Lead<'a, K, V>(&'a Batch<K, V>);

impl<K, V> Drop for Lead<'_, K, V> {
    fn drop(&mut self) {
        let mut queue = self.0.lock();
        queue.has_leader = false;
        queue.keys = HashSet::new();
        queue.waiting = Vec::new();
    }
}

impl<K, V> Batch<K, V> {
    fn lock(&self) -> MutexGuard<'_, Queue<K, V>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Hash + Eq + Clone, V: Clone> Batch<K, V> {
    /// Loads one key together with those of its siblings. `None` if the load returned nothing for it.
    pub async fn load<F>(&self, key: K, load: F) -> Answer<V>
    where
        F: AsyncFnOnce(Vec<K>) -> Result<HashMap<K, V>>,
    {
        let (sender, receiver) = oneshot::channel();
        let leads = {
            let mut queue = self.lock();
            queue.keys.insert(key.clone());
            queue.waiting.push((key.clone(), sender));
            !std::mem::replace(&mut queue.has_leader, true)
        };
        if leads {
            let duty = Lead(self);
            // `yield_now` resumes only when the whole task has been polled. An immediate wake-up would resume the
            // leader after its own list, before the lists of its cousins.
            tokio::task::yield_now().await;
            let (keys, waiting) = {
                let mut queue = self.lock();
                (std::mem::take(&mut queue.keys), std::mem::take(&mut queue.waiting))
            };
            drop(duty);
            let loaded = load(keys.into_iter().collect()).await;
            for (waiting_for, sender) in waiting {
                let answer = loaded.as_ref().map(|values| values.get(&waiting_for).cloned()).map_err(Clone::clone);
                // A cancelled sibling does not need its answer.
                let _ = sender.send(answer);
            }
        }
        // Tokio's task budget would wake the siblings in several groups, and each group would run its own load.
        tokio::task::unconstrained(receiver)
            .await
            .unwrap_or_else(|_| Err(Error::fault("the leader of a batch was cancelled")))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use futures_util::future::join_all;

    use super::*;

    #[tokio::test]
    async fn siblings_are_loaded_together_and_once_each() {
        let batch = Batch::<u32, u32>::default();
        let loads = AtomicU32::new(0);
        let double = async |keys: Vec<u32>| {
            loads.fetch_add(1, Ordering::SeqCst);
            Ok(keys.into_iter().filter(|key| *key != 7).map(|key| (key, key * 2)).collect())
        };
        let answers = join_all((0..100).map(|number| batch.load(number % 10, double))).await;
        assert_eq!(loads.load(Ordering::SeqCst), 1);
        assert_eq!(answers[3].as_ref().unwrap(), &Some(6));
        assert_eq!(answers[17].as_ref().unwrap(), &None);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn cousins_of_long_lists_are_loaded_together_level_by_level() {
        let loads = tokio::spawn(async {
            let batch = [Batch::<u32, u32>::default(), Batch::default()];
            let loads = [AtomicU32::new(0), AtomicU32::new(0)];
            let level = async |level: usize, key: u32| {
                let load = async |keys: Vec<u32>| {
                    loads[level].fetch_add(1, Ordering::SeqCst);
                    tokio::task::yield_now().await;
                    Ok(keys.into_iter().map(|key| (key, key)).collect())
                };
                batch[level].load(key, load).await
            };
            let (level, members) = (&level, 0..40);
            join_all((0..40).map(async |list| {
                let members = members.clone().map(async |member| {
                    let _ = level(0, list * 100 + member).await;
                    // Only some members have a next level.
                    if member % 3 == list % 3 {
                        let _ = level(1, list * 100 + member).await;
                    }
                });
                join_all(members).await
            }))
            .await;
            loads.map(AtomicU32::into_inner)
        });
        assert_eq!(loads.await.unwrap(), [1, 1]);
    }
}
