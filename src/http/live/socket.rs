//! A WebSocket with the protocol `graphql-transport-ws`: any operation, and many at the same time.

use std::collections::HashMap;
use std::future::pending;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::http::WebSocketProtocols;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::http::header::{ACCEPT_LANGUAGE, AUTHORIZATION, SEC_WEBSOCKET_PROTOCOL};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::{Map, Value as Json};
use tokio::sync::mpsc::{Receiver, Sender as Outbox, channel};
use tokio::sync::watch;
use tokio::task::{AbortHandle, Id, JoinSet};
use tokio::time::{Instant, interval_at, sleep_until, timeout};

use super::follow::{Begun, Follower, Output, begin};
use super::protocol::{Close, Incoming, ack, complete, error, next, pong, read};
use crate::base::error::{Error, Result};
use crate::http::Server;
use crate::http::answer::Answer;
use crate::http::credential::{ORGANISATION, Sender, Takes};
use crate::http::envelope::Envelopes;
use crate::http::graphql::prepare;
use crate::http::negotiate::Media;
use crate::http::refusal::Refusal;
use crate::http::trace::Work;

/// The name of the protocol.
const PROTOCOL: &str = "graphql-transport-ws";
/// How long a client may take for its first message.
const INIT: Duration = Duration::from_secs(10);
/// How often the server asks whether the client is there, and after how many unanswered questions it is not.
const PING: Duration = Duration::from_secs(20);
const UNANSWERED: u32 = 3;
/// How long a message may take to leave.
const SLOW: Duration = Duration::from_secs(20);
/// Messages of all operations that wait for the socket.
const WAITING: usize = 16;
/// What a socket reads at once, in bytes. Ten thousand of them are open at the same time.
const READ: usize = 4096;

/// Headers of the request that the first message can give too, because pages cannot set them.
static GIVEN: [HeaderName; 3] = [AUTHORIZATION, ORGANISATION, ACCEPT_LANGUAGE];

/// Makes a WebSocket of the connection.
pub fn upgrade(server: Arc<Server>, follower: Follower, upgrade: WebSocketUpgrade) -> Response {
    let offered = follower.headers.get_all(SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|value| value.to_str().ok());
    let mut offered = offered.flat_map(|value| value.split(',')).map(|name| WebSocketProtocols::from_str(name.trim()));
    if !offered.any(|protocol| matches!(protocol, Ok(WebSocketProtocols::GraphQLWS))) {
        let text = format!("Open the WebSocket with the protocol {PROTOCOL}.");
        return Refusal::new(StatusCode::BAD_REQUEST, Error::InvalidInput(text)).answer(Media::Json, &follower.id);
    }
    let Some(permit) = server.app.hub.socket() else {
        return Refusal::from(Error::Unavailable).answer(Media::Json, &follower.id);
    };
    let bytes = server.app.config.limits.body_bytes;
    let upgrade = upgrade.protocols([PROTOCOL]).read_buffer_size(READ).write_buffer_size(0).max_message_size(bytes);
    upgrade.max_frame_size(bytes).on_upgrade(async move |socket| {
        Box::pin(Connection::new(server, follower).serve(socket)).await;
        drop(permit);
    })
}

/// A message of one of the operations.
struct Outgoing {
    id: String,
    task: Id,
    text: String,
    /// The operation has ended because the server does.
    is_away: bool,
}

/// One open socket.
struct Connection {
    server: Arc<Server>,
    follower: Follower,
    is_ready: bool,
    operations: HashMap<String, AbortHandle>,
    tasks: JoinSet<()>,
    outbox: Outbox<Outgoing>,
    inbox: Receiver<Outgoing>,
}

impl Connection {
    fn new(server: Arc<Server>, follower: Follower) -> Self {
        let (outbox, inbox) = channel(WAITING);
        let (operations, tasks) = (HashMap::new(), JoinSet::new());
        Self { server, follower, is_ready: false, operations, tasks, outbox, inbox }
    }

