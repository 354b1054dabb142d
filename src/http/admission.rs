//! Admission: how many requests are answered at the same time, and who of those that wait is next.
//!
//! More work at once than the machine can do makes every answer slower and none faster. So a request waits for a place, and
//! is refused with 503 if it would wait too long. How many places there are follows the delay of the runtime (`Limit`). A
//! place that becomes free goes to the sender who has the least in work, so nobody who sends much keeps others from being
//! served. If somebody has been waiting at every moment for a while, waits are short, except for whoever has nothing else
//! here, and the newest is served first: the oldest are those whose clients will give up. (The ideas are known as AIMD,
//! CoDel and adaptive LIFO.)

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use quick_cache::sync::Cache;
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::base::config::Limits;

/// The delay of the runtime from which on the node has too much in work.
const DELAYED: Duration = Duration::from_millis(10);
/// How often the delay is measured.
const MEASURED_EVERY: Duration = Duration::from_millis(5);
/// How many measurements decide about the limit.
const MEASUREMENTS: u32 = 10;
/// For how long somebody has been waiting at every moment when waits become short.
const STANDING: Duration = Duration::from_millis(100);
/// How long a request waits then.
const SHORT: Duration = Duration::from_millis(20);
/// Requests that wait at the same time.
const WAITING: usize = 1024;
/// Of these, requests of one sender.
const WAITING_OF_ONE: usize = 256;
/// Objects that a request may return for each unit of its weight.
const NODES: u64 = 100;
/// Parts of a unit in which the limit grows and shrinks.
const PARTS: u64 = 100;
/// Credentials that are known to be good.
const KNOWN: usize = 10_000;

/// How much is in work at the same time at most: more while more is wanted, and much less at once when the runtime is late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Limit {
    least: u64,
    most: u64,
    parts: u64,
}

impl Limit {
    /// Begins with the most, in units.
    fn new(least: u64, most: u64) -> Self {
        let most = most.max(1) * PARTS;
        Self { least: (least.max(1) * PARTS).min(most), most, parts: most }
    }

    const fn units(self) -> u64 {
        self.parts / PARTS
    }

    fn follow(&mut self, delay: Duration, is_reached: bool) {
        if delay > DELAYED {
            self.parts = (self.parts * 8 / 10).max(self.least);
        } else if is_reached {
            self.parts = (self.parts * 105 / 100 + PARTS).min(self.most);
        }
    }
}

/// Lets requests in.
#[derive(Debug)]
pub struct Gate {
    state: Mutex<State>,
    /// How long a request waits for a place, unless somebody always waits.
    patience: Duration,
    hasher: RandomState,
    /// The hashes of credentials that were good.
    known: Cache<u64, ()>,
}

#[derive(Debug)]
struct State {
    limit: Limit,
    /// Units in work.
    in_work: u64,
    waiting: usize,
    /// Since when somebody has been waiting at every moment.
    standing_since: Option<Instant>,
    /// Whether the limit has been reached since it was last decided about.
    is_reached: bool,
    senders: HashMap<u64, OfSender>,
    served: u64,
}

/// What one sender has in work, and what waits.
#[derive(Debug, Default)]
struct OfSender {
    in_work: u64,
    waiting: VecDeque<oneshot::Sender<Pass>>,
    /// When it was last served, as a number.
    served: u64,
}

/// A place, until it is dropped.
#[derive(Debug)]
pub struct Pass {
    gate: Option<Arc<Gate>>,
    sender: u64,
    weight: AtomicU64,
    /// The hash of the credential.
    credential: Option<u64>,
}

/// The node has too much to do.
#[derive(Debug, PartialEq, Eq)]
pub struct Full;

impl Gate {
    /// A gate with these limits. The unit is a request that asks for little.
    pub fn new(limits: &Limits) -> Arc<Self> {
        let processors = std::thread::available_parallelism().map_or(1, |count| count.get() as u64);
        let state = State {
            limit: Limit::new(2 * processors, limits.requests_at_once),
            in_work: 0,
            waiting: 0,
            standing_since: None,
            is_reached: false,
            senders: HashMap::new(),
            served: 0,
        };
        Arc::new(Self {
            state: Mutex::new(state),
            patience: Duration::from_millis(limits.wait_milliseconds),
            hasher: RandomState::new(),
            known: Cache::new(KNOWN),
        })
    }

    /// Waits for a place. A sender is a credential that was good before, or else an address: nobody gets more places by
    /// inventing credentials.
    pub async fn enter(self: &Arc<Self>, credential: Option<impl Hash>, address: impl Hash) -> Result<Pass, Full> {
        let credential = credential.map(|credential| self.hasher.hash_one(credential));
        let known = credential.filter(|credential| self.known.get(credential).is_some());
        let mut pass = self.enter_as(known.unwrap_or_else(|| self.hasher.hash_one(address))).await?;
        pass.credential = credential.filter(|_| known.is_none());
        Ok(pass)
    }

