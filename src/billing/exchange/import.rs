//! Recording the file of the European Central Bank.

use entity::exchange_rate::Model;
use sea_orm::prelude::Date;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::ecb::{Published, SOURCE};
use super::rules::EURO;
use super::store;
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::graphql::request::{Request, Work};
use crate::oversight::audit::{self, Event};

/// What a file did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The rates in the file.
    pub rates: usize,
    /// Those that were not recorded before.
    pub new: usize,
    /// The first day of the file.
    pub first: Date,
    /// The last day of the file.
    pub last: Date,
}

/// Records the rates of a file, or only counts those that are new. A file that is recorded again changes nothing.
pub async fn import(request: &Request, issuer: Uuid, file: &[Published], is_trial: bool) -> Result<Imported> {
    let days = || file.iter().map(|rate| rate.day);
    let (Some(first), Some(last)) = (days().min(), days().max()) else {
        return Err(Error::InvalidInput("The file has no rates.".to_owned()));
    };
    if last > request.today() {
        return Err(Error::InvalidInput(format!("The file has rates of {last}, which is in the future.")));
    }
    let done = |new| Imported { rates: file.len(), new, first, last };
    if is_trial {
        let rows = file.iter().map(|rate| row(rate, Uuid::nil(), issuer, request)).collect();
        return Ok(done(store::new_ones(request.db().reader(), issuer, rows).await?.len()));
    }
    let new = request.transaction(async |work| record(work, issuer, file, (first, last)).await).await?;
    Ok(done(new))
}

fn row(rate: &Published, id: Uuid, issuer_id: Uuid, request: &Request) -> Model {
    Model {
        id,
        issuer_id,
        day: rate.day,
        from_currency: EURO.to_owned(),
        to_currency: rate.currency.clone(),
        billionths: rate.billionths,
        source: SOURCE.to_owned(),
        created_at: request.now(),
    }
}

async fn record(work: &Work<'_>, issuer: Uuid, file: &[Published], (first, last): (Date, Date)) -> Result<usize> {
    // Two imports at the same time would both find the same rates missing.
    crate::access::lock_all(work.tx, &[issuer]).await?;
    let rows = file.iter().map(|rate| row(rate, work.random.id(work.now), issuer, work.request)).collect();
    let new = store::new_ones(work.tx, issuer, rows).await?;
    if new.is_empty() {
        return Ok(0);
    }
    store::add(work.tx, &new).await?;
    let after = json!({ "source": SOURCE, "from": first, "until": last, "rates": new.len() });
    let event = Event::done("addExchangeRates", issuer, None).to(Type::Organisation.id(issuer));
    audit::record_by_system(work.tx, work.random, work.now, event.changing(Json::Null, after)).await?;
    Ok(new.len())
}
