//! `GET /viewer/export.ndjson`: a copy of everything that is stored about the person who asks.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::Server;
use super::client::Peer;
use super::lines::{self, Pages};
use super::request_id::RequestId;
use crate::base::error::Result;
use crate::graphql::request::Request;
use crate::people::viewer::OwnExport;

/// Sends the copy.
pub async fn own(
    State(server): State<Arc<Server>>,
    Extension(id): Extension<RequestId>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
) -> Response {
    lines::answer(server, id, headers, peer, Ok(OwnExport::default())).await
}

impl Pages for OwnExport {
    async fn next(&mut self, request: &Request) -> Result<Option<Vec<u8>>> {
        self.page(request).await
    }
}
