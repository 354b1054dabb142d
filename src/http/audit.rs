//! `GET /organisations/{id}/audit.ndjson`: the audit log of an organisation, the oldest event first.

use async_graphql::ID;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query};
use axum::response::Response;
use sea_orm::prelude::DateTimeUtc;
use serde::Deserialize;

use super::Shared;
use super::lines::{self, Pages};
use super::refusal::Refusal;
use crate::base::calendar;
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::graphql::request::Request;
use crate::oversight::audit::Export;

/// The period to export.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    from: Option<String>,
    until: Option<String>,
}

/// Sends the log.
pub async fn audit(
    shared: Shared,
    Path(organisation): Path<String>,
    span: Result<Query<Span>, QueryRejection>,
) -> Response {
    lines::answer(shared, log(organisation, span)).await
}

fn log(organisation: String, span: Result<Query<Span>, QueryRejection>) -> Result<Log, Refusal> {
    let Query(span) = span.map_err(|_| Refusal::invalid("The parameters are from and until, each a point in time."))?;
    let export = Export {
        organisation: Type::Organisation.parse(&ID(organisation))?,
        from: span.from.as_deref().map(time).transpose()?,
        until: span.until.as_deref().map(time).transpose()?,
    };
    Ok(Log { export, after: None })
}

/// A log, and the last event that was sent.
struct Log {
    export: Export,
    after: Option<i64>,
}

impl Pages for Log {
    async fn next(&mut self, request: &Request) -> Result<Option<Vec<u8>>> {
        let Some((lines, last)) = self.export.page(request, self.after).await? else { return Ok(None) };
        self.after = Some(last);
        Ok(Some(lines.into_bytes()))
    }
}

fn time(text: &str) -> Result<DateTimeUtc> {
    let at = sea_orm::prelude::DateTimeWithTimeZone::parse_from_rfc3339(text).ok().map(DateTimeUtc::from);
    at.filter(|at| calendar::has_instant(*at)).ok_or_else(|| {
        let message = "A point in time looks like 2026-11-22T10:00:00Z, and is in the years 1 to 9999.";
        Error::InvalidInput(message.to_owned())
    })
}