    async fn enter_as(self: &Arc<Self>, sender: u64) -> Result<Pass, Full> {
        let (place, patience) = match self.ask(sender) {
            Asked::Let(pass) => return Ok(pass),
            Asked::Refused => {
                metrics::counter!("tenantry_requests_shed_total").increment(1);
                return Err(Full);
            }
            Asked::Waits(place, patience) => (place, patience),
        };
        let mut waiter = Waiter { gate: self, sender, place };
        if let Ok(Ok(pass)) = tokio::time::timeout(patience, &mut waiter.place).await {
            return Ok(pass);
        }
        // The place may have come at the last moment.
        waiter.place.close();
        waiter.place.try_recv().map_err(|_| {
            metrics::counter!("tenantry_requests_shed_total").increment(1);
            Full
        })
    }

    fn ask(self: &Arc<Self>, sender: u64) -> Asked {
        let mut state = self.lock();
        if state.waiting == 0 && state.has_room() {
            return Asked::Let(state.serve(self, sender));
        }
        state.is_reached = true;
        let now = Instant::now();
        let standing_since = *state.standing_since.get_or_insert(now);
        let of_sender = state.senders.get(&sender);
        // Who has nothing else here is not why others wait.
        let is_short = of_sender.is_some() && now - standing_since > STANDING;
        let patience = if is_short { SHORT.min(self.patience) } else { self.patience };
        let of_one = of_sender.map_or(0, |of_sender| of_sender.waiting.len());
        if patience.is_zero() || of_one >= WAITING_OF_ONE || state.waiting >= WAITING {
            state.note_queue();
            return Asked::Refused;
        }
        let (let_in, place) = oneshot::channel();
        state.senders.entry(sender).or_default().waiting.push_back(let_in);
        state.waiting += 1;
        Asked::Waits(place, patience)
    }

    /// Follows the delay of the runtime, until it is dropped.
    pub async fn watch(self: Arc<Self>) {
        loop {
            let mut delay = Duration::ZERO;
            for _ in 0..MEASUREMENTS {
                let began = Instant::now();
                tokio::time::sleep(MEASURED_EVERY).await;
                delay += began.elapsed().saturating_sub(MEASURED_EVERY);
            }
            let delay = delay / MEASUREMENTS;
            let (limit, in_work, waiting) = self.decide(delay);
            let as_number = |count: u64| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
            metrics::gauge!("tenantry_runtime_delay_seconds").set(delay.as_secs_f64());
            metrics::gauge!("tenantry_admission_limit").set(as_number(limit));
            metrics::gauge!("tenantry_admission_in_work").set(as_number(in_work));
            metrics::gauge!("tenantry_admission_waiting").set(as_number(waiting as u64));
        }
    }

    fn decide(self: &Arc<Self>, delay: Duration) -> (u64, u64, usize) {
        let mut state = self.lock();
        let is_reached = std::mem::take(&mut state.is_reached) || state.waiting > 0;
        state.limit.follow(delay, is_reached);
        state.let_in(self);
        (state.limit.units(), state.in_work, state.waiting)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The answer to a request that wants in.
enum Asked {
    Let(Pass),
    Waits(oneshot::Receiver<Pass>, Duration),
    Refused,
}

/// A request that waits. If its client goes away, its place in the queue goes too.
struct Waiter<'a> {
    gate: &'a Gate,
    sender: u64,
    place: oneshot::Receiver<Pass>,
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        self.place.close();
        let mut state = self.gate.lock();
        let Some(of_sender) = state.senders.get_mut(&self.sender) else { return };
        let before = of_sender.waiting.len();
        of_sender.waiting.retain(|waiter| !waiter.is_closed());
        let gone = before - of_sender.waiting.len();
        state.waiting -= gone;
        state.tidy(self.sender);
    }
}

impl State {
    const fn has_room(&self) -> bool {
        self.in_work == 0 || self.in_work < self.limit.units()
    }

    fn serve(&mut self, gate: &Arc<Gate>, sender: u64) -> Pass {
        self.served += 1;
        self.in_work += 1;
        let of_sender = self.senders.entry(sender).or_default();
        of_sender.in_work += 1;
        of_sender.served = self.served;
        Pass { gate: Some(Arc::clone(gate)), sender, weight: AtomicU64::new(1), credential: None }
    }

