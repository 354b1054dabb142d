//! `GET /organisations/{id}/invoices.csv`: the invoices of an organisation, the newest first.

use async_graphql::ID;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::clients::json;
use super::lines::{self, Form, Pages};
use super::refusal::Refusal;
use super::{Server, Shared};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::billing::invoice::InvoiceExport;
use crate::graphql::request::Request;

/// The invoices to export.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    filter: Option<String>,
}

/// Sends the invoices, page by page.
pub async fn invoices(
    shared: Shared,
    Path(organisation): Path<String>,
    part: Result<Query<Part>, QueryRejection>,
) -> Response {
    let (State(server), ..) = &shared;
    let pages = pages(server, organisation, part);
    lines::answer(shared, pages).await
}

fn pages(
    server: &Server,
    organisation: String,
    part: Result<Query<Part>, QueryRejection>,
) -> Result<InvoiceExport, Refusal> {
    let Query(part) =
        part.map_err(|_| Refusal::invalid("The parameter is filter, JSON with the fields of InvoiceFilter."))?;
    let filter = json("filter", "InvoiceFilter", part.filter.as_deref())?;
    let organisation = Type::Organisation.parse(&ID(organisation))?;
    Ok(InvoiceExport::new(organisation, filter, server.app.config.limits.export_rows)?)
}

impl Pages for InvoiceExport {
    const FORM: Form = Form::Table("invoices.csv");

    async fn next(&mut self, request: &Request) -> Result<Option<Vec<u8>>> {
        self.page(request).await
    }
}
