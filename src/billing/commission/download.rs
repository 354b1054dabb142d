//! A statement of commission as a file: a PDF for people, and lines of JSON for programs.

use documents::{Statement, StatementRow, render_statement};
use entity::commission_statement::Model;
use serde_json::json;

use super::rules::name;
use super::store;
use crate::base::calendar::business_day;
use crate::base::error::{Error, Result};
use crate::billing::details::{self, Buyer};
use crate::billing::document::content;
use crate::billing::issuer;
use crate::graphql::request::Request;

/// The lines of a statement, each with the name of its client.
async fn lines(request: &Request, row: &Model) -> Result<Vec<(String, entity::commission_line::Model)>> {
    let lines = store::all_lines(request.db(), row.id).await?;
    let clients = request.access.look_all(lines.iter().map(|line| line.client_id)).await?;
    let client = |id| clients.get(&id).map(|client| client.card().name.clone()).unwrap_or_default();
    Ok(lines.into_iter().map(|line| (client(line.client_id), line)).collect())
}

/// The PDF of a statement.
pub async fn pdf(request: &Request, row: &Model) -> Result<Vec<u8>> {
    let issuer = issuer::store::find_only(request.db().reader()).await?.ok_or(Error::NotFound)?;
    let billing = details::store::load(request, row.reseller_id).await?;
    let reseller = request.access.look(row.reseller_id).await?.ok_or(Error::NotFound)?;
    let buyer = match &billing.details {
        Some(details) => Buyer::of(details, None),
        None => Buyer { name: reseller.card().name.clone(), country: issuer.country.clone(), ..Buyer::default() },
    };
    let lines = lines(request, row).await?;
    let made_on = business_day(row.closed_at, request.config.billing.time_zone);
    let rows = lines.iter().map(|(client, line)| StatementRow {
        client: client.clone(),
        product: line.description.clone(),
        period: line.period_starts_on.zip(line.period_ends_on),
        base_minor: line.base_minor,
        basis_points: line.basis_points - line.lower_basis_points,
        amount_minor: line.amount_minor,
    });
    let statement = Statement {
        number: name(row),
        made_on,
        month: row.month,
        currency: row.currency.clone(),
        language: content::language(buyer.locale()),
        seller: content::seller(issuer::rules::Seller::of(&issuer)),
        reseller: content::buyer(buyer),
        opening_minor: row.opening_minor,
        rows: rows.collect(),
        total_minor: row.total_minor,
        payout_minor: row.payout_minor,
    };
    // Laying out many lines takes a while, and the thread must be free for other requests.
    let pages = tokio::task::spawn_blocking(move || render_statement(&statement)).await;
    pages.map_err(Error::fault)?.map_err(Error::fault)
}

/// The lines of a statement, each a JSON object. The last one has the sums, and says how many lines came before it.
pub async fn ndjson(request: &Request, row: &Model) -> Result<Vec<u8>> {
    let lines = lines(request, row).await?;
    let mut text = String::new();
    for (client, line) in &lines {
        let line = json!({
            "client": client, "description": line.description, "periodStartsOn": line.period_starts_on,
            "periodEndsOn": line.period_ends_on, "baseMinor": line.base_minor, "basisPoints": line.basis_points,
            "lowerBasisPoints": line.lower_basis_points, "tier": line.tier, "amountMinor": line.amount_minor,
        });
        text.push_str(&line.to_string());
        text.push('\n');
    }
    let sums = json!({
        "statement": name(row), "lines": lines.len(), "openingMinor": row.opening_minor,
        "totalMinor": row.total_minor, "payoutMinor": row.payout_minor, "currency": row.currency,
    });
    text.push_str(&sums.to_string());
    text.push('\n');
    Ok(text.into_bytes())
}
