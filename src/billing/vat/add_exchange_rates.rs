//! Adding rates between currencies.

use std::collections::BTreeSet;

use async_graphql::InputObject;
use entity::exchange_rate::Model;
use macros::{mutation, payload};
use sea_orm::prelude::Date;
use serde_json::{Value as Json, json};

use super::store;
use super::sums::Exchange;
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::message::Texts;
use crate::billing::details::rules::currency;
use crate::graphql::act::ActOn;
use crate::oversight::audit;
use crate::oversight::operator::Operator;

/// The most rates of one call.
const MOST: usize = 500;

/// A rate between two currencies.
#[derive(InputObject)]
pub struct ExchangeRateInput {
    /// The currency of invoices or payments, as ISO 4217.
    pub from: String,
    /// The currency of the accounting, as ISO 4217.
    pub to: String,
    /// The first day on which it counts, until the day of the next one.
    pub day: Date,
    /// How much of `to` one whole unit of `from` is worth, with at most four decimals: `11.2345`.
    pub rate: String,
}

/// The rates to add.
#[derive(InputObject)]
pub struct AddExchangeRatesInput {
    /// 1 to 500 rates. One of the same currencies and day replaces the one that there is.
    pub rates: Vec<ExchangeRateInput>,
}

/// The added rates.
#[payload]
pub struct AddExchangeRatesPayload {
    /// How many were added or replaced; null if none was.
    pub count: Option<i32>,
}

/// Adds rates between currencies. Invoices with VAT in another currency than that of the accounting name their VAT in both,
/// and the files for the bookkeeping are in that of the accounting. Issued invoices stay the same.
#[mutation]
#[acts(INVOICE_ISSUE, on = ())]
async fn add_exchange_rates(act: ActOn<'_, Operator>, input: AddExchangeRatesInput) -> Result<AddExchangeRatesPayload> {
    let wrong = |message: Texts| UserError::at("rates", UserErrorCode::InvalidInput, message);
    if input.rates.is_empty() || input.rates.len() > MOST {
        return Err(wrong(["Give 1 to 500 rates.", "Geben Sie 1 bis 500 Kurse an.", "Ange 1 till 500 kurser."]).into());
    }
    let row = |rate: &ExchangeRateInput| {
        let (from_currency, to_currency) = (currency("rates", &rate.from)?, currency("rates", &rate.to)?);
        if from_currency == to_currency {
            return Err(wrong([
                "A rate is between two currencies.",
                "Ein Kurs gilt zwischen zwei Währungen.",
                "En kurs gäller mellan två valutor.",
            ]));
        }
        let ten_thousandths = Exchange::parse(&rate.rate).ok_or_else(|| {
            wrong([
                "A rate is more than 0 and has at most four decimals: 11.2345.",
                "Ein Kurs ist größer als 0 und hat höchstens vier Nachkommastellen: 11.2345.",
                "En kurs är större än 0 och har högst fyra decimaler: 11.2345.",
            ])
        })?;
        Ok(Model { from_currency, to_currency, day: rate.day, ten_thousandths })
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
    act.locked(async |work, at| {
        let added = rows.iter().map(|row| {
            json!({ "from": row.from_currency, "to": row.to_currency, "day": row.day,
                    "tenThousandths": row.ten_thousandths })
        });
        let event = act.event().to(Type::Organisation.id(at.id())).changing(Json::Null, added.collect());
        store::add_exchange_rates(work.tx, &rows).await?;
        Ok(audit::record(work, event).await?)
    })
    .await?;
    Ok(AddExchangeRatesPayload { count: i32::try_from(rows.len()).ok(), ..Default::default() })
}
