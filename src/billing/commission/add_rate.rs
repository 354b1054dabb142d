//! Adding a rate of commission.

use std::sync::Arc;

use async_graphql::{ID, InputObject};
use entity::commission_rate::Model;
use macros::{mutation, payload};
use sea_orm::prelude::Date;
use serde_json::{Value as Json, json};

use super::rate::CommissionRate;
use super::rules::WHOLE;
use super::store;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::message::Texts;
use crate::catalogue::product::store as products;
use crate::graphql::act::ActOn;
use crate::oversight::audit;
use crate::partners::partnership::store as partnerships;
use crate::partners::reseller::Reseller;

/// The rate.
#[derive(InputObject)]
pub struct AddCommissionRateInput {
    /// Id of the reseller.
    pub reseller_id: ID,
    /// Id of the partnership that it is for; without it, it is for all clients of the reseller.
    pub partnership_id: Option<ID>,
    /// Id of the product that it is for; without it, it is for all products.
    pub product_id: Option<ID>,
    /// The rate in hundredths of a percent: 0 to 10000.
    pub basis_points: i32,
    /// The first day on which it counts: today or later. Without it, today.
    pub valid_from: Option<Date>,
}

/// The new rate.
#[payload]
pub struct AddCommissionRatePayload {
    /// The rate; null if it was not added.
    pub rate: Option<CommissionRate>,
}

/// Adds a rate of commission to the history of a reseller. It counts for what is sold from its first day on. Where a
/// reseller sells through another one, both have a rate of the whole, and the one above keeps the difference. So a rate
/// that is above that of the reseller above counts as that one.
#[mutation]
#[acts(RESELLER_MANAGE, on = input.reseller_id)]
async fn add_commission_rate(
    act: ActOn<'_, Reseller>,
    input: AddCommissionRateInput,
) -> Result<AddCommissionRatePayload> {
    let request = act.request;
    let wrong = |field: &str, code, message: Texts| Error::from(UserError::at(field, code, message));
    if !(0..=WHOLE).contains(&input.basis_points) {
        return Err(wrong(
            "basisPoints",
            UserErrorCode::InvalidInput,
            [
                "Give 0 to 10000 basis points: 1250 is 12.5 %.",
                "Geben Sie 0 bis 10000 Basispunkte an: 1250 sind 12,5 %.",
                "Ange 0 till 10000 baspunkter: 1250 är 12,5 %.",
            ],
        ));
    }
    let valid_from = input.valid_from.unwrap_or_else(|| request.today());
    if valid_from < request.today() {
        let message = [
            "A rate begins today or later. What was sold before keeps its rate.",
            "Ein Satz beginnt heute oder später. Was vorher verkauft wurde, behält seinen Satz.",
            "En sats börjar i dag eller senare. Det som såldes tidigare behåller sin sats.",
        ];
        return Err(wrong("validFrom", UserErrorCode::TooLate, message));
    }
    let partnership_id = input.partnership_id.as_ref().map(|id| Type::Partnership.parse(id)).transpose()?;
    let product_id = input.product_id.as_ref().map(|id| Type::Product.parse(id)).transpose()?;
    if let Some(id) = product_id
        && products::find(request, id).await?.is_none()
    {
        return Err(wrong(
            "productId",
            UserErrorCode::Unknown,
            ["There is no such product.", "Ein solches Produkt gibt es nicht.", "Det finns ingen sådan produkt."],
        ));
    }
    let row = act
        .locked(async |work, at| {
            if let Some(id) = partnership_id {
                let known = partnerships::find_row(work.tx, id).await?;
                if known.is_none_or(|row| row.reseller_id != at.id()) {
                    let message = [
                        "The reseller has no such partnership.",
                        "Der Reseller hat keine solche Partnerschaft.",
                        "Återförsäljaren har inget sådant partnerskap.",
                    ];
                    return Err(wrong("partnershipId", UserErrorCode::Unknown, message));
                }
            }
            let row = Model {
                id: work.random.id(work.now),
                reseller_id: at.id(),
                partnership_id,
                product_id,
                basis_points: input.basis_points,
                valid_from,
                created_at: work.now,
            };
            store::add_rates(work.tx, vec![row.clone()]).await?;
            let after = json!({ "basisPoints": row.basis_points, "validFrom": row.valid_from,
                                "partnership": input.partnership_id.as_ref().map(|id| id.as_str()),
                                "product": input.product_id.as_ref().map(|id| id.as_str()) });
            let event = act.event().to(Type::Organisation.id(at.id()));
            audit::record(work, event.changing(Json::Null, after)).await?;
            Ok(row)
        })
        .await?;
    Ok(AddCommissionRatePayload { rate: Some(CommissionRate::new(Arc::new(row))), ..Default::default() })
}
