//! What is too long for one answer, as lines of JSON (<https://github.com/ndjson/ndjson-spec>) that are sent while they
//! are read.

use std::io;
use std::sync::Arc;

use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tokio::sync::mpsc::channel;

use super::Server;
use super::credential::Who;
use super::negotiate::Media;
use super::refusal::Refusal;
use super::request_id::RequestId;
use crate::access::Actor;
use crate::error::{Error, Result};
use crate::request::Request;

/// How many pages wait for a client that reads slowly, besides the one that is on its way and the one that is made.
const WAITING: usize = 1;

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
    pages: std::result::Result<impl Pages, Refusal>,
) -> Response {
    let begun = async {
        let mut reader = Reader { server, headers, id: id.clone(), pages: pages? };
        let first = reader.page().await?;
        Ok::<_, Refusal>((reader, first))
    };
    let (mut reader, first) = match begun.await {
        Ok(begun) => begun,
        Err(refusal) => return refusal.answer(Media::Json, &id),
    };
    let (sender, receiver) = channel(WAITING);
    // Makes the next page while the last is sent, and waits where nobody takes it. It ends when the client is gone.
    tokio::spawn(async move {
        let mut page = Ok(first);
        loop {
            let (lines, goes_on) = match page {
                Ok(None) => return,
                Ok(Some(lines)) => (Ok(lines), true),
                // Broken off, so that nobody takes what came for the whole.
                Err(error) => {
                    tracing::info!(%error, "an export was broken off");
                    (Err(io::Error::other(error)), false)
                }
            };
            if sender.send(lines).await.is_err() || !goes_on {
                return;
            }
            page = reader.page().await.map_err(Refusal::into_error);
        }
    });
    let pages = stream::unfold(receiver, |mut receiver| async { receiver.recv().await.map(|page| (page, receiver)) });
    let headers = [(CONTENT_TYPE, "application/x-ndjson"), (CACHE_CONTROL, "no-store")];
    (headers, Body::from_stream(pages)).into_response()
}

/// Reads page by page, as whoever the headers name.
struct Reader<P> {
    server: Arc<Server>,
    headers: HeaderMap,
    id: RequestId,
    pages: P,
}

impl<P: Pages> Reader<P> {
    async fn page(&mut self) -> std::result::Result<Option<Vec<u8>>, Refusal> {
        let app = &self.server.app;
        let who = Who::of(app, &self.headers, None).await?;
        if matches!(who.actor, Actor::Anonymous) {
            return Err(Error::sign_in().into());
        }
        // A new request for each page: it remembers what it has decided, and is forgotten with the page.
        let mut request = Request::new(app.db.clone(), who.actor, app.clock.now());
        request.id = self.id.as_str().to_owned();
        Ok(self.pages.next(&request).await?)
    }
}
