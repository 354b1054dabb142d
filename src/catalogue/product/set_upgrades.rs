//! Saying to which products a subscription can be changed in mid-term.

use std::sync::Arc;

use async_graphql::{ID, InputObject};
use macros::{mutation, payload};
use serde_json::json;
use uuid::Uuid;

use super::object::Product;
use super::rules::MOST;
use super::seen::Seen;
use super::store;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::graphql::act::ActOn;
use crate::oversight::audit;

/// The product, and where it leads.
#[derive(InputObject)]
pub struct SetProductUpgradesInput {
    /// Id of the product.
    pub product_id: ID,
    /// Ids of all products to which a subscription can be changed, each once: at most 100.
    pub upgrade_ids: Vec<ID>,
}

/// The changed product.
#[payload]
pub struct SetProductUpgradesPayload {
    /// The product; null if it was not changed.
    pub product: Option<Product>,
}

/// Says to which products a subscription to this one can be changed in mid-term. The list replaces the one before.
#[mutation]
#[acts(CATALOGUE_MANAGE, on = input.product_id)]
async fn set_product_upgrades(
    act: ActOn<'_, Product>,
    input: SetProductUpgradesInput,
) -> Result<SetProductUpgradesPayload> {
    let id = Type::Product.parse(&input.product_id)?;
    let upgrades = read(id, &input.upgrade_ids)?;
    let product = act
        .locked(async |work, at| {
            let own = store::find_rows(work.tx, at.id(), &[id]).await?.pop().ok_or(Error::NotFound)?;
            let found = store::find_rows(work.tx, at.id(), &upgrades).await?;
            if found.len() < upgrades.len() {
                return Err(UserError::at("upgradeIds", UserErrorCode::Unknown, UNKNOWN).into());
            }
            let mut before: Vec<Uuid> =
                store::upgrades_in(work.tx, &[id]).await?.into_iter().map(|row| row.to_id).collect();
            before.sort_unstable();
            store::set_upgrades(work.tx, id, &upgrades).await?;
            let ids =
                |ids: &[Uuid]| json!({ "upgrades": ids.iter().map(|id| Type::Product.id(*id).0).collect::<Vec<_>>() });
            let event = act.event().to(Type::Product.id(id)).changing(ids(&before), ids(&upgrades));
            audit::record(work, event).await?;
            Ok(Product::new(Arc::new(own), Seen::at(&at)))
        })
        .await?;
    Ok(SetProductUpgradesPayload { product: Some(product), ..Default::default() })
}

const UNKNOWN: [&str; 3] = [
    "One of these is not a product of the catalogue.",
    "Eines davon ist kein Produkt des Katalogs.",
    "En av dem är ingen produkt i katalogen.",
];

fn read(product: Uuid, ids: &[ID]) -> Result<Vec<Uuid>, UserError> {
    let wrong = |code, message: [&str; 3]| Err(UserError::at("upgradeIds", code, message));
    if ids.len() > MOST {
        return wrong(
            UserErrorCode::TooMany,
            ["Give at most 100 products.", "Geben Sie höchstens 100 Produkte an.", "Ange högst 100 produkter."],
        );
    }
    let mut read = Vec::with_capacity(ids.len());
    for id in ids {
        let Ok(id) = Type::Product.parse(id) else { return wrong(UserErrorCode::Unknown, UNKNOWN) };
        if id == product {
            return wrong(
                UserErrorCode::InvalidInput,
                [
                    "A product cannot be changed to itself. Leave it out.",
                    "Ein Produkt kann nicht zu sich selbst wechseln. Lassen Sie es weg.",
                    "En produkt kan inte bytas mot sig själv. Utelämna den.",
                ],
            );
        }
        if read.contains(&id) {
            return wrong(
                UserErrorCode::InvalidInput,
                [
                    "A product is in the list twice. Give each once.",
                    "Ein Produkt steht zweimal in der Liste. Geben Sie jedes einmal an.",
                    "En produkt finns två gånger i listan. Ange varje produkt en gång.",
                ],
            );
        }
        read.push(id);
    }
    Ok(read)
}