    /// Gives free places to those who wait.
    fn let_in(&mut self, gate: &Arc<Gate>) {
        let is_standing = self.standing_since.is_some_and(|since| since.elapsed() > STANDING);
        while self.has_room() {
            let waiting = self.senders.iter().filter(|(_, of_sender)| !of_sender.waiting.is_empty());
            let next = waiting.min_by_key(|(_, of_sender)| (of_sender.in_work, of_sender.served));
            let Some(sender) = next.map(|(sender, _)| *sender) else { break };
            let queue = self.senders.get_mut(&sender).map(|of_sender| &mut of_sender.waiting);
            let waiter = queue.and_then(|queue| if is_standing { queue.pop_back() } else { queue.pop_front() });
            let Some(waiter) = waiter else { break };
            self.waiting -= 1;
            let pass = self.serve(gate, sender);
            if let Err(mut unused) = waiter.send(pass) {
                // The state is locked, so the pass must not give its place back by itself.
                unused.gate = None;
                self.leave(sender, 1);
            }
        }
        self.note_queue();
    }

    fn leave(&mut self, sender: u64, weight: u64) {
        self.in_work -= weight;
        if let Some(of_sender) = self.senders.get_mut(&sender) {
            of_sender.in_work -= weight;
        }
        self.tidy(sender);
    }

    /// Forgets a sender who has nothing here.
    fn tidy(&mut self, sender: u64) {
        if self.senders.get(&sender).is_some_and(|of_sender| of_sender.in_work == 0 && of_sender.waiting.is_empty()) {
            self.senders.remove(&sender);
        }
        self.note_queue();
    }

    fn note_queue(&mut self) {
        if self.waiting == 0 {
            self.standing_since = None;
        }
    }
}

impl Pass {
    /// The credential was good.
    pub fn is_signed_in(&self) {
        if let (Some(gate), Some(credential)) = (&self.gate, self.credential) {
            gate.known.insert(credential, ());
        }
    }

