//! What is too long for one answer, as lines of JSON (<https://github.com/ndjson/ndjson-spec>) that are sent while they
//! are read.

use std::io;
use std::sync::Arc;

use async_graphql::ID;
use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use sea_orm::prelude::DateTimeUtc;
use serde::Deserialize;

use super::Server;
use super::credential::Who;
use super::negotiate::Media;
use super::refusal::Refusal;
use super::request_id::RequestId;
use crate::access::Actor;
use crate::audit::Export;
use crate::error::{Error, Result};
use crate::id::Type;
use crate::request::Request;

/// From when on, and until when.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    from: Option<String>,
    until: Option<String>,
}

/// `GET /organisations/{id}/audit.ndjson`: the audit log of an organisation, the oldest event first, for who may read it.
pub async fn audit(
    State(server): State<Arc<Server>>,
    Extension(id): Extension<RequestId>,
    Path(organisation): Path<String>,
    span: std::result::Result<Query<Span>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let begun = async {
        let Query(span) = span.map_err(|_| Refusal::invalid("The parameters are from and until, each an instant."))?;
        let export = Export {
            organisation: Type::Organisation.parse(&ID(organisation))?,
            from: span.from.as_deref().map(instant).transpose()?,
            until: span.until.as_deref().map(instant).transpose()?,
        };
        let reader = Reader { server, headers, id: id.clone(), export };
        let first = reader.page(None).await?;
        Ok::<_, Refusal>((reader, first))
    };
    let (reader, first) = match begun.await {
        Ok(begun) => begun,
        Err(refusal) => return refusal.answer(Media::Json, &id),
    };
    let pages = stream::unfold(Some((reader, Ok(first))), |state| async {
        match state? {
            (_, Ok(None)) => None,
            (reader, Ok(Some((lines, place)))) => {
                let next = reader.page(Some(place)).await.map_err(Refusal::into_error);
                Some((Ok(lines), Some((reader, next))))
            }
            // Broken off, so that nobody takes what came for the whole.
            (_, Err(error)) => {
                tracing::info!(%error, "an export was broken off");
                Some((Err(io::Error::other(error)), None))
            }
        }
    });
    let headers = [(CONTENT_TYPE, "application/x-ndjson"), (CACHE_CONTROL, "no-store")];
    (headers, Body::from_stream(pages)).into_response()
}

/// Reads the log page by page, as whoever the headers name.
struct Reader {
    server: Arc<Server>,
    headers: HeaderMap,
    id: RequestId,
    export: Export,
}

impl Reader {
    async fn page(&self, behind: Option<i64>) -> std::result::Result<Option<(String, i64)>, Refusal> {
        let app = &self.server.app;
        let who = Who::of(app, &self.headers, None).await?;
        if matches!(who.actor, Actor::Anonymous) {
            return Err(Error::sign_in().into());
        }
        let mut request = Request::new(app.db.clone(), who.actor, app.clock.now());
        request.id = self.id.as_str().to_owned();
        Ok(self.export.page(&request, behind).await?)
    }
}

fn instant(text: &str) -> Result<DateTimeUtc> {
    let wrong = |_| Error::InvalidInput("An instant looks like 2026-11-22T10:00:00Z.".to_owned());
    Ok(sea_orm::prelude::DateTimeWithTimeZone::parse_from_rfc3339(text).map_err(wrong)?.into())
}
