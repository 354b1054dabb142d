//! Loads that requests share: who asks while a load runs is answered by the next one, together with all others who ask
//! until then.
//!
//! So a load never begins before its question, and a busy server sends fewer statements than it has requests.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::base::error::Result;

/// The most keys of one load.
const MOST: usize = 64;

type Answer<V> = Result<Option<V>>;

/// Takes turns in loading values by their keys.
pub struct Turns<K, V>(Arc<Mutex<Queue<K, V>>>);

struct Queue<K, V> {
    is_loading: bool,
    waiting: VecDeque<(K, oneshot::Sender<Turn<K, V>>)>,
}

/// What one who waits is told.
enum Turn<K, V> {
    Answer(Answer<V>),
    /// To load the next values.
    Lead(Lead<K, V>),
}

impl<K, V> Default for Turns<K, V> {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Queue { is_loading: false, waiting: VecDeque::new() })))
    }
}

fn lock<K, V>(queue: &Mutex<Queue<K, V>>) -> MutexGuard<'_, Queue<K, V>> {
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The right to load. It passes on when it is dropped: when the load has ended, when its request was cancelled, and when
/// the one to whom it was sent never received it.
struct Lead<K, V> {
    queue: Arc<Mutex<Queue<K, V>>>,
    is_passed: bool,
}

impl<K, V> Drop for Lead<K, V> {
    fn drop(&mut self) {
        while !self.is_passed {
            let next = {
                let mut queue = lock(&self.queue);
                let next = queue.waiting.pop_front();
                queue.is_loading = next.is_some();
                next
            };
            let Some((_, next)) = next else { return };
            match next.send(Turn::Lead(Self { queue: Arc::clone(&self.queue), is_passed: false })) {
                // The next one is gone, so the lead came back.
                Err(Turn::Lead(mut unsent)) => unsent.is_passed = true,
                _ => self.is_passed = true,
            }
        }
    }
}

impl<K: Hash + Eq + Copy, V: Clone> Turns<K, V> {
    /// The value of a key, by a load that has not begun yet. `None` if the load returned nothing for it.
    pub async fn load<F>(&self, key: K, load: F) -> Answer<V>
    where
        F: AsyncFnOnce(Vec<K>) -> Result<HashMap<K, V>>,
    {
        let duty = loop {
            let receiver = {
                let mut queue = lock(&self.0);
                if !std::mem::replace(&mut queue.is_loading, true) {
                    break Lead { queue: Arc::clone(&self.0), is_passed: false };
                }
                let (sender, receiver) = oneshot::channel();
                queue.waiting.push_back((key, sender));
                receiver
            };
            match receiver.await {
                Ok(Turn::Answer(answer)) => return answer,
                Ok(Turn::Lead(duty)) => break duty,
                // The request that led was cancelled.
                Err(_) => {}
            }
        };
        let others: Vec<_> = {
            let mut queue = lock(&self.0);
            let many = queue.waiting.len().min(MOST - 1);
            queue.waiting.drain(..many).collect()
        };
        let keys: HashSet<K> = others.iter().map(|(key, _)| *key).chain([key]).collect();
        let loaded = load(keys.into_iter().collect()).await;
        drop(duty);
        let answer = |key: &K| loaded.as_ref().map(|values| values.get(key).cloned()).map_err(Clone::clone);
        for (key, sender) in others {
            // A cancelled request does not need its answer.
            let _ = sender.send(Turn::Answer(answer(&key)));
        }
        answer(&key)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    use futures_util::FutureExt;
    use futures_util::future::join_all;
    use tokio::time::{sleep, timeout};

    use super::*;

    #[tokio::test]
    async fn who_asks_during_a_load_is_answered_by_the_next() {
        let turns = Turns::<u32, u32>::default();
        let (loads, clock) = (AtomicU32::new(0), AtomicU32::new(0));
        let ask = async |key: u32| {
            let asked = clock.fetch_add(1, Ordering::SeqCst);
            let load = async |keys: Vec<u32>| {
                let began = clock.fetch_add(1, Ordering::SeqCst);
                loads.fetch_add(1, Ordering::SeqCst);
                sleep(Duration::from_millis(1)).await;
                Ok(keys.into_iter().filter(|key| *key != 7).map(|key| (key, began)).collect())
            };
            let began = turns.load(key, load).await.unwrap();
            assert_eq!(began.is_none(), key == 7);
            assert!(began.is_none_or(|began| began > asked), "{key}: asked at {asked}, loaded at {began:?}");
        };
        join_all((0..20).map(ask)).await;
        assert_eq!(loads.load(Ordering::SeqCst), 2, "the first alone, and all others together");
        join_all((0..200).map(ask)).await;
        assert!(loads.load(Ordering::SeqCst) <= 2 + 1 + 200_u32.div_ceil(64), "{loads:?}");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_cancelled_load_leaves_nobody_waiting() {
        let turns = Arc::new(Turns::<u32, u32>::default());
        let ask = |key: u32| {
            let turns = Arc::clone(&turns);
            async move {
                let load = async |keys: Vec<u32>| {
                    sleep(Duration::from_micros(u64::from(key % 5) * 100)).await;
                    Ok(keys.into_iter().map(|key| (key, key)).collect())
                };
                turns.load(key, load).await
            }
        };
        for round in 0..1_000_u32 {
            let asking = (0..20).map(|key| {
                let asked = tokio::spawn(ask(key));
                if (key + round) % 3 == 0 {
                    asked.abort();
                }
                asked
            });
            for (key, asked) in join_all(asking).await.into_iter().enumerate() {
                if let Ok(answer) = asked {
                    assert_eq!(answer.unwrap(), u32::try_from(key).ok());
                }
            }
        }
        // Cancelled before it has loaded.
        assert!(ask(1).now_or_never().is_none());
        assert_eq!(timeout(Duration::from_secs(5), ask(5)).await.unwrap().unwrap(), Some(5));
    }
}
