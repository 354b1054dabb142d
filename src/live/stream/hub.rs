//! Brings events to the streams of this node. One task numbers and reads events for all streams, and tells those streams to
//! check themselves whose rights may have changed.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sea_orm::prelude::DateTimeUtc;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
use uuid::Uuid;

use super::source::Interest;
use crate::access::Actor;
use crate::base::config::Live;
use crate::base::db::Db;
use crate::base::error::{Error, Result};
use crate::base::memory::Look;
use crate::graphql::request::Request;
use crate::live::event::{EventKind, Happened, bell, number, store};
use crate::partners::partnership;

/// How often rights are checked, and events looked for that no bell has told.
const EVERY: Duration = Duration::from_millis(500);
/// How many events are read at once.
const AT_ONCE: u64 = 500;
/// How long the server waits for its streams when it ends.
const FAREWELL: Duration = Duration::from_secs(5);
/// How many events a stream may be behind before it ends.
const BEHIND: usize = 256;

/// What a stream is told.
#[derive(Clone, Debug)]
pub enum Message {
    /// Something happened that may belong to it.
    Event(Arc<Happened>),
    /// Its credential or its rights may have changed.
    Check,
    /// The server ends.
    End,
}

/// Shows in the metrics how many streams there are.
fn show(many: usize) {
    metrics::gauge!("tenantry_streams").set(u32::try_from(many).unwrap_or(u32::MAX));
}

/// The streams of a node. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Hub {
    streams: Arc<Mutex<Streams>>,
    limits: Live,
    sockets: Arc<Semaphore>,
    ends: watch::Sender<bool>,
}

#[derive(Debug, Default)]
struct Streams {
    next: u64,
    /// The position of the last event that the streams were told.
    told: i64,
    many: usize,
    by_interest: HashMap<Interest, HashMap<u64, Entry>>,
    by_actor: HashMap<Uuid, usize>,
}

#[derive(Debug)]
struct Entry {
    sender: Sender<Message>,
    /// The session or the key.
    credential: Uuid,
}

/// The place of one stream, until it is dropped.
#[derive(Debug)]
pub struct Place {
    hub: Hub,
    id: u64,
    interest: Interest,
    actor: Uuid,
    receiver: Receiver<Message>,
    /// The position of the last event that is not told any more.
    pub told: i64,
}

impl Place {
    /// What comes next. `None`: the stream has fallen too far behind.
    pub async fn next(&mut self) -> Option<Message> {
        self.receiver.recv().await
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut streams = self.hub.lock();
        streams.many -= 1;
        if let Some(entries) = streams.by_interest.get_mut(&self.interest) {
            entries.remove(&self.id);
            if entries.is_empty() {
                streams.by_interest.remove(&self.interest);
            }
        }
        if let Some(many) = streams.by_actor.get_mut(&self.actor) {
            *many -= 1;
            if *many == 0 {
                streams.by_actor.remove(&self.actor);
            }
        }
        show(streams.many);
    }
}

impl Hub {
    /// A hub without streams.
    pub fn new(limits: Live) -> Self {
        let sockets = Arc::new(Semaphore::new(limits.streams));
        Self { streams: Arc::default(), limits, sockets, ends: watch::Sender::new(false) }
    }

    /// How many streams there can be.
    pub const fn most(&self) -> usize {
        self.limits.streams
    }

    fn lock(&self) -> MutexGuard<'_, Streams> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a stream of the actor. From now on it is told what happens.
    pub async fn join(&self, db: &Db, interest: Interest, actor: &Actor) -> Result<Place> {
        let (id, credential) = match actor {
            Actor::Anonymous => return Err(Error::sign_in()),
            Actor::User(user) => (user.id, user.session_id),
            Actor::ApiKey(key) => (key.id, key.id),
        };
        // Without streams, nobody reads on.
        let end = if self.lock().many == 0 { Some(store::end(db).await?) } else { None };
        let mut streams = self.lock();
        if *self.ends.borrow() {
            return Err(Error::Unavailable);
        }
        let limited = |limit: usize, whose: &str| {
            let message = format!("{whose} at most {limit} streams at the same time. End one, or try again later.");
            Err(Error::Limited { message, limit: limit as u64, value: limit as u64 + 1 })
        };
        if streams.many >= self.limits.streams {
            return limited(self.limits.streams, "This server sends");
        }
        let of_actor = streams.by_actor.get(&id).copied().unwrap_or_default();
        if of_actor >= self.limits.streams_per_actor {
            return limited(self.limits.streams_per_actor, "One user or API key can have");
        }
        if streams.many == 0 {
            // If another stream has come and gone meanwhile, this is earlier than necessary, which does no harm.
            streams.told = end.unwrap_or(streams.told);
        }
        let (sender, receiver) = channel(BEHIND);
        streams.next += 1;
        streams.many += 1;
        let (place, told) = (streams.next, streams.told);
        *streams.by_actor.entry(id).or_default() += 1;
        streams.by_interest.entry(interest).or_default().insert(place, Entry { sender, credential });
        show(streams.many);
        Ok(Place { hub: self.clone(), id: place, interest, actor: id, receiver, told })
    }

