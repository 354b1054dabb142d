//! `GET /commission-statements/{id}/{file}`: a statement of commission, for everybody who sees it. The file is `pdf` or
//! `ndjson`.

use std::sync::Arc;

use async_graphql::ID;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::Shared;
use super::credential::{Sender, Takes};
use super::lines;
use super::negotiate::Media;
use super::refusal::Refusal;
use crate::base::error::Error;
use crate::base::id::Type;
use crate::billing::commission::CommissionStatement;
use crate::graphql::act::Find;

/// Sends a statement.
pub async fn statement(shared: Shared, Path((id, file)): Path<(String, String)>) -> Response {
    let (_, Extension(request_id), ..) = &shared;
    let request_id = request_id.clone();
    send(shared, id, &file).await.unwrap_or_else(|refusal| refusal.answer(Media::Json, &request_id))
}

async fn send(
    (State(server), Extension(id), peer, headers): Shared,
    of: String,
    file: &str,
) -> Result<Response, Refusal> {
    let (content_type, is_pdf) = match file {
        "pdf" => ("application/pdf", true),
        "ndjson" => ("application/x-ndjson", false),
        _ => return Err(Refusal::invalid("The file is pdf or ndjson.")),
    };
    let _permit = Arc::clone(&server.exports).try_acquire_owned().map_err(|_| Refusal::busy(lines::AT_ONCE))?;
    let sender = Sender::signed_in(&server.app, &headers, peer.map(|Extension(peer)| peer), Takes::Cookie).await?;
    let request = sender.request(&server.app, &id);
    let key = Type::CommissionStatement.parse(&ID(of))?;
    let found = CommissionStatement::find(&request, key).await?.ok_or(Error::NotFound)?;
    let bytes = if is_pdf { found.pdf(&request).await? } else { found.ndjson(&request).await? };
    let headers = [
        (CONTENT_TYPE, content_type.to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"commission-{}.{file}\"", found.name())),
        (CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}
