//! `GET /resellers/{id}/clients.csv`: the client table of a reseller with the columns on the screen.

use async_graphql::ID;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::lines::{self, Form, Pages};
use super::refusal::Refusal;
use super::{Server, Shared};
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::graphql::request::Request;
use crate::partners::reseller::{TableExport, Wanted};

/// The clients and the columns to export.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Part {
    view: Option<String>,
    filter: Option<String>,
    order_by: Option<String>,
    columns: Option<String>,
}

/// Sends the table, page by page.
pub async fn clients(
    shared: Shared,
    Path(reseller): Path<String>,
    part: Result<Query<Part>, QueryRejection>,
) -> Response {
    let (State(server), ..) = &shared;
    let pages = pages(server, reseller, part);
    lines::answer(shared, pages).await
}

fn pages(server: &Server, reseller: String, part: Result<Query<Part>, QueryRejection>) -> Result<TableExport, Refusal> {
    let wrong =
        "The parameters are view, an id, or filter and orderBy, each JSON, and columns, names with commas between.";
    let Query(part) = part.map_err(|_| Refusal::invalid(wrong))?;
    let columns = part.columns.map(|names| names.split(',').map(|name| name.trim().to_owned()).collect());
    let wanted = Wanted {
        view: part.view.map(ID),
        filter: json("filter", "ClientFilter", part.filter.as_deref())?,
        order: json("orderBy", "ClientOrder", part.order_by.as_deref())?,
        columns,
    };
    let reseller = Type::Reseller.parse(&ID(reseller))?;
    Ok(TableExport::new(reseller, wanted, server.app.config.limits.export_rows))
}

/// Reads a parameter that is JSON with the fields of an input type.
pub fn json<T: DeserializeOwned>(name: &str, input: &str, text: Option<&str>) -> Result<Option<T>> {
    let read = text.map(serde_json::from_str).transpose();
    read.map_err(|wrong| Error::InvalidInput(format!("{name} must be JSON with the fields of {input}: {wrong}.")))
}

impl Pages for TableExport {
    const FORM: Form = Form::Table("clients.csv");

    async fn next(&mut self, request: &Request) -> Result<Option<Vec<u8>>> {
        self.page(request).await
    }
}