    /// Numbers events and tells them to the streams, as long as the server runs.
    pub async fn run(&self, unattended: impl Fn() -> Request) {
        let rung = Arc::new(Notify::new());
        let db = unattended().db().clone();
        tokio::select! {
            () = self.tell_on(&unattended, &rung) => {}
            () = bell::listen(db, Arc::clone(&rung)) => {}
        }
    }

    async fn tell_on(&self, unattended: &impl Fn() -> Request, rung: &Notify) {
        let mut ticks = interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut watch = Watch::default();
        let committed = Arc::clone(unattended().db().committed());
        loop {
            let is_tick = tokio::select! {
                () = committed.notified() => false,
                () = rung.notified() => false,
                _ = ticks.tick() => true,
            };
            let request = unattended();
            let told = async {
                number(request.db(), &request.random, request.now()).await?;
                self.tell(&request).await?;
                if is_tick && self.lock().many > 0 && watch.has_changed(&request).await? {
                    self.send_all(&Message::Check);
                }
                Ok::<_, Error>(())
            };
            if let Err(error) = told.await {
                tracing::warn!(%error, "events could not be read");
            }
        }
    }

    /// Tells the streams what has been numbered since.
    async fn tell(&self, request: &Request) -> Result<()> {
        loop {
            let told = {
                let streams = self.lock();
                if streams.many == 0 {
                    return Ok(());
                }
                streams.told
            };
            let events = store::after(request.db(), told, AT_ONCE).await?;
            let Some(last) = events.last().map(|event| event.row.position) else { return Ok(()) };
            Look::bare().take(request.db()).await?;
            request.access.sight().open();
            for event in events {
                let interests = self.interests(request, &event).await?;
                self.send(&interests, event);
            }
            let mut streams = self.lock();
            streams.told = streams.told.max(last);
        }
    }

    /// Whose event it is.
    async fn interests(&self, request: &Request, event: &Happened) -> Result<HashSet<Interest>> {
        let mut found: HashSet<Interest> = event.row.user_id.map(Interest::User).into_iter().collect();
        let Some(organisation) = event.row.organisation_id else { return Ok(found) };
        found.insert(Interest::Organisation(organisation));
        let has_clients = self.lock().by_interest.keys().any(|interest| matches!(interest, Interest::Clients(_)));
        if has_clients && let Some(at) = request.access.look(organisation).await? {
            let above = at.partnerships_above(request.now());
            found.extend(above.into_iter().map(|(_, reseller)| Interest::Clients(reseller)));
            found.extend(request.access.operator().map(Interest::Clients));
        }
        Ok(found)
    }

    fn send(&self, interests: &HashSet<Interest>, event: Happened) {
        let ended = match event.kind {
            Some(EventKind::SessionEnded | EventKind::ApiKeyChanged | EventKind::ApiKeyRevoked) => event.row.object_key,
            _ => None,
        };
        let event = Arc::new(event);
        let mut streams = self.lock();
        if event.row.position <= streams.told {
            return;
        }
        for interest in interests {
            if let Some(entries) = streams.by_interest.get_mut(interest) {
                // A stream that is too far behind loses its sender, which ends it.
                entries.retain(|_, entry| entry.sender.try_send(Message::Event(Arc::clone(&event))).is_ok());
            }
        }
        if let Some(ended) = ended {
            let entries = streams.by_interest.values().flat_map(HashMap::values);
            for entry in entries.filter(|entry| entry.credential == ended) {
                // A stream whose queue is full checks itself for each event in it.
                drop(entry.sender.try_send(Message::Check));
            }
        }
    }

    fn send_all(&self, message: &Message) {
        for entry in self.lock().by_interest.values().flat_map(HashMap::values) {
            drop(entry.sender.try_send(message.clone()));
        }
    }

    /// A place for a socket, until it is dropped. `None` if there are too many, or if the server ends.
    pub fn socket(&self) -> Option<OwnedSemaphorePermit> {
        if *self.ends.borrow() { None } else { Arc::clone(&self.sockets).try_acquire_owned().ok() }
    }

    /// Says when the server ends.
    pub fn ending(&self) -> watch::Receiver<bool> {
        self.ends.subscribe()
    }

    /// Ends all streams and sockets, and takes no more. Waits until they are gone, but not for long.
    pub async fn end(&self) {
        self.ends.send_replace(true);
        self.send_all(&Message::End);
        // Those whose queue is full end without a word.
        self.lock().by_interest.values_mut().for_each(HashMap::clear);
        let began = Instant::now();
        let is_over = || self.lock().many == 0 && self.sockets.available_permits() >= self.limits.streams;
        while !is_over() && began.elapsed() < FAREWELL {
            sleep(Duration::from_millis(20)).await;
        }
    }
}

/// Whether anything has changed on which rights depend.
#[derive(Default)]
struct Watch {
    changes: u64,
    at: Option<DateTimeUtc>,
}

impl Watch {
    async fn has_changed(&mut self, request: &Request) -> Result<bool> {
        let (db, now) = (request.db(), request.now());
        let since = self.at.replace(now).unwrap_or(now);
        Look::bare().take(db).await?;
        let counters = db.memory().counters();
        let changes = counters.invalidations.load(Relaxed) + counters.resets.load(Relaxed);
        let is_changed = std::mem::replace(&mut self.changes, changes) != changes;
        Ok(is_changed || !db.memory().is_on() || partnership::store::any_ends(db, since, now).await?)
    }
}
