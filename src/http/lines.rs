//! Exports: lines of JSON (<https://github.com/ndjson/ndjson-spec>) or tables as CSV, which are sent while the database is
//! read, page by page. The last line of JSON says that the export is complete, and how many lines came before it. A table
//! has no such line; one that is cut off ends with an error of the transfer.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::client::Peer;
use super::credential::{Sender, Takes};
use super::negotiate::Media;
use super::refusal::Refusal;
use super::request_id::RequestId;
use super::{Server, Shared};
use crate::base::error::Result;
use crate::graphql::request::Request;

/// Pages that wait for a slow client, besides the page being sent and the page being read.
const WAITING: usize = 1;
/// Exports that one server sends at the same time.
pub const AT_ONCE: usize = 32;
/// How long a page waits for a client that does not read. Then the export is cut off, so that another can start.
const PATIENCE: Duration = Duration::from_mins(1);

/// What an export is made of.
#[derive(Clone, Copy)]
pub enum Form {
    /// Lines of JSON.
    Lines,
    /// Lines of CSV, for a file of this name.
    Table(&'static str),
}

impl Form {
    fn headers(self) -> HeaderMap {
        let (media, file) = match self {
            Self::Lines => ("application/x-ndjson", None),
            Self::Table(name) => ("text/csv; charset=utf-8", Some(name)),
        };
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        let place = file.and_then(|name| HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")).ok());
        if let Some(place) = place {
            headers.insert(CONTENT_DISPOSITION, place);
        }
        headers
    }
}

/// An export that is read page by page.
pub trait Pages: Send + 'static {
    /// What it is made of.
    const FORM: Form = Form::Lines;

    /// The lines of the next page; `None` at the end.
    fn next(&mut self, request: &Request) -> impl Future<Output = Result<Option<Vec<u8>>>> + Send;
}

/// Sends the pages. The sender and its permissions are checked again for each page. If the first page is refused, the
/// answer is an error; if a later one is refused, the export is cut off.
pub async fn answer<P: Pages>(
    (State(server), Extension(id), peer, headers): Shared,
    pages: Result<P, Refusal>,
) -> Response {
    let begun = async {
        let (pages, peer) = (pages?, peer.map(|Extension(peer)| peer));
        let permit = Arc::clone(&server.exports).try_acquire_owned().map_err(|_| Refusal::busy(AT_ONCE))?;
        let mut reader = Reader { server, headers, peer, id: id.clone(), pages, lines: 0, is_complete: false };
        let first = reader.page().await?;
        Ok::<_, Refusal>((reader, first, permit))
    };
    let (reader, first, permit) = match begun.await {
        Ok(begun) => begun,
        Err(refusal) => return refusal.answer(Media::Json, &id),
    };
    let (sender, receiver) = mpsc::channel(WAITING);
    tokio::spawn(async move {
        send(reader, first, sender).await;
        drop(permit);
    });
    let pages = stream::unfold(Some(receiver), |receiver| async move {
        let mut receiver = receiver?;
        match receiver.recv().await {
            Some(Some(lines)) => Some((Ok(lines), Some(receiver))),
            Some(None) => None,
            // An error tells the client that the export is incomplete.
            None => Some((Err(io::Error::other("an export was cut off")), None)),
        }
    });
    (P::FORM.headers(), Body::from_stream(pages)).into_response()
}

/// Reads the next page while the last one is sent. It stops when the client is gone or does not read. `None` is sent
/// after the last page; without it, the export is incomplete.
async fn send(mut reader: Reader<impl Pages>, first: Option<Vec<u8>>, sender: mpsc::Sender<Option<Vec<u8>>>) {
    let mut page = first;
    loop {
        let is_end = page.is_none();
        match timeout(PATIENCE, sender.send(page)).await {
            Ok(Ok(())) if !is_end => {}
            Ok(_) => return,
            Err(_) => {
                tracing::info!("an export was cut off, because the client did not read it");
                return;
            }
        }
        page = match reader.page().await {
            Ok(page) => page,
            Err(refusal) => {
                let error = refusal.into_error();
                tracing::info!(%error, "an export was cut off");
                return;
            }
        };
    }
}

/// Reads page by page, each as the sender that the headers name.
struct Reader<P> {
    server: Arc<Server>,
    headers: HeaderMap,
    peer: Option<Peer>,
    id: RequestId,
    pages: P,
    /// How many lines were read.
    lines: usize,
    /// Whether the last line was made.
    is_complete: bool,
}

impl<P: Pages> Reader<P> {
    async fn page(&mut self) -> Result<Option<Vec<u8>>, Refusal> {
        if self.is_complete {
            return Ok(None);
        }
        let app = &self.server.app;
        let sender = Sender::signed_in(app, &self.headers, self.peer, Takes::Cookie).await?;
        // Each page is a new request, because a request remembers its decisions.
        let request = sender.request(app, &self.id);
        let page = self.pages.next(&request).await.map_err(|error| request.access.clarified(error))?;
        let Some(page) = page else {
            self.is_complete = true;
            if let Form::Table(_) = P::FORM {
                return Ok(None);
            }
            return Ok(Some(format!("{{\"complete\":true,\"lines\":{}}}\n", self.lines).into_bytes()));
        };
        self.lines += page.split(|byte| *byte == b'\n').count().saturating_sub(1);
        Ok(Some(page))
    }
}