    /// Serves the socket until one of the sides closes it.
    async fn serve(mut self, mut socket: WebSocket) {
        let close = self.talk(&mut socket).await;
        self.tasks.abort_all();
        let Some(close) = close else { return };
        let (code, reason) = close.frame();
        tracing::debug!(code, reason, "the server closes a socket");
        let farewell = async {
            let frame = CloseFrame { code, reason: reason.into() };
            if socket.send(Message::Close(Some(frame))).await.is_ok() {
                // Reading on until the client has closed too: otherwise its network may drop the frame.
                while let Some(Ok(_)) = socket.recv().await {}
            }
        };
        drop(timeout(Duration::from_secs(2), farewell).await);
    }

    /// Whether the operation of a message still runs. One that the client has ended says nothing any more.
    fn is_open(&self, outgoing: &Outgoing) -> bool {
        self.operations.get(&outgoing.id).is_some_and(|handle| handle.id() == outgoing.task)
    }

    /// Why the server closes; `None` if the client has.
    async fn talk(&mut self, socket: &mut WebSocket) -> Option<Close> {
        let begun = Instant::now();
        let mut pings = interval_at(begun + PING, PING);
        let mut unanswered = 0;
        let mut end = self.server.app.hub.ending();
        loop {
            let is_ready = self.is_ready;
            let init = async {
                if is_ready {
                    pending::<()>().await;
                }
                sleep_until(begun + INIT).await;
            };
            let text = tokio::select! {
                message = socket.recv() => {
                    unanswered = 0;
                    match self.receive(message?).await {
                        Ok(Some(text)) => text,
                        Ok(None) => continue,
                        Err(close) => return Some(close),
                    }
                }
                Some(outgoing) = self.inbox.recv() => {
                    if outgoing.is_away { return Some(Close::Away) }
                    if !self.is_open(&outgoing) { continue }
                    outgoing.text
                }
                Some(ended) = self.tasks.join_next_with_id(), if !self.tasks.is_empty() => {
                    let ended = ended.map_or_else(|error| error.id(), |(id, ())| id);
                    // What it sent last is in front.
                    while let Ok(outgoing) = self.inbox.try_recv() {
                        if outgoing.is_away { return Some(Close::Away) }
                        if self.is_open(&outgoing) && !send(socket, Message::Text(outgoing.text.into())).await {
                            return None;
                        }
                    }
                    self.operations.retain(|_, handle| handle.id() != ended);
                    continue
                }
                _ = pings.tick() => {
                    unanswered += 1;
                    if unanswered > UNANSWERED || !send(socket, Message::Ping(Vec::new().into())).await {
                        return None;
                    }
                    continue
                }
                () = init => return Some(Close::InitTimeout),
                () = ended(&mut end) => return Some(Close::Away),
            };
            if !send(socket, Message::Text(text.into())).await {
                return None;
            }
        }
    }

    /// What to answer to a message.
    async fn receive(&mut self, message: Result<Message, axum::Error>) -> Result<Option<String>, Close> {
        let text = match message {
            Ok(Message::Text(text)) => text,
            Ok(Message::Binary(_)) => return Err(Close::Invalid("Send text, not binary".to_owned())),
            Err(error) if error.to_string().contains("too long") => return Err(Close::TooLarge),
            // After an error, the next message is none.
            Ok(Message::Ping(_) | Message::Pong(_) | Message::Close(_)) | Err(_) => return Ok(None),
        };
        match read(&text)? {
            Incoming::Init(_) if self.is_ready => Err(Close::TooManyInits),
            Incoming::Init(payload) => self.begin(&payload).await.map(Some),
            Incoming::Ping => Ok(Some(pong())),
            Incoming::Pong => Ok(None),
            Incoming::Subscribe(..) if !self.is_ready => Err(Close::Unauthorised),
            Incoming::Subscribe(id, _) if self.operations.contains_key(&id) => Err(Close::Exists(id)),
            Incoming::Subscribe(id, payload) => Ok(self.subscribe(id, payload)),
            Incoming::Complete(id) => {
                if let Some(handle) = self.operations.remove(&id) {
                    handle.abort();
                }
                Ok(None)
            }
        }
    }

