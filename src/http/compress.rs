//! Compresses answers of the API with gzip, for clients that accept it.
//!
//! Compressing what an attacker can choose together with secrets could betray the secrets by the length (BREACH). Here no
//! page of another site can make a browser send a request in a person's name.

use std::io::{self, Write};

use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::extract::Request;
use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, VARY};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::assets::lists;
use crate::base::error::Error;

/// A smaller answer fits into one packet as it is.
const SMALLEST: u64 = 1_024;
/// An answer of more bytes is compressed on another thread, so that it does not hold up other requests.
const LARGE: u64 = 256 << 10;
/// Takes a quarter of the time of the best level, for a twentieth more bytes.
const LEVEL: Compression = Compression::new(4);

/// Compresses the answer of the route.
pub async fn gzip(request: Request, next: Next) -> Response {
    let is_accepted = lists(request.headers(), ACCEPT_ENCODING, "gzip");
    let mut response = next.run(request).await;
    response.headers_mut().append(VARY, HeaderValue::from_static("accept-encoding"));
    match response.body().size_hint().exact() {
        Some(length) if is_accepted && length >= SMALLEST => compressed(response, length).await,
        _ => response,
    }
}

async fn compressed(response: Response, length: u64) -> Response {
    let (mut head, body) = response.into_parts();
    // It is in memory already: its length is known.
    let plain = match to_bytes(body, usize::MAX).await {
        Ok(plain) => plain,
        Err(error) => return (StatusCode::INTERNAL_SERVER_ERROR, Error::fault(error).to_string()).into_response(),
    };
    let packed = if length > LARGE {
        let plain = plain.clone();
        tokio::task::spawn_blocking(move || pack(&plain)).await.map_err(io::Error::other).flatten()
    } else {
        pack(&plain)
    };
    match packed {
        Ok(packed) => {
            head.headers.remove(CONTENT_LENGTH);
            head.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            Response::from_parts(head, Body::from(packed))
        }
        Err(error) => {
            tracing::warn!(%error, "an answer could not be compressed, and is sent as it is");
            Response::from_parts(head, Body::from(plain))
        }
    }
}

fn pack(plain: &Bytes) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(plain.len() / 4), LEVEL);
    encoder.write_all(plain)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use axum::Router;
    use axum::middleware::from_fn;
    use axum::routing::get;
    use flate2::read::GzDecoder;
    use tower::ServiceExt;

    use super::*;

    /// The answer of so many bytes: its coding, its length as sent, and its text.
    async fn ask(bytes: usize, accepted: &str) -> (Option<String>, usize, String) {
        let answer = move || async move { ([(VARY, "accept")], "0123456789abcdef".repeat(bytes / 16)) };
        let router: Router = Router::new().route("/", get(answer).layer(from_fn(gzip)));
        let request = Request::get("/").header(ACCEPT_ENCODING, accepted).body(Body::empty()).unwrap();
        let response = router.oneshot(request).await.unwrap();
        let vary: Vec<_> = response.headers().get_all(VARY).iter().collect();
        assert_eq!(vary, ["accept", "accept-encoding"]);
        let coding = response.headers().get(CONTENT_ENCODING).map(|value| value.to_str().unwrap().to_owned());
        let announced = response.headers().get(CONTENT_LENGTH).map(|value| value.to_str().unwrap().to_owned());
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        assert_eq!(announced.unwrap(), body.len().to_string());
        let mut text = String::new();
        match coding {
            Some(_) => GzDecoder::new(&*body).read_to_string(&mut text).unwrap(),
            None => (&*body).read_to_string(&mut text).unwrap(),
        };
        (coding, body.len(), text)
    }

    #[tokio::test]
    async fn large_answers_are_compressed_for_clients_that_accept_it() {
        for bytes in [1_024, 64 << 10, 1 << 20] {
            let (coding, sent, text) = ask(bytes, "deflate, gzip;q=0.8, br").await;
            assert_eq!((coding.as_deref(), text.len()), (Some("gzip"), bytes));
            assert!(sent < bytes / 8 && text.ends_with("0123456789abcdef"), "{sent}");
        }
    }

    #[tokio::test]
    async fn small_answers_and_other_clients_get_the_plain_text() {
        for (bytes, accepted) in [(1_008, "gzip"), (4_096, ""), (4_096, "br"), (4_096, "gzip;q=0")] {
            let (coding, sent, _) = ask(bytes, accepted).await;
            assert_eq!((coding, sent), (None, bytes), "{accepted}");
        }
    }
}
