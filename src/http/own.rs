//! `GET /viewer/export.ndjson`: a copy of everything that is stored about the person who asks.

use axum::response::Response;

use super::Shared;
use super::lines::{self, Pages};
use crate::base::error::Result;
use crate::graphql::request::Request;
use crate::people::viewer::OwnExport;

/// Sends the copy.
pub async fn own(shared: Shared) -> Response {
    lines::answer(shared, Ok(OwnExport::default())).await
}

impl Pages for OwnExport {
    async fn next(&mut self, request: &Request) -> Result<Option<Vec<u8>>> {
        self.page(request).await
    }
}
