//! `GET /organisations/{id}/audit.ndjson`: the audit log of an organisation, the oldest event first, for who may read it.

use std::sync::Arc;

use async_graphql::ID;
use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use sea_orm::prelude::DateTimeUtc;
use serde::Deserialize;

use super::Server;
use super::lines::{self, Pages};
use super::refusal::Refusal;
use super::request_id::RequestId;
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::graphql::request::Request;
use crate::oversight::audit::Export;

/// From when on, and until when.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    from: Option<String>,
    until: Option<String>,
}

/// Answers with the log.
pub async fn audit(
    State(server): State<Arc<Server>>,
    Extension(id): Extension<RequestId>,
    Path(organisation): Path<String>,
    span: Result<Query<Span>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let log = log(organisation, span);
    lines::answer(server, id, headers, log).await
}

fn log(organisation: String, span: Result<Query<Span>, QueryRejection>) -> Result<Log, Refusal> {
    let Query(span) = span.map_err(|_| Refusal::invalid("The parameters are from and until, each an instant."))?;
    let export = Export {
        organisation: Type::Organisation.parse(&ID(organisation))?,
        from: span.from.as_deref().map(instant).transpose()?,
        until: span.until.as_deref().map(instant).transpose()?,
    };
    Ok(Log { export, behind: None })
}

/// A log, and the event up to which it was read.
struct Log {
    export: Export,
    behind: Option<i64>,
}

impl Pages for Log {
    async fn next(&mut self, request: &Request) -> Result<Option<Vec<u8>>> {
        let Some((lines, place)) = self.export.page(request, self.behind).await? else { return Ok(None) };
        self.behind = Some(place);
        Ok(Some(lines.into_bytes()))
    }
}

fn instant(text: &str) -> Result<DateTimeUtc> {
    let wrong = |_| Error::InvalidInput("An instant looks like 2026-11-22T10:00:00Z.".to_owned());
    Ok(sea_orm::prelude::DateTimeWithTimeZone::parse_from_rfc3339(text).map_err(wrong)?.into())
}
