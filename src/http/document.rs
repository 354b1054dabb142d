//! `GET /invoices/{id}/{file}` and `GET /credit-notes/{id}/{file}`: the documents of an issued invoice or credit note. They
//! are hidden from everybody who may not see the invoice. The file is `pdf`, `ubl` or `cii`.

use async_graphql::ID;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, ETAG};
use axum::response::{IntoResponse, Response};
use entity::document::Kind;
use uuid::Uuid;

use super::Shared;
use super::credential::{Sender, Takes};
use super::negotiate::Media;
use super::refusal::Refusal;
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::billing::credit_note::CreditNote;
use crate::billing::document::{self, Source};
use crate::billing::invoice::Invoice;
use crate::graphql::act::Find;
use crate::graphql::request::Request;

/// Sends a document of an invoice.
pub async fn of_invoice(shared: Shared, Path(wanted): Path<(String, String)>) -> Response {
    answer(shared, Type::Invoice, wanted).await
}

/// Sends a document of a credit note.
pub async fn of_credit_note(shared: Shared, Path(wanted): Path<(String, String)>) -> Response {
    answer(shared, Type::CreditNote, wanted).await
}

async fn answer(shared: Shared, of: Type, wanted: (String, String)) -> Response {
    let (_, Extension(id), ..) = &shared;
    let id = id.clone();
    send(shared, of, wanted).await.unwrap_or_else(|refusal| refusal.answer(Media::Json, &id))
}

async fn send(
    (State(server), Extension(id), peer, headers): Shared,
    of: Type,
    (object, file): (String, String),
) -> Result<Response, Refusal> {
    let (kind, content_type, ending) = match file.as_str() {
        "pdf" => (Kind::Pdf, "application/pdf", "pdf"),
        "ubl" => (Kind::Ubl, "application/xml", "ubl.xml"),
        "cii" => (Kind::Cii, "application/xml", "cii.xml"),
        _ => return Err(Refusal::invalid("The file is pdf, ubl or cii.")),
    };
    let sender = Sender::signed_in(&server.app, &headers, peer.map(|Extension(peer)| peer), Takes::Cookie).await?;
    let request = sender.request(&server.app, &id);
    let key = of.parse(&ID(object))?;
    let number = number(&request, of, key).await?;
    let found = find(&request, of, key, kind).await?;
    let Some(found) = found else {
        let text = "There is no such document. A draft has none, and an e-invoice is only written if \
                    buyer and seller have given what its rules need.";
        return Err(Refusal::new(StatusCode::NOT_FOUND, Error::InvalidInput(text.to_owned())));
    };
    // Numbers are made of ASCII letters, digits and - / . _ only.
    let name = format!("attachment; filename=\"{}.{ending}\"", number.replace('/', "-"));
    let headers = [
        (CONTENT_TYPE, content_type.to_owned()),
        (CONTENT_DISPOSITION, name),
        (ETAG, format!("\"{}\"", found.sha256)),
        (CACHE_CONTROL, "private, no-cache".to_owned()),
    ];
    Ok((headers, found.bytes).into_response())
}

/// The number of what the document is of, if the sender may see it.
async fn number(request: &Request, of: Type, key: Uuid) -> Result<String> {
    let number = if of == Type::Invoice {
        Invoice::find(request, key).await?.map(|invoice| invoice.number_or_draft().to_owned())
    } else {
        CreditNote::find(request, key).await?.map(|note| note.number_text().to_owned())
    };
    number.ok_or(Error::NotFound)
}

/// The document. The first who wants it need not wait for the server to write it by itself.
async fn find(request: &Request, of: Type, key: Uuid, kind: Kind) -> Result<Option<entity::document::Model>> {
    let known = document::store::find(request.db(), key, kind).await?;
    if known.is_some() {
        return Ok(known);
    }
    let source = if of == Type::Invoice { Source::Invoice(key) } else { Source::CreditNote(key) };
    document::write(request, source).await?;
    document::store::find(request.db(), key, kind).await
}
