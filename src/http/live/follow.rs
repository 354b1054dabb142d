//! One subscription: catches up with what happened behind `after`, and then runs its document for each event.
//!
//! For each event, the sender is looked up again as for a new request, and so are its rights. So a stream ends, or leaves an
//! event out, with the first event after a right is gone; and without any event as soon as the hub says that something has
//! changed.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use async_graphql::Value;
use async_graphql_parser::types::OperationType;
use axum::http::HeaderMap;
use sea_orm::prelude::DateTimeUtc;
use tokio::time::sleep;
use uuid::Uuid;

use crate::access::Actor;
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::graphql::documents::Document;
use crate::graphql::error::server_error;
use crate::graphql::request::Request;
use crate::http::Server;
use crate::http::answer::{Answer, encode};
use crate::http::client::Peer;
use crate::http::credential::{Sender, Takes};
use crate::http::graphql::{Operation, Prepared, Run, Stop};
use crate::http::negotiate::Media;
use crate::http::refusal::Refusal;
use crate::http::request_id::RequestId;
use crate::live::event::{EventKind, Happened};
use crate::live::stream::{Begun as Slot, Delivered, Message, Place, Source};

/// After so long without an event, a stream says that it is there, so that nothing between cuts it off.
const BEAT: Duration = Duration::from_secs(15);

/// Who follows: what is asked again for each event.
#[derive(Clone)]
pub struct Follower {
    /// The headers that name the sender.
    pub headers: Arc<HeaderMap>,
    /// The address that connects.
    pub peer: Option<Peer>,
    /// The id of the request that began it.
    pub id: RequestId,
}

/// What a subscription gives.
pub enum Output {
    /// The answer for an event, as JSON.
    Next(Vec<u8>),
    /// Nothing has happened for a while.
    Nothing,
    /// It ends, for this reason.
    Failed(Answer),
    /// It ends because the server does. It can begin again elsewhere, behind its last event.
    Away,
}

/// What became of an operation.
pub enum Begun {
    /// It has this answer, and no other.
    Once(Answer),
    /// It gives one after the other.
    Stream(Box<Followed>),
}

/// Begins an operation: a subscription becomes a stream, any other is run. A mistake in it is its answer.
pub async fn begin(server: Arc<Server>, follower: Follower, prepared: Result<Prepared, Stop>) -> Begun {
    match prepared {
        Ok(Prepared { operation, kind: OperationType::Subscription, .. }) => {
            match Followed::begin(server, follower, operation).await {
                Ok(stream) => Begun::Stream(Box::new(stream)),
                Err(answer) => Begun::Once(answer),
            }
        }
        prepared => {
            let Follower { headers, peer, id } = &follower;
            let pass = match server.admit(headers, *peer).await {
                Ok(pass) => pass,
                Err(refusal) => return Begun::Once(Answer::refused(refusal.into_error(), id)),
            };
            let run = Run { server: &server, headers, peer: *peer, id, media: Media::Json, pass: &pass };
            Begun::Once(Box::pin(run.single(prepared)).await)
        }
    }
}

/// A subscription that has begun.
pub struct Followed {
    server: Arc<Server>,
    follower: Follower,
    operation: Operation,
    source: Source,
    place: Place,
    /// The position of the last event that it has seen.
    last: i64,
    last_id: Option<Uuid>,
    caught_up: bool,
    waiting: VecDeque<Happened>,
    until: Option<DateTimeUtc>,
    is_over: bool,
}

impl Followed {
    /// Begins, if the sender may have it.
    async fn begin(server: Arc<Server>, follower: Follower, operation: Operation) -> Result<Self, Answer> {
        let failed = |error: Error| Answer::refused(error, &follower.id);
        let (sender, request) = request(&server, &follower).await.map_err(|refusal| failed(refusal.into_error()))?;
        let begun = Arc::new(Slot::default());
        let response = run(&server, &operation, &sender.actor, &request, Data::Begins(Arc::clone(&begun))).await;
        let Some(source) = begun.take() else {
            request.access.sight().hide_time().await;
            return Err(Answer::failed(response.errors, &follower.id));
        };
        let place = server.app.hub.join(&server.app.db, source.interest, &sender.actor).await.map_err(failed)?;
        let (caught_up, last) = (source.after.is_none(), source.after.unwrap_or(place.told));
        let until = sender.actor.until();
        let (last_id, waiting) = (None, VecDeque::new());
        Ok(Self {
            server,
            follower,
            operation,
            source,
            place,
            last,
            last_id,
            caught_up,
            waiting,
            until,
            is_over: false,
        })
    }

