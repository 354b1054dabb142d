//! What is too long for one answer, as lines of JSON (<https://github.com/ndjson/ndjson-spec>) that are sent while they
//! are read.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tokio::sync::mpsc::{Sender, channel};
use tokio::time::timeout;

use super::Server;
use super::credential::Who;
use super::negotiate::Media;
use super::refusal::Refusal;
use super::request_id::RequestId;
use crate::access::Actor;
use crate::base::error::{Error, Result};
use crate::graphql::request::Request;

/// How many pages wait for a client that reads slowly, besides the one that is on its way and the one that is made.
const WAITING: usize = 1;
/// So many exports one server sends at once.
pub const AT_ONCE: usize = 32;
/// So long a page waits for a client that takes none. Then the answer is broken off, and its place is free for another.
const PATIENCE: Duration = Duration::from_mins(1);

/// Something that is read page by page.
pub trait Pages: Send + 'static {
    /// The lines of the next page, for who asks; `None` at the end.
    fn next(&mut self, request: &Request) -> impl Future<Output = Result<Option<Vec<u8>>>> + Send;
}

/// Answers with the pages. Who asks, and what they may, is found out anew for each: the first is refused as any other
/// request is, a later one breaks the answer off.
pub async fn answer(
    server: Arc<Server>,
    id: RequestId,
    headers: HeaderMap,
    pages: Result<impl Pages, Refusal>,
) -> Response {
    let begun = async {
        let pages = pages?;
        let place = Arc::clone(&server.exports).try_acquire_owned().map_err(|_| Refusal::busy(AT_ONCE))?;
        let mut reader = Reader { server, headers, id: id.clone(), pages };
        let first = reader.page().await?;
        Ok::<_, Refusal>((reader, first, place))
    };
    let (reader, first, place) = match begun.await {
        Ok(begun) => begun,
        Err(refusal) => return refusal.answer(Media::Json, &id),
    };
    let (sender, receiver) = channel(WAITING);
    tokio::spawn(async move {
        send(reader, first, sender).await;
        drop(place);
    });
    let pages = stream::unfold(Some(receiver), |receiver| async move {
        let mut receiver = receiver?;
        match receiver.recv().await {
            Some(Some(lines)) => Some((Ok(lines), Some(receiver))),
            Some(None) => None,
            // Broken off, so that nobody takes what came for the whole.
            None => Some((Err(io::Error::other("an export was broken off")), None)),
        }
    });
    let headers = [(CONTENT_TYPE, "application/x-ndjson"), (CACHE_CONTROL, "no-store")];
    (headers, Body::from_stream(pages)).into_response()
}

/// Makes the next page while the last is sent, and waits a while where nobody takes it. It ends when the client is
/// gone. `None` is sent behind the last page: without it, the answer is not whole.
async fn send(mut reader: Reader<impl Pages>, first: Option<Vec<u8>>, sender: Sender<Option<Vec<u8>>>) {
    let mut page = first;
    loop {
        let is_end = page.is_none();
        match timeout(PATIENCE, sender.send(page)).await {
            Ok(Ok(())) if !is_end => {}
            Ok(_) => return,
            Err(_) => {
                tracing::info!("an export was broken off, for nobody took it");
                return;
            }
        }
        page = match reader.page().await {
            Ok(page) => page,
            Err(refusal) => {
                let error = refusal.into_error();
                tracing::info!(%error, "an export was broken off");
                return;
            }
        };
    }
}

/// Reads page by page, as whoever the headers name.
struct Reader<P> {
    server: Arc<Server>,
    headers: HeaderMap,
    id: RequestId,
    pages: P,
}

impl<P: Pages> Reader<P> {
    async fn page(&mut self) -> Result<Option<Vec<u8>>, Refusal> {
        let app = &self.server.app;
        let who = Who::of(app, &self.headers, None).await?;
        if matches!(who.actor, Actor::Anonymous) {
            return Err(Error::sign_in().into());
        }
        // A new request for each page: it remembers what it has decided, and is forgotten with the page.
        let mut request = app.request(who.actor);
        request.id = self.id.as_str().to_owned();
        Ok(self.pages.next(&request).await?)
    }
}
