//! `POST /operator/bank-statements`: a file of the bank, whose entries become payments. The answer counts what was new.

use std::io::Cursor;
use std::time::Duration;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::body::Bounds;
use super::client::Peer;
use super::credential::{Sender, Takes};
use super::negotiate::Media;
use super::refusal::Refusal;
use super::request_id::RequestId;
use super::{Server, Shared};
use crate::access::Permission;
use crate::base::error::Error;
use crate::billing::payment::statement::{self, Recorded};
use crate::oversight::operator::store::find_operator;

/// The largest file.
const BOUNDS: Bounds = Bounds { bytes: 64 << 20, patience: Duration::from_mins(5) };

/// Records a file.
pub async fn bank_statement((State(server), Extension(id), peer, headers): Shared, body: Body) -> Response {
    match record(&server, &id, peer.map(|Extension(peer)| peer), &headers, body).await {
        Ok(done) => {
            let body = serde_json::to_string(&done).unwrap_or_default();
            ([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")], body).into_response()
        }
        Err(refusal) => refusal.answer(Media::Json, &id),
    }
}

/// Asks for the permission before it reads the file, and again in each transaction.
async fn record(
    server: &Server,
    id: &RequestId,
    peer: Option<Peer>,
    headers: &HeaderMap,
    body: Body,
) -> Result<Recorded, Refusal> {
    if !is_xml(headers) {
        let text = "Send the file as uncompressed XML, with the Content-Type application/xml.".to_owned();
        return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, Error::InvalidInput(text)));
    }
    let sender = Sender::signed_in(&server.app, headers, peer, Takes::Cookie).await?;
    let request = sender.request(&server.app, id);
    let clarified = |error| Refusal::from(request.access.clarified(error));
    let operator = find_operator(&request.access).await?.ok_or(Error::NotFound)?;
    operator.require(Permission::PaymentRecord).map_err(clarified)?;
    let bytes = BOUNDS.read_or_refuse(headers, body, "Send the statements one by one.").await?;
    // Reading a large file takes a while, and the thread must be free for other requests.
    let read = tokio::task::spawn_blocking(move || statement::read(Cursor::new(bytes))).await;
    let records = read.map_err(Error::fault)?.map_err(|error| Refusal::invalid(&error.to_string()))?;
    // The day of what is recorded is that of the end of the upload.
    let request = sender.request(&server.app, id);
    statement::record(&request, operator.id(), &records, Some(Permission::PaymentRecord)).await.map_err(clarified)
}

fn is_xml(headers: &HeaderMap) -> bool {
    let text = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = text.split(';').next().unwrap_or_default().trim();
    let is_xml = ["application/xml", "text/xml"].iter().any(|xml| kind.eq_ignore_ascii_case(xml));
    is_xml && !headers.contains_key(CONTENT_ENCODING)
}
