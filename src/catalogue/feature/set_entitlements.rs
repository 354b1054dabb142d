//! Saying what a product entitles to.

use std::sync::Arc;

use async_graphql::{ID, InputObject};
use entity::feature::Model;
use macros::{mutation, payload};
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::{rules, store};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::catalogue::product::{self, Product, Seen, rules::MOST};
use crate::graphql::act::ActOn;
use crate::oversight::audit;

/// The product, and what it entitles to.
#[derive(InputObject)]
pub struct SetEntitlementsInput {
    /// Id of the product.
    pub product_id: ID,
    /// What one unit gives, each feature once: at most 100.
    pub entitlements: Vec<EntitlementInput>,
}

/// A feature, and how many of it one unit gives.
#[derive(InputObject)]
pub struct EntitlementInput {
    /// Id of the feature.
    pub feature_id: ID,
    /// How many of it each unit gives: 1 to 1,000,000.
    #[graphql(default = 1)]
    pub quantity: i32,
}

/// The changed product.
#[payload]
pub struct SetEntitlementsPayload {
    /// The product; null if it was not changed.
    pub product: Option<Product>,
}

/// Says what one unit of a product entitles to. The list replaces the one before.
#[mutation]
#[acts(CATALOGUE_MANAGE, on = input.product_id)]
async fn set_entitlements(act: ActOn<'_, Product>, input: SetEntitlementsInput) -> Result<SetEntitlementsPayload> {
    let id = Type::Product.parse(&input.product_id)?;
    let given = read(&input.entitlements)?;
    let product = act
        .locked(async |work, at| {
            let own = product::store::find_rows(work.tx, at.id(), &[id]).await?.pop().ok_or(Error::NotFound)?;
            let features = store::all_in(work.tx, at.id()).await?;
            for (index, (feature, _)) in given.iter().enumerate() {
                if features.iter().all(|row| row.id != *feature) {
                    return Err(unknown(index).into());
                }
            }
            let before = store::entitlements_in(work.tx, &[id]).await?;
            let before: Vec<_> = before.into_iter().map(|row| (row.feature_id, row.quantity)).collect();
            store::set_entitlements(work.tx, id, &given).await?;
            let event = act.event().to(Type::Product.id(id));
            let event = event.changing(audit_snapshot(&features, &before), audit_snapshot(&features, &given));
            audit::record(work, event).await?;
            Ok(Product::new(Arc::new(own), Seen::at(&at)))
        })
        .await?;
    Ok(SetEntitlementsPayload { product: Some(product), ..Default::default() })
}

fn read(inputs: &[EntitlementInput]) -> Result<Vec<(Uuid, i32)>, UserError> {
    if inputs.len() > MOST {
        return Err(UserError::at(
            "entitlements",
            UserErrorCode::TooMany,
            ["Give at most 100 features.", "Geben Sie höchstens 100 Features an.", "Ange högst 100 funktioner."],
        ));
    }
    let mut read: Vec<(Uuid, i32)> = Vec::with_capacity(inputs.len());
    for (index, input) in inputs.iter().enumerate() {
        let Ok(feature) = Type::Feature.parse(&input.feature_id) else { return Err(unknown(index)) };
        rules::check_quantity("quantity", input.quantity).map_err(|error| error.in_row("entitlements", index))?;
        if read.iter().any(|(other, _)| *other == feature) {
            let message = [
                "This feature is in the list twice. Give each once.",
                "Dieses Feature steht zweimal in der Liste. Geben Sie jedes einmal an.",
                "Funktionen finns två gånger i listan. Ange varje funktion en gång.",
            ];
            let error = UserError::at("featureId", UserErrorCode::InvalidInput, message);
            return Err(error.in_row("entitlements", index));
        }
        read.push((feature, input.quantity));
    }
    Ok(read)
}

fn unknown(index: usize) -> UserError {
    let message = [
        "This is not a feature of the catalogue.",
        "Das ist kein Feature des Katalogs.",
        "Det är ingen funktion i katalogen.",
    ];
    UserError::at("featureId", UserErrorCode::Unknown, message).in_row("entitlements", index)
}

/// What a product entitles to, by the keys of the features.
fn audit_snapshot(features: &[Model], given: &[(Uuid, i32)]) -> Json {
    let named = given.iter().filter_map(|(id, quantity)| {
        let feature = features.iter().find(|row| row.id == *id)?;
        Some((feature.key.clone(), json!(quantity)))
    });
    json!({ "entitlements": named.collect::<Map<String, Json>>() })
}