    /// Weighs the request by the objects that it may return. It goes on, and less is let in beside it. Two have room,
    /// whatever they ask for.
    pub fn weigh(&self, nodes: u64) {
        let Some(gate) = &self.gate else { return };
        let mut state = gate.lock();
        let weight = (1 + nodes / NODES).min((state.limit.units() / 2).max(1));
        let before = self.weight.load(Ordering::Relaxed);
        let more = weight.saturating_sub(before);
        self.weight.store(before + more, Ordering::Relaxed);
        state.in_work += more;
        if let Some(of_sender) = state.senders.get_mut(&self.sender) {
            of_sender.in_work += more;
        }
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        if let Some(gate) = self.gate.take() {
            let mut state = gate.lock();
            state.leave(self.sender, self.weight.load(Ordering::Relaxed));
            state.let_in(&gate);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;

    use futures_util::FutureExt;

    use super::*;
    use crate::base::config::Config;

    fn gate(requests_at_once: u64) -> Arc<Gate> {
        let limits = Config::defaults().unwrap().limits;
        Gate::new(&Limits { requests_at_once, wait_milliseconds: 200, ..limits })
    }

    async fn enter(gate: &Arc<Gate>, address: &str) -> Result<Pass, Full> {
        gate.enter(None::<()>, address).await
    }

    /// Whether the future is done when it is asked now.
    async fn now<T>(future: &mut (impl Future<Output = T> + Unpin)) -> Option<T> {
        tokio::task::yield_now().await;
        future.now_or_never()
    }

    #[tokio::test]
    async fn so_many_are_in_work_and_the_next_waits_for_a_place() {
        let gate = gate(2);
        let (first, _second) = (enter(&gate, "1").await.unwrap(), enter(&gate, "2").await.unwrap());
        let mut third = pin!(enter(&gate, "3"));
        assert!(now(&mut third).await.is_none());
        drop(first);
        let third = third.await.unwrap();
        let fourth = enter(&gate, "4").await;
        assert_eq!(fourth.unwrap_err(), Full);
        drop(third);
        enter(&gate, "5").await.unwrap();
    }

    #[tokio::test]
    async fn a_place_goes_to_the_sender_with_the_least_in_work() {
        let gate = gate(3);
        let mut busy = vec![enter(&gate, "busy").await.unwrap()];
        for _ in 0..2 {
            busy.push(enter(&gate, "busy").await.unwrap());
        }
        let mut more = pin!(enter(&gate, "busy"));
        assert!(now(&mut more).await.is_none());
        let mut other = pin!(enter(&gate, "other"));
        assert!(now(&mut other).await.is_none());
        busy.pop();
        let _other = now(&mut other).await.unwrap().unwrap();
        assert!(now(&mut more).await.is_none());
        busy.pop();
        assert!(now(&mut more).await.is_some());
    }

    #[tokio::test]
    async fn whoever_goes_away_leaves_nothing() {
        let gate = gate(1);
        let first = enter(&gate, "1").await.unwrap();
        {
            let mut gone = pin!(enter(&gate, "2"));
            assert!(now(&mut gone).await.is_none());
            let mut served = pin!(enter(&gate, "3"));
            assert!(now(&mut served).await.is_none());
            assert_eq!(gate.lock().waiting, 2);
            // A place that comes to somebody who does not take it is given back.
            drop(first);
        }
        let state = gate.lock();
        assert_eq!((state.in_work, state.waiting, state.senders.len(), state.standing_since), (0, 0, 0, None));
    }

    #[tokio::test]
    async fn with_a_standing_queue_waits_are_short_and_the_newest_is_first() {
        let gate = gate(1);
        let first = enter(&gate, "1").await.unwrap();
        let mut oldest = pin!(enter(&gate, "2"));
        assert!(now(&mut oldest).await.is_none());
        tokio::time::sleep(STANDING + Duration::from_millis(1)).await;
        let began = Instant::now();
        assert_eq!(enter(&gate, "2").await.unwrap_err(), Full);
        assert!((SHORT..gate.patience).contains(&began.elapsed()));
        let mut newest = pin!(enter(&gate, "2"));
        assert!(now(&mut newest).await.is_none());
        drop(first);
        assert!(now(&mut oldest).await.is_none());
        drop(now(&mut newest).await.unwrap());
        assert!(now(&mut oldest).await.unwrap().is_ok());
    }

    #[tokio::test]
    async fn whoever_has_nothing_else_here_waits_as_long_as_usual() {
        let gate = gate(1);
        let _first = enter(&gate, "1").await.unwrap();
        let mut waiting = pin!(enter(&gate, "2"));
        assert!(now(&mut waiting).await.is_none());
        tokio::time::sleep(STANDING + Duration::from_millis(1)).await;
        let began = Instant::now();
        assert_eq!(enter(&gate, "3").await.unwrap_err(), Full);
        assert!(began.elapsed() >= gate.patience);
    }

    #[tokio::test]
    async fn one_sender_fills_only_a_part_of_the_queue() {
        let gate = gate(1);
        let _first = enter(&gate, "other").await.unwrap();
        let mut waiting = Vec::new();
        for _ in 0..WAITING_OF_ONE {
            let mut one = Box::pin(enter(&gate, "greedy"));
            assert!(now(&mut one).await.is_none());
            waiting.push(one);
        }
        assert_eq!(now(&mut pin!(enter(&gate, "greedy"))).await.unwrap().unwrap_err(), Full);
        assert!(now(&mut pin!(enter(&gate, "modest"))).await.is_none());
    }

    #[tokio::test]
    async fn a_heavy_request_takes_several_places_and_at_most_half() {
        let gate = gate(8);
        let heavy = enter(&gate, "1").await.unwrap();
        heavy.weigh(50);
        assert_eq!(gate.lock().in_work, 1);
        heavy.weigh(1_000_000);
        assert_eq!(gate.lock().in_work, 4);
        let _second = enter(&gate, "1").await.unwrap();
        drop(heavy);
        assert_eq!(gate.lock().in_work, 1);
    }

    #[tokio::test]
    async fn only_a_good_credential_is_a_sender_of_its_own() {
        let gate = gate(4);
        let first = gate.enter(Some("good"), 1).await.unwrap();
        let invented = gate.enter(Some("invented"), 1).await.unwrap();
        assert_eq!(first.sender, invented.sender);
        first.is_signed_in();
        let second = gate.enter(Some("good"), 1).await.unwrap();
        assert_ne!(second.sender, first.sender);
        assert_eq!(gate.enter(Some("good"), 2).await.unwrap().sender, second.sender);
    }

    #[test]
    fn the_limit_shrinks_fast_and_grows_while_it_is_reached() {
        let mut limit = Limit::new(4, 100);
        limit.follow(DELAYED * 2, true);
        assert_eq!(limit.units(), 80);
        for _ in 0..100 {
            limit.follow(DELAYED * 2, true);
        }
        assert_eq!(limit.units(), 4);
        limit.follow(Duration::ZERO, false);
        assert_eq!(limit.units(), 4);
        limit.follow(Duration::ZERO, true);
        assert_eq!(limit.units(), 5);
        for _ in 0..100 {
            limit.follow(Duration::ZERO, true);
        }
        assert_eq!(limit.units(), 100);
        assert_eq!(Limit::new(4, 1).units(), 1);
    }
}
