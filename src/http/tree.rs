//! `GET /resellers/{id}/tree.ndjson`: the whole tree below a reseller, for who may see its clients.

use std::io;
use std::sync::Arc;

use async_graphql::ID;
use axum::Extension;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::Deserialize;
use tokio::sync::mpsc::channel;

use super::Server;
use super::credential::Who;
use super::negotiate::Media;
use super::refusal::Refusal;
use super::request_id::RequestId;
use crate::access::{Actor, Permission};
use crate::error::{Error, Result};
use crate::id::{self, Type};
use crate::request::Request;
use crate::reseller::{Progress, TreeExport};

/// How many pages wait for a client that reads slowly, besides the one that is on its way and the one that is made.
const WAITING: usize = 1;

/// How much of the tree.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Part {
    max_depth: Option<i32>,
    permission: Option<String>,
}

/// Answers with lines that are sent while they are read.
pub async fn tree(
    State(server): State<Arc<Server>>,
    Extension(id): Extension<RequestId>,
    Path(reseller): Path<String>,
    part: std::result::Result<Query<Part>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let begun = async {
        let Query(part) = part
            .map_err(|_| Refusal::invalid("The parameters are maxDepth, a number, and permission, the name of one."))?;
        let rows = server.app.config.limits.export_rows;
        let export = TreeExport::new(key(reseller)?, part.max_depth, permission(part.permission.as_deref())?, rows)?;
        let mut reader = Reader { server, headers, id: id.clone(), progress: export.begin(), export };
        let first = reader.page().await?;
        Ok::<_, Refusal>((reader, first))
    };
    let (mut reader, first) = match begun.await {
        Ok(begun) => begun,
        Err(refusal) => return refusal.answer(Media::Json, &id),
    };
    let (sender, receiver) = channel(WAITING);
    // Makes the next page while the last is sent, and waits where nobody takes it. It ends when the client is gone.
    tokio::spawn(async move {
        let mut page = Ok(first);
        loop {
            let (lines, goes_on) = match page {
                Ok(None) => return,
                Ok(Some(lines)) => (Ok(lines), true),
                // Broken off, so that nobody takes what came for the whole.
                Err(error) => {
                    tracing::info!(%error, "an export was broken off");
                    (Err(io::Error::other(error)), false)
                }
            };
            if sender.send(lines).await.is_err() || !goes_on {
                return;
            }
            page = reader.page().await.map_err(Refusal::into_error);
        }
    });
    let pages = stream::unfold(receiver, |mut receiver| async { receiver.recv().await.map(|page| (page, receiver)) });
    let headers = [(CONTENT_TYPE, "application/x-ndjson"), (CACHE_CONTROL, "no-store")];
    (headers, Body::from_stream(pages)).into_response()
}

/// Reads the tree page by page, as whoever the headers name.
struct Reader {
    server: Arc<Server>,
    headers: HeaderMap,
    id: RequestId,
    export: TreeExport,
    progress: Progress,
}

impl Reader {
    async fn page(&mut self) -> std::result::Result<Option<Vec<u8>>, Refusal> {
        let app = &self.server.app;
        let who = Who::of(app, &self.headers, None).await?;
        if matches!(who.actor, Actor::Anonymous) {
            return Err(Error::sign_in().into());
        }
        // A new request for each page: it remembers what it has decided, and is forgotten with the page.
        let mut request = Request::new(app.db.clone(), who.actor, app.clock.now());
        request.id = self.id.as_str().to_owned();
        Ok(self.export.page(&request, &mut self.progress).await?)
    }
}

fn key(id: String) -> Result<uuid::Uuid> {
    let id = ID(id);
    match id::parse(&id)? {
        (Type::Organisation, key) => Ok(key),
        _ => Type::Reseller.parse(&id),
    }
}

fn permission(name: Option<&str>) -> Result<Option<Permission>> {
    let Some(name) = name else { return Ok(None) };
    let found = Permission::ALL.iter().find(|permission| permission.graphql_name() == name);
    let unknown = || Error::InvalidInput("permission is the name of one, for example INVOICE_READ.".to_owned());
    found.copied().ok_or_else(unknown).map(Some)
}
