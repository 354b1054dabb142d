//! `POST /organisations/{id}/directory`: a file of people, groups or log-ins, read while it arrives and written in parts. The
//! answer has a line for each line of the file that was refused, and a last one with the counts.

use std::time::Duration;

use async_graphql::ID;
use axum::Extension;
use axum::body::{Body, BodyDataStream};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use entity::directory_sync::Mode;
use futures_util::StreamExt;
use sea_orm::prelude::DateTimeUtc;
use serde::Deserialize;
use serde_json::json;

use super::body::discard;
use super::client::Peer;
use super::credential::{Sender, Takes};
use super::negotiate::Media;
use super::refusal::Refusal;
use super::request_id::RequestId;
use super::{Server, Shared};
use crate::access::Permission;
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::directory::sync::file::{Format, Kind};
use crate::directory::sync::import::{FilePart, Import, Settings};
use crate::graphql::error::code_name;

/// How long the next piece of a file may take to arrive.
const PATIENCE: Duration = Duration::from_mins(1);
/// So much is read of a piece before what it has is written, in bytes.
const AT_ONCE: usize = 64 << 10;

/// What the file is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Parameters {
    kind: String,
    mode: Option<String>,
    sync_id: Option<String>,
    confirm_removals: Option<i32>,
    complete_until: Option<DateTimeUtc>,
}

/// Imports a file.
pub async fn directory(
    (State(server), Extension(id), peer, headers): Shared,
    Path(organisation): Path<String>,
    parameters: Result<Query<Parameters>, QueryRejection>,
    body: Body,
) -> Response {
    let sending = Sending { server: &server, id: &id, peer: peer.map(|Extension(peer)| peer), headers: &headers };
    let mut pieces = body.into_data_stream();
    let begun = async {
        let Query(parameters) = parameters.map_err(|error| Refusal::invalid(&error.body_text()))?;
        sending.begin(organisation, &parameters).await
    };
    let (refusal, import) = match begun.await {
        Ok(mut import) => (sending.run(&mut import, &mut pieces).await.err(), Some(import)),
        Err(refusal) => (Some(refusal), None),
    };
    if refusal.is_some() {
        discard(Body::from_stream(pieces)).await;
    }
    match (refusal, import) {
        (refusal, Some(import)) => answer(refusal, &import),
        // Nothing was read.
        (Some(refusal), None) => refusal.answer(Media::Json, &id),
        (None, None) => Refusal::from(Error::Internal).answer(Media::Json, &id),
    }
}

/// The refused lines and the counts. If the import stopped, the last line says why.
fn answer(refusal: Option<Refusal>, import: &Import) -> Response {
    let mut lines: Vec<String> = import.refused.iter().filter_map(|line| serde_json::to_string(line).ok()).collect();
    let mut last = json!(import.counts);
    last["complete"] = refusal.is_none().into();
    let status = refusal.as_ref().map_or(StatusCode::OK, Refusal::status);
    if let Some(error) = refusal.map(Refusal::into_error) {
        let code = if let Error::User(error) = &error { code_name(error.code) } else { error.code().into() };
        last["error"] = json!({ "code": code, "message": error.to_string() });
    }
    lines.push(last.to_string());
    let headers = [(CONTENT_TYPE, "application/x-ndjson"), (CACHE_CONTROL, "no-store")];
    (status, headers, lines.join("\n") + "\n").into_response()
}

/// Who sends the file.
struct Sending<'a> {
    server: &'a Server,
    id: &'a RequestId,
    peer: Option<Peer>,
    headers: &'a HeaderMap,
}

impl Sending<'_> {
    /// Asks for the permission before anything is read.
    async fn begin(&self, organisation: String, parameters: &Parameters) -> Result<Import, Refusal> {
        let Some(format) = format(self.headers) else {
            let text = "Send the file uncompressed, with the Content-Type application/x-ndjson or text/csv.".to_owned();
            return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, Error::InvalidInput(text)));
        };
        let app = &self.server.app;
        let sender = Sender::signed_in(app, self.headers, self.peer, Takes::Bearer).await?;
        let request = sender.request(app, self.id);
        let organisation = Type::Organisation.parse(&ID(organisation))?;
        let at = request.access.look(organisation).await?.ok_or(Error::NotFound)?;
        at.require(Permission::DirectorySync).map_err(|error| request.access.clarified(error))?;
        let settings = parameters.settings(organisation, request.now())?;
        Ok(Import::new(settings, format))
    }

    /// Reads the file, and writes each part as soon as it is there.
    async fn run(&self, import: &mut Import, pieces: &mut BodyDataStream) -> Result<(), Refusal> {
        loop {
            let Ok(next) = tokio::time::timeout(PATIENCE, pieces.next()).await else {
                let text = format!("Nothing arrived for {} seconds.", PATIENCE.as_secs());
                return Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, Error::InvalidInput(text)));
            };
            let Some(piece) = next else { break };
            for piece in piece.map_err(|_| Refusal::unread())?.chunks(AT_ONCE) {
                import.read(piece).map_err(|error| Refusal::invalid(&error.to_string()))?;
                while let Some(part) = import.part() {
                    self.write(import, &part).await?;
                }
            }
        }
        import.end().map_err(|error| Refusal::invalid(&error.to_string()))?;
        while let Some(part) = import.part() {
            self.write(import, &part).await?;
        }
        let last = import.last();
        self.write(import, &last).await
    }

    /// Each part is a new request, because a request remembers its decisions.
    async fn write(&self, import: &mut Import, part: &FilePart) -> Result<(), Refusal> {
        let app = &self.server.app;
        let sender = Sender::signed_in(app, self.headers, self.peer, Takes::Bearer).await?;
        let request = sender.request(app, self.id);
        import.write(&request, part).await.map_err(|error| request.access.clarified(error).into())
    }
}

impl Parameters {
    fn settings(&self, organisation: uuid::Uuid, now: DateTimeUtc) -> Result<Settings, Refusal> {
        let kind = match self.kind.as_str() {
            "people" => Kind::People,
            "groups" => Kind::Groups,
            "log-ins" => Kind::LogIns,
            _ => return Err(Refusal::invalid("kind must be people, groups or log-ins.")),
        };
        let mode = match self.mode.as_deref() {
            Some("FULL") => Mode::Full,
            Some("PATCH") => Mode::Patch,
            None if kind == Kind::LogIns => Mode::Patch,
            _ => return Err(Refusal::invalid("mode must be FULL or PATCH.")),
        };
        if self.complete_until.is_some_and(|until| until > now) {
            return Err(Refusal::invalid("completeUntil must be a moment in the past."));
        }
        let settings = Settings {
            organisation,
            kind,
            sync_key: self.sync_id.clone().unwrap_or_default(),
            mode,
            confirmed: self.confirm_removals,
            until: self.complete_until,
            by: Some(Permission::DirectorySync),
        };
        settings.checked().map_err(|error| Refusal::invalid(&format!("syncId: {}", error.message)))
    }
}

fn format(headers: &HeaderMap) -> Option<Format> {
    let text = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match kind.as_str() {
        _ if headers.contains_key(CONTENT_ENCODING) => None,
        "application/x-ndjson" => Some(Format::Ndjson),
        "text/csv" => Some(Format::Csv),
        _ => None,
    }
}
