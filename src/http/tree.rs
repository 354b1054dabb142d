//! `GET /resellers/{id}/tree.ndjson`: the whole tree below a reseller, for viewers who see its clients.

use async_graphql::ID;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::lines::{self, Pages};
use super::refusal::Refusal;
use super::{Server, Shared};
use crate::access::Permission;
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::graphql::request::Request;
use crate::partners::reseller::{Progress, TreeExport};

/// The part of the tree to export.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Part {
    max_depth: Option<i32>,
    permission: Option<String>,
    changed_since: Option<String>,
}

/// Sends the tree, level by level.
pub async fn tree(shared: Shared, Path(reseller): Path<String>, part: Result<Query<Part>, QueryRejection>) -> Response {
    let (State(server), ..) = &shared;
    let pages = pages(server, reseller, part);
    lines::answer(shared, pages).await
}

fn pages(server: &Server, reseller: String, part: Result<Query<Part>, QueryRejection>) -> Result<Tree, Refusal> {
    let Query(part) = part.map_err(|_| {
        Refusal::invalid("The parameters are maxDepth, a number, permission, a name, and changedSince, a token.")
    })?;
    let rows = server.app.config.limits.export_rows;
    let export = TreeExport::new(key(reseller)?, part.max_depth, permission(part.permission.as_deref())?, rows)?;
    let export = export.since(part.changed_since);
    Ok(Tree { progress: export.begin(), export })
}

/// A tree, and how far it has been read.
struct Tree {
    export: TreeExport,
    progress: Progress,
}

impl Pages for Tree {
    async fn next(&mut self, request: &Request) -> Result<Option<Vec<u8>>> {
        self.export.page(request, &mut self.progress).await
    }
}

fn key(id: String) -> Result<uuid::Uuid> {
    Type::Reseller.parse(&ID(id))
}

fn permission(name: Option<&str>) -> Result<Option<Permission>> {
    let Some(name) = name else { return Ok(None) };
    let found = Permission::ALL.iter().find(|permission| permission.graphql_name() == name);
    let unknown = || Error::InvalidInput("permission must be a permission, for example INVOICE_READ.".to_owned());
    found.copied().ok_or_else(unknown).map(Some)
}
