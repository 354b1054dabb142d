//! Server-Sent Events: one operation for each request, in the "distinct connections mode" of
//! <https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md>.
//!
//! A mistake in the operation is a result too, because `EventSource` shows no status and no body of a refused request.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, VARY};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream, StreamExt};

use super::follow::{Begun, Followed, Follower, Output, begin};
use crate::base::error::Error;
use crate::http::Server;
use crate::http::answer::{Answer, encode};
use crate::http::envelope::Envelopes;
use crate::http::graphql::prepare;
use crate::http::negotiate::Media;
use crate::http::trace::Work;

const STREAM: &str = "text/event-stream";
/// Keeps nginx from collecting events before it sends them.
const BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Whether the client asks for a stream of events.
pub fn accepts(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut ranges = values.flat_map(|value| value.split(','));
    ranges.any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let is_stream = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case(STREAM));
        is_stream && !parts.any(|part| part.strip_prefix("q=").is_some_and(|weight| weight.parse() == Ok(0.0)))
    })
}

/// Runs the operation of the request, and sends its results.
pub async fn answer(server: Arc<Server>, follower: Follower, method: &Method, address: &Uri, body: Body) -> Response {
    let limits = &server.app.config.limits;
    let envelope = match Envelopes::of(method, address, &follower.headers, body, limits).await {
        Ok(Envelopes::One(envelope)) => *envelope,
        Ok(Envelopes::Batch(_)) => {
            let text = "A stream of events is for one request, not for a batch.".to_owned();
            return once(&Answer::refused(Error::InvalidInput(text), &follower.id));
        }
        Err(refusal) => return refusal.answer(Media::Json, &follower.id),
    };
    let mut work = Work::default();
    let prepared = prepare(&server, envelope, method == Method::POST, &mut work, &mut None);
    let mut response = match begin(server, follower, prepared).await {
        // The client sees at once that the stream is there. A refused one begins with its reason.
        Begun::Stream(begun) => streaming(stream::iter([b":\n\n".to_vec()]).chain(events(*begun))),
        Begun::Once(answer) => once(&answer),
    };
    response.extensions_mut().insert(work);
    response
}

/// The results of a subscription, as they come.
fn events(followed: Followed) -> impl Stream<Item = Vec<u8>> {
    stream::unfold(Some(followed), async |followed| {
        let mut followed = followed?;
        Some(match followed.next().await? {
            Output::Next(text) => (event("next", &text), Some(followed)),
            Output::Nothing => (b":\n\n".to_vec(), Some(followed)),
            Output::Failed(answer) => ([event("next", &encode(&answer)), event("complete", b"")].concat(), None),
            // Without "complete", the client connects again.
            Output::Away => return None,
        })
    })
}

/// One result, and the end.
fn once(answer: &Answer) -> Response {
    let text = [event("next", &encode(answer)), event("complete", b"")].concat();
    streaming(stream::iter([text]))
}

fn streaming(events: impl Stream<Item = Vec<u8>> + Send + 'static) -> Response {
    let events = events.map(Ok::<_, Infallible>);
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (VARY, HeaderValue::from_static("accept, accept-language")),
        (BUFFERING, HeaderValue::from_static("no")),
    ];
    (headers, Body::from_stream(events)).into_response()
}

/// One event. JSON of this server has no line breaks.
fn event(name: &str, data: &[u8]) -> Vec<u8> {
    [b"event: ", name.as_bytes(), b"\ndata: ", data, b"\n\n"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_sent_to_those_who_name_it() {
        let accept = |text: &'static str| accepts(&HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(text))]));
        for yes in [STREAM, "Text/Event-Stream", "application/json, text/event-stream;q=0.5"] {
            assert!(accept(yes), "{yes}");
        }
        for no in ["*/*", "text/*", "application/json", "text/event-stream;q=0", ""] {
            assert!(!accept(no), "{no}");
        }
        assert!(!accepts(&HeaderMap::new()));
    }
}