    /// The connection is ready if its credential is valid. Without any, only what is public can be asked.
    async fn begin(&mut self, payload: &Map<String, Json>) -> Result<String, Close> {
        let mut headers = HeaderMap::clone(&self.follower.headers);
        for (name, value) in payload {
            let Some(given) = GIVEN.iter().find(|given| given.as_str().eq_ignore_ascii_case(name)) else { continue };
            let mut value = value
                .as_str()
                .and_then(|text| HeaderValue::from_str(text).ok())
                .ok_or_else(|| Close::Forbidden(format!("{name} must be text, as in a header")))?;
            value.set_sensitive(true);
            headers.insert(given, value);
        }
        self.follower.headers = Arc::new(headers);
        let Follower { headers, peer, .. } = &self.follower;
        match Sender::of(&self.server.app, headers, *peer, Takes::Cookie).await {
            Ok(_) => {
                self.is_ready = true;
                Ok(ack())
            }
            Err(refusal) => Err(Close::Forbidden(refusal.into_error().to_string())),
        }
    }

    /// Begins an operation. An error that is known at once is the answer.
    fn subscribe(&mut self, id: String, payload: Json) -> Option<String> {
        let limit = self.server.app.config.live.streams_per_connection;
        if self.operations.len() >= limit {
            let message = format!("One WebSocket runs at most {limit} operations at the same time. End one first.");
            let limited = Error::Limited { message, limit: limit as u64, value: limit as u64 + 1 };
            let answer = Answer::refused(limited, &self.follower.id);
            return Some(error(&id, &answer.outcome().unwrap_or_else(|errors| errors)));
        }
        let (server, follower, outbox) = (Arc::clone(&self.server), self.follower.clone(), self.outbox.clone());
        let of = id.clone();
        let handle = self.tasks.spawn(async move {
            let task = tokio::task::id();
            let send = async |text: String| {
                // If nobody receives it any more, the task is about to be aborted.
                drop(outbox.send(Outgoing { id: of.clone(), task, text, is_away: false }).await);
            };
            match operate(server, follower, payload).await {
                Begun::Once(answer) => match answer.outcome() {
                    Ok(payload) => {
                        send(next(&of, &payload)).await;
                        send(complete(&of)).await;
                    }
                    Err(errors) => send(error(&of, &errors)).await,
                },
                Begun::Stream(mut stream) => loop {
                    match stream.next().await {
                        Some(Output::Next(payload)) => send(next(&of, &payload)).await,
                        Some(Output::Nothing) => {}
                        Some(Output::Failed(answer)) => {
                            return send(error(&of, &answer.outcome().unwrap_or_else(|errors| errors))).await;
                        }
                        Some(Output::Away) => {
                            let text = String::new();
                            drop(outbox.send(Outgoing { id: of.clone(), task, text, is_away: true }).await);
                            return;
                        }
                        None => return send(complete(&of)).await,
                    }
                },
            }
        });
        self.operations.insert(id, handle);
        None
    }
}

async fn operate(server: Arc<Server>, follower: Follower, payload: Json) -> Begun {
    match Envelopes::of_message(payload, &server.app.config.limits) {
        Ok(envelope) => {
            let prepared = prepare(&server, envelope, true, &mut Work::default(), &mut None);
            begin(server, follower, prepared).await
        }
        Err(refusal) => Begun::Once(Answer::refused(refusal.into_error(), &follower.id)),
    }
}

/// Returns when the server ends.
async fn ended(end: &mut watch::Receiver<bool>) {
    // If there is no hub any more, the server has ended as well.
    let _ = end.wait_for(|ends| *ends).await;
}

/// Whether the message has left.
async fn send(socket: &mut WebSocket, message: Message) -> bool {
    matches!(timeout(SLOW, socket.send(message)).await, Ok(Ok(())))
}
