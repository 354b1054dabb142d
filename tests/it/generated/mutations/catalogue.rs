//! Examples of the mutations of the catalogue.

use tenantry::base::id::Type;

use super::examples::wrong_id;
use crate::world::*;

/// The prices that examples add are numbered from here.
const FIRST: u32 = 850_000;

fn product(number: usize) -> String {
    Type::Product.id(PRODUCTS[number]).0
}

fn hub() -> String {
    Type::Organisation.id(HUB.id()).0
}

/// Valid arguments.
pub async fn valid(world: &World, mutation: &str) -> Option<String> {
    let [mail, server, draft] = [0, 1, 2].map(product);
    let feature = Type::Feature.id(FEATURES[0]).0;
    let plan = Type::PricePlan.id(PARTNER_PRICES).0;
    Some(match mutation {
        "createProduct" => "(input: {code: \"EXAMPLE\", name: \"Example\", kind: OTHER})".to_owned(),
        "updateProduct" => format!("(input: {{productId: {mail:?}, description: \"Even better\"}})"),
        "offerProduct" => {
            world.db_execute("UPDATE product SET state = 'DRAFT' WHERE id = $1", [PRODUCTS[2].into()]).await;
            format!("(input: {{productId: {draft:?}}})")
        }
        "retireProduct" => {
            world.db_execute("UPDATE product SET state = 'OFFERED' WHERE id = $1", [PRODUCTS[1].into()]).await;
            format!("(input: {{productId: {server:?}}})")
        }
        "setProductUpgrades" => format!("(input: {{productId: {mail:?}, upgradeIds: [{server:?}]}})"),
        "createFeature" => "(input: {key: \"example\", name: \"Example\", kind: SEAT, family: \"seats\"})".to_owned(),
        "setEntitlements" => {
            format!("(input: {{productId: {mail:?}, entitlements: [{{featureId: {feature:?}, quantity: 3}}]}})")
        }
        "createPricePlan" => "(input: {name: \"Example\"})".to_owned(),
        "assignPricePlan" => {
            format!("(input: {{organisationId: {:?}, pricePlanId: {plan:?}, startsOn: \"2026-06-01\"}})", hub())
        }
        "addPrices" => format!(
            "(input: {{prices: [{{pricePlanId: {plan:?}, productId: {mail:?}, currency: \"SEK\", term: ANNUAL, \
             interval: MONTH, unitMinor: \"8000\", validFrom: \"2026-06-01\"}}]}})"
        ),
        "withdrawPrice" => format!("(input: {{priceId: {:?}}})", future_price(world).await),
        _ => return None,
    })
}

/// Invalid arguments.
pub fn invalid(mutation: &str) -> Option<String> {
    let mail = product(0);
    Some(match mutation {
        "createProduct" => "(input: {code: \"a b\", name: \"Example\", kind: OTHER})".to_owned(),
        "updateProduct" => format!("(input: {{productId: {mail:?}, minQuantity: 0}})"),
        "setProductUpgrades" => format!("(input: {{productId: {mail:?}, upgradeIds: [{mail:?}]}})"),
        "createFeature" => "(input: {key: \"\", name: \"Example\", kind: SEAT})".to_owned(),
        "setEntitlements" => {
            let feature = Type::Feature.id(FEATURES[0]).0;
            format!("(input: {{productId: {mail:?}, entitlements: [{{featureId: {feature:?}, quantity: 0}}]}})")
        }
        "createPricePlan" => "(input: {name: \" \"})".to_owned(),
        "assignPricePlan" => format!("(input: {{organisationId: {:?}, startsOn: \"2026-03-14\"}})", hub()),
        "addPrices" => "(input: {prices: []})".to_owned(),
        // Only the id of these can be wrong: here it has another type.
        "offerProduct" | "retireProduct" => wrong_id("productId"),
        "withdrawPrice" => wrong_id("priceId"),
        _ => return None,
    })
}

/// Id of a price that has not begun.
async fn future_price(world: &World) -> String {
    let id = key(HUB.tree, FIRST);
    world.db_execute("DELETE FROM price WHERE id = $1", [id.into()]).await;
    let mut rows = Rows::starting_at(HUB.tree, FIRST + 1);
    let row = rows.price(OPERATOR.id, LIST_PRICES, PRODUCTS[0], 12_000);
    (row.id, row.valid_from) = (id, (now() + chrono::TimeDelta::days(60)).date_naive());
    rows.db_write(world.db().writer()).await;
    Type::Price.id(id).0
}