    /// What comes next; `None` at the end.
    pub async fn next(&mut self) -> Option<Output> {
        while !self.is_over {
            match self.step().await {
                Ok(Some(output)) => return Some(output),
                Ok(None) => {}
                Err(end) => {
                    self.is_over = true;
                    return Some(match end {
                        End::Refused(error) => Output::Failed(self.end(error)),
                        End::Away => Output::Away,
                    });
                }
            }
        }
        None
    }

    /// One event, or one check.
    async fn step(&mut self) -> Result<Option<Output>, End> {
        if let Some(event) = self.waiting.pop_front() {
            return Box::pin(self.deliver(&Arc::new(event))).await;
        }
        if !self.caught_up {
            let some = self.source.behind(&self.server.app.db, self.last).await?;
            self.caught_up = some.is_empty();
            self.waiting = some.into();
            return Ok(None);
        }
        let now = self.server.app.clock.now();
        // A moment that has passed is asked about at once.
        let rest = self.until.map_or(BEAT, |until| (until - now).to_std().unwrap_or_default());
        let message = tokio::select! {
            message = self.place.next() => message.ok_or_else(behind)?,
            () = sleep(rest.min(BEAT)) => {
                if rest > BEAT { return Ok(Some(Output::Nothing)) }
                Message::Check
            }
        };
        match message {
            Message::Event(event) if event.row.position > self.last => Box::pin(self.deliver(&event)).await,
            Message::Event(_) => Ok(None),
            Message::Check => Box::pin(self.check()).await.map(|_| None),
            Message::End => Err(End::Away),
        }
    }

    /// The answer for the event, if it belongs to the stream.
    async fn deliver(&mut self, event: &Arc<Happened>) -> Result<Option<Output>, End> {
        self.last = event.row.position;
        let is_asked = |kinds: &HashSet<EventKind>| event.kind.is_some_and(|kind| kinds.contains(&kind));
        if !self.source.kinds.as_ref().is_none_or(is_asked) {
            return Ok(None);
        }
        let (sender, request) = self.check().await?;
        let Some(kind) = self.source.admits(&request, event).await? else { return Ok(None) };
        self.last_id = Some(event.row.id);
        let delivered = Data::Event(Delivered(Arc::clone(event), kind));
        let response = run(&self.server, &self.operation, &sender.actor, &request, delivered).await;
        let answer = Answer::of(response, OperationType::Query, &self.follower.id);
        Ok(Some(Output::Next(encode(&answer))))
    }

    /// The sender and a request of it, if it may still have the stream.
    async fn check(&mut self) -> Result<(Sender, Arc<Request>), End> {
        let (sender, request) =
            request(&self.server, &self.follower).await.map_err(|refusal| End::Refused(refusal.into_error()))?;
        self.until = sender.actor.until();
        self.source.check(&request).await.map_err(|error| match error {
            // There may be nothing to hide any more, but the reason is known.
            Error::NotFound => End::Refused(lost()),
            other => End::Refused(other),
        })?;
        Ok((sender, request))
    }

    /// The reason of the end, and where to go on.
    fn end(&self, error: Error) -> Answer {
        let mut error = server_error(error);
        if let Some(id) = self.last_id {
            error.extensions.get_or_insert_default().set("after", Value::from(Type::Event.id(id).to_string()));
        }
        Answer::failed(vec![error], &self.follower.id)
    }
}

/// Why a stream ends.
enum End {
    Refused(Error),
    Away,
}

impl From<Error> for End {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

fn behind() -> End {
    let message =
        "You read more slowly than events come, so this stream ended. Subscribe again with after, the id of the \
                   last event that you got."
            .to_owned();
    End::Refused(Error::Limited { message, limit: 0, value: 0 })
}

fn lost() -> Error {
    Error::ContextLost("You may no longer follow this. Subscribe to something else.".to_owned())
}

/// The sender as it is now, and a request of it that has looked at the log of changes.
async fn request(server: &Server, follower: &Follower) -> Result<(Sender, Arc<Request>), Refusal> {
    let sender = Sender::signed_in(&server.app, &follower.headers, follower.peer, Takes::Cookie).await?;
    let request = sender.request(&server.app, &follower.id);
    request.access.sight().open();
    Ok((sender, Arc::new(request)))
}

/// What a run is for.
enum Data {
    Begins(Arc<Slot>),
    Event(Delivered),
}

async fn run(
    server: &Server,
    operation: &Operation,
    actor: &Actor,
    request: &Arc<Request>,
    data: Data,
) -> async_graphql::Response {
    let graphql = operation.clone().run_by(actor, request, Document::for_event);
    let graphql = match data {
        Data::Begins(slot) => graphql.data(slot),
        Data::Event(delivered) => graphql.data(delivered),
    };
    server.app.events.execute(graphql).await
}
