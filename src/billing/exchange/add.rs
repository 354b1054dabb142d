//! Adding rates between currencies.

use std::collections::BTreeSet;

use async_graphql::InputObject;
use entity::exchange_rate::Model;
use macros::{mutation, payload};
use sea_orm::prelude::Date;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::{rules, store};
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::message::Texts;
use crate::base::text;
use crate::billing::details::rules::currency;
use crate::graphql::act::ActOn;
use crate::oversight::audit;
use crate::oversight::operator::Operator;

/// The most rates of one call.
const MOST: usize = 500;
const NO_RATE: Texts = [
    "A rate is a number above 0 with at most nine digits on each side of the point: 11.2345.",
    "Ein Kurs ist eine Zahl größer als 0 mit höchstens neun Ziffern vor und hinter dem Punkt: 11.2345.",
    "En kurs är ett tal större än 0 med högst nio siffror före och efter punkten: 11.2345.",
];

/// A rate between two currencies.
#[derive(InputObject)]
pub struct ExchangeRateInput {
    /// A currency, as ISO 4217.
    pub from: String,
    /// Another currency, as ISO 4217.
    pub to: String,
    /// The day of which it is: today or an earlier one.
    pub day: Date,
    /// How much of `to` one whole unit of `from` is worth, with at most nine decimals: `11.2345`.
    pub rate: String,
    /// Who published it: 1 to 100 characters.
    pub source: String,
}

/// The rates to add.
#[derive(InputObject)]
pub struct AddExchangeRatesInput {
    /// 1 to 500 rates. Of several of the same currencies and day, the one that was recorded last counts.
    pub rates: Vec<ExchangeRateInput>,
}

/// The added rates.
#[payload]
pub struct AddExchangeRatesPayload {
    /// How many are new: the others were recorded before, of the same source. Null if something is wrong.
    pub count: Option<i32>,
}

/// Adds rates between currencies. Invoices with VAT in another currency than that of the accounting name their VAT in both,
/// and the files for the bookkeeping are in that of the accounting. A rate counts on its day and for some days after it, in
/// both directions, and those to the euro also give the rates between all others. Issued invoices keep their rate.
#[mutation]
#[acts(INVOICE_ISSUE, on = ())]
async fn add_exchange_rates(act: ActOn<'_, Operator>, input: AddExchangeRatesInput) -> Result<AddExchangeRatesPayload> {
    let wrong = |message: Texts| UserError::at("rates", UserErrorCode::InvalidInput, message);
    if input.rates.is_empty() || input.rates.len() > MOST {
        return Err(wrong(["Give 1 to 500 rates.", "Geben Sie 1 bis 500 Kurse an.", "Ange 1 till 500 kurser."]).into());
    }
    let today = act.request.today();
    let row = |rate: &ExchangeRateInput| {
        let (from_currency, to_currency) = (currency("rates", &rate.from)?, currency("rates", &rate.to)?);
        if from_currency == to_currency {
            return Err(wrong([
                "A rate is between two currencies.",
                "Ein Kurs gilt zwischen zwei Währungen.",
                "En kurs gäller mellan två valutor.",
            ]));
        }
        if rate.day > today {
            return Err(wrong([
                "The day of a rate is today or an earlier one.",
                "Der Tag eines Kurses ist heute oder früher.",
                "En kurs dag är i dag eller tidigare.",
            ]));
        }
        Ok(Model {
            id: act.request.random.id(act.request.now()),
            issuer_id: Uuid::nil(),
            day: rate.day,
            from_currency,
            to_currency,
            billionths: rules::parse(&rate.rate).ok_or_else(|| wrong(NO_RATE))?,
            source: text::reference("rates", &rate.source)?,
            created_at: act.request.now(),
        })
    };
    let rows: Vec<Model> = input.rates.iter().map(row).collect::<Result<_, UserError>>()?;
    let places: BTreeSet<_> = rows.iter().map(|row| (&row.from_currency, &row.to_currency, row.day)).collect();
    if places.len() < rows.len() {
        return Err(wrong([
            "The same currencies and day stand twice.",
            "Dieselben Währungen stehen mit demselben Tag zweimal da.",
            "Samma valutor och dag finns två gånger.",
        ])
        .into());
    }
    let added = act
        .locked(async |work, at| {
            let rows = rows.iter().map(|row| Model { issuer_id: at.id(), ..row.clone() }).collect();
            let new = store::new_ones(work.tx, at.id(), rows).await?;
            let after = new.iter().map(|row| {
                json!({ "from": row.from_currency, "to": row.to_currency, "day": row.day,
                        "rate": rules::text(row.billionths.into()), "source": row.source })
            });
            let event = act.event().to(Type::Organisation.id(at.id())).changing(Json::Null, after.collect());
            store::add(work.tx, &new).await?;
            audit::record(work, event).await?;
            Ok(new.len())
        })
        .await?;
    Ok(AddExchangeRatesPayload { count: i32::try_from(added).ok(), ..Default::default() })
}
