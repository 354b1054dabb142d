//! Bodies of requests: read as a whole, with a limit of their size and of the time that they take.

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderMap, StatusCode};
use futures_util::StreamExt;

use super::refusal::Refusal;
use crate::base::error::Error;
use crate::graphql::limits::within;

/// Bytes of a too large body that are still read.
const DISCARDED: usize = 16 << 20;
/// How long a client may take to send these.
const DISCARDED_IN: Duration = Duration::from_secs(30);

/// How much is read of a body, and for how long.
#[derive(Clone, Copy)]
pub struct Bounds {
    /// The most bytes.
    pub bytes: usize,
    /// How long a client may take to send them.
    pub patience: Duration,
}

/// Why a body was not read.
pub enum Unread {
    /// It has so many bytes, or at least so many.
    TooLarge(u64),
    /// It took too long.
    TooSlow,
}

impl Bounds {
    /// Reads the body. If it announces that it is too large, what it has is thrown away.
    pub async fn read(self, headers: &HeaderMap, body: Body) -> Result<Bytes, Unread> {
        let most = self.bytes as u64;
        let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        if let Some(bytes) = announced.filter(|bytes| *bytes > most) {
            discard(body).await;
            return Err(Unread::TooLarge(bytes));
        }
        let read = tokio::time::timeout(self.patience, to_bytes(body, self.bytes)).await;
        // Either the body is too large, or the client is gone and reads no answer.
        read.map_err(|_| Unread::TooSlow)?.map_err(|_| Unread::TooLarge(most + 1))
    }

    /// The same with a refusal that says how to send less.
    pub async fn read_or_refuse(self, headers: &HeaderMap, body: Body, remedy: &str) -> Result<Bytes, Refusal> {
        self.read(headers, body).await.map_err(|unread| match unread {
            Unread::TooLarge(bytes) => within(bytes, self.bytes as u64, "bytes in its body", remedy)
                .map_err(|error| Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, error))
                .err()
                .unwrap_or_else(Refusal::unread),
            Unread::TooSlow => Refusal::new(StatusCode::REQUEST_TIMEOUT, Error::InvalidInput(self.too_slow())),
        })
    }

    /// What a client is told whose body did not arrive.
    pub fn too_slow(self) -> String {
        format!("The body did not arrive within {} seconds.", self.patience.as_secs())
    }
}

/// Reads the rest of a body, up to a limit. Otherwise the client would see a broken connection instead of the answer.
pub async fn discard(body: Body) {
    let read = async {
        let (mut chunks, mut left) = (body.into_data_stream(), DISCARDED);
        while let (Some(Ok(chunk)), 1..) = (chunks.next().await, left) {
            left = left.saturating_sub(chunk.len());
        }
    };
    // A timeout changes nothing.
    let _ = tokio::time::timeout(DISCARDED_IN, read).await;
}
