//! Adding VAT rates when the law changes.

use async_graphql::InputObject;
use entity::vat_rate::Model;
use macros::{mutation, payload};
use sea_orm::prelude::Date;
use serde_json::{Value as Json, json};

use super::rules::class_code;
use super::store;
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::message::Texts;
use crate::base::text;
use crate::billing::details::rules::country;
use crate::catalogue::product::TaxClass;
use crate::graphql::act::ActOn;
use crate::oversight::audit;
use crate::oversight::operator::Operator;

/// The most rates of one call.
const MOST: usize = 100;

/// A VAT rate.
#[derive(InputObject)]
pub struct VatRateInput {
    /// The country, as ISO 3166-1 alpha-2.
    pub country: String,
    /// The class of products that it is for: STANDARD or REDUCED.
    pub tax_class: TaxClass,
    /// The rate in hundredths of a percent: 0 to 10000.
    pub basis_points: i32,
    /// The first day on which it counts.
    pub valid_from: Date,
    /// Where it is published: 1 to 100 characters.
    pub source: String,
}

/// The rates to add.
#[derive(InputObject)]
pub struct AddVatRatesInput {
    /// 1 to 100 rates. One of the same country, class and day replaces the one that there is.
    pub rates: Vec<VatRateInput>,
}

/// The added rates.
#[payload]
pub struct AddVatRatesPayload {
    /// How many were added or replaced; null if none was.
    pub count: Option<i32>,
}

/// Adds VAT rates. The rates of the EU are known to the server; add those that change later. Issued invoices stay the
/// same.
#[mutation]
#[acts(INVOICE_ISSUE, on = ())]
async fn add_vat_rates(act: ActOn<'_, Operator>, input: AddVatRatesInput) -> Result<AddVatRatesPayload> {
    let wrong = |message: Texts| UserError::at("rates", UserErrorCode::InvalidInput, message);
    if input.rates.is_empty() || input.rates.len() > MOST {
        return Err(wrong(["Give 1 to 100 rates.", "Geben Sie 1 bis 100 Sätze an.", "Ange 1 till 100 satser."]).into());
    }
    let row = |rate: &VatRateInput| {
        if rate.tax_class == TaxClass::Exempt {
            return Err(wrong(["EXEMPT has no rate.", "EXEMPT hat keinen Satz.", "EXEMPT har ingen sats."]));
        }
        if !(0..=10_000).contains(&rate.basis_points) {
            return Err(wrong([
                "A rate has 0 to 10000 hundredths of a percent: 2500 is 25 %.",
                "Ein Satz hat 0 bis 10000 hundertstel Prozent: 2500 sind 25 %.",
                "En sats har 0 till 10000 hundradels procent: 2500 är 25 %.",
            ]));
        }
        Ok(Model {
            id: act.request.random.id(act.request.now()),
            country: country("rates", &rate.country)?,
            class: rate.tax_class.into(),
            basis_points: rate.basis_points,
            valid_from: rate.valid_from,
            source: text::reference("rates", &rate.source)?,
            created_at: act.request.now(),
        })
    };
    let rows: Vec<Model> = input.rates.iter().map(row).collect::<Result<_, UserError>>()?;
    let is_repeated = rows.iter().enumerate().any(|(place, row)| {
        let same = |other: &Model| {
            (&other.country, other.class, other.valid_from) == (&row.country, row.class, row.valid_from)
        };
        rows[..place].iter().any(same)
    });
    if is_repeated {
        return Err(wrong([
            "The same country, class and day stands twice.",
            "Dasselbe Land steht mit derselben Klasse und demselben Tag zweimal da.",
            "Samma land, klass och dag finns två gånger.",
        ])
        .into());
    }
    act.locked(async |work, at| {
        let added = rows.iter().map(|row| {
            json!({ "country": row.country, "taxClass": class_code(row.class), "basisPoints": row.basis_points,
                    "validFrom": row.valid_from, "source": row.source })
        });
        let event = act.event().to(Type::Organisation.id(at.id())).changing(Json::Null, added.collect());
        store::add_rates(work.tx, rows.clone()).await?;
        Ok(audit::record(work, event).await?)
    })
    .await?;
    Ok(AddVatRatesPayload { count: i32::try_from(rows.len()).ok(), ..Default::default() })
}
