//! The exports of the bookkeeping, for staff: vouchers of days, a batch that was made before, and the lists for the tax
//! office. Unlike `lines`, they are sent as whole files, because their formats have a head and sums.

use std::sync::Arc;

use async_graphql::ID;
use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use entity::accounting_batch::Format;
use entity::issuer;
use sea_orm::prelude::Date;
use serde::Deserialize;

use super::Shared;
use super::credential::{Sender, Takes};
use super::lines;
use super::negotiate::Media;
use super::refusal::Refusal;
use crate::access::Permission;
use crate::base::calendar;
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::billing::accounting::ec_sales::Period;
use crate::billing::accounting::export::{self, Moment};
use crate::billing::accounting::lists;
use crate::billing::accounting::store::{self, Span};
use crate::billing::issuer::store as issuers;
use crate::graphql::request::Request;

/// The days to export, and how.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    from: Option<String>,
    until: Option<String>,
    format: Option<String>,
    period: Option<String>,
}

type Parameters = Result<Query<Wanted>, QueryRejection>;

/// A file to send.
struct Sent {
    name: String,
    media: &'static str,
    bytes: Vec<u8>,
}

/// `GET /operator/accounting?from=…&until=…&format=sie|datev|ndjson`: the vouchers of days.
pub async fn vouchers(shared: Shared, wanted: Parameters) -> Response {
    answer(shared, async |request, issuer| {
        let wanted = read(wanted)?;
        let span = wanted.span(issuer)?;
        let format = match wanted.format.as_deref() {
            Some("sie") => Format::Sie,
            Some("datev") => Format::Datev,
            Some("ndjson") => Format::Ndjson,
            _ => return Err(Error::InvalidInput("The format is sie, datev or ndjson.".to_owned())),
        };
        let at = Moment::of(request.now(), &request.config.billing);
        let file = export::write(request.db().reader(), issuer, &span, format, at).await?;
        Ok(Sent { name: export::name(format, span.from, span.until), media: media(format), bytes: file.bytes })
    })
    .await
}

/// `GET /operator/accounting-batches/{id}`: a batch, as it was made.
pub async fn batch(shared: Shared, Path(id): Path<String>) -> Response {
    answer(shared, async |request, issuer| {
        let id = Type::AccountingBatch.parse(&ID(id))?;
        let found = store::load(request.db().reader(), issuer.organisation_id, id).await?;
        let row = found.ok_or(Error::NotFound)?;
        let name = export::name(row.format, row.from_on, row.until_on);
        Ok(Sent { name, media: media(row.format), bytes: row.bytes })
    })
    .await
}

/// `GET /operator/ec-sales?from=…&until=…&period=month|quarter`: the EC sales list.
pub async fn ec_sales(shared: Shared, wanted: Parameters) -> Response {
    answer(shared, async |request, issuer| {
        let wanted = read(wanted)?;
        let span = wanted.span(issuer)?;
        let period = match wanted.period.as_deref() {
            None | Some("month") => Period::Month,
            Some("quarter") => Period::Quarter,
            Some(_) => return Err(Error::InvalidInput("The period is month or quarter.".to_owned())),
        };
        let bytes =
            lists::ec_sales(request.db().reader(), issuer, &span, period, request.config.billing.exchange_rate_days)
                .await?;
        Ok(Sent { name: format!("ec-sales_{}_{}.csv", span.from, span.until), media: CSV, bytes })
    })
    .await
}

/// `GET /operator/oss?from=…&until=…`: the return of the One Stop Shop.
pub async fn oss(shared: Shared, wanted: Parameters) -> Response {
    answer(shared, async |request, issuer| {
        let span = read(wanted)?.span(issuer)?;
        let bytes = lists::oss(request.db().reader(), &span, request.config.billing.exchange_rate_days).await?;
        Ok(Sent { name: format!("oss_{}_{}.csv", span.from, span.until), media: CSV, bytes })
    })
    .await
}

const CSV: &str = "text/csv; charset=utf-8";

const fn media(format: Format) -> &'static str {
    match format {
        // Code page 437, which no browser knows as text.
        Format::Sie => "application/octet-stream",
        Format::Datev => "text/csv; charset=windows-1252",
        Format::Ndjson => "application/x-ndjson",
    }
}

fn read(wanted: Parameters) -> Result<Wanted> {
    let message = "The parameters are from and until, each a day like 2026-03-31, and format or period.";
    wanted.map(|Query(wanted)| wanted).map_err(|_| Error::InvalidInput(message.to_owned()))
}

impl Wanted {
    fn span(&self, issuer: &issuer::Model) -> Result<Span> {
        let day = |text: &Option<String>| {
            let day = text.as_deref().and_then(|text| text.parse::<Date>().ok());
            let message = "Give from and until, each a day like 2026-03-31.";
            day.filter(|day| calendar::has_day(*day)).ok_or_else(|| Error::InvalidInput(message.to_owned()))
        };
        let (from, until) = (day(&self.from)?, day(&self.until)?);
        export::check(from, until).map_err(|[why, ..]| Error::InvalidInput(why.to_owned()))?;
        Ok(Span::new(issuer.organisation_id, from, until))
    }
}

/// Makes the file for a sender with ACCOUNTING_READ at the issuer.
async fn answer(
    (State(server), Extension(id), peer, headers): Shared,
    make: impl AsyncFnOnce(&Request, &issuer::Model) -> Result<Sent>,
) -> Response {
    let file = async {
        let _permit = Arc::clone(&server.exports).try_acquire_owned().map_err(|_| Refusal::busy(lines::AT_ONCE))?;
        let sender = Sender::signed_in(&server.app, &headers, peer.map(|Extension(peer)| peer), Takes::Cookie).await?;
        let request = sender.request(&server.app, &id);
        let sent = authorised(&request, make).await;
        sent.map_err(|error| Refusal::from(request.access.clarified(error)))
    };
    match file.await {
        Ok(sent) => {
            // Names are made of letters, digits and days.
            let place = HeaderValue::from_str(&format!("attachment; filename=\"{}\"", sent.name));
            let place = place.unwrap_or(HeaderValue::from_static("attachment"));
            let headers = [
                (CONTENT_TYPE, HeaderValue::from_static(sent.media)),
                (CACHE_CONTROL, HeaderValue::from_static("no-store")),
                (CONTENT_DISPOSITION, place),
            ];
            (headers, sent.bytes).into_response()
        }
        Err(refusal) => refusal.answer(Media::Json, &id),
    }
}

async fn authorised(
    request: &Request,
    make: impl AsyncFnOnce(&Request, &issuer::Model) -> Result<Sent>,
) -> Result<Sent> {
    let issuer = issuers::find_only(request.db().reader()).await?.ok_or(Error::NotFound)?;
    let at = request.access.look(issuer.organisation_id).await?.ok_or(Error::NotFound)?;
    at.authorise(Permission::AccountingRead)?;
    make(request, &issuer).await
}
