//! The price plans of the operator in demo and scale data.

use entity::{price, price_plan, product};
use sea_orm::prelude::{Date, DateTimeUtc};
use uuid::Uuid;

use super::articles::ALL;

/// The name of the default plan.
pub const LIST: &str = "List prices";
/// The name of the plan for partners.
pub const PARTNERS: &str = "Partner prices";

/// The currencies of the prices.
const CURRENCIES: [&str; 2] = ["SEK", "EUR"];
/// From this quantity on, list prices are 5 % lower.
const MANY: i32 = 25;

/// Since when the prices count: for longer than anything was sold.
fn valid_from() -> Date {
    Date::from_ymd_opt(2015, 1, 1).unwrap_or_default()
}

/// A plan of the seller.
pub fn plan(id: Uuid, seller: Uuid, name: &str, created_at: DateTimeUtc) -> price_plan::Model {
    price_plan::Model {
        id,
        organisation_id: seller,
        name: name.to_owned(),
        name_key: collation::sort_key(name),
        is_default: name == LIST,
        created_at,
    }
}

/// The prices of all articles in a plan. Partners pay 15 % less, for any quantity.
pub fn prices(
    plan: &price_plan::Model,
    products: &[product::Model],
    mut id: impl FnMut() -> (Uuid, DateTimeUtc),
) -> Vec<price::Model> {
    let steps: &[(i32, i64)] = if plan.is_default { &[(1, 100), (MANY, 95)] } else { &[(1, 85)] };
    let mut rows = Vec::new();
    for article in ALL {
        let Some(product) = products.iter().find(|row| row.code == article.code) else { continue };
        for currency in CURRENCIES {
            for (term, interval, full) in article.offers() {
                let full = if currency == "EUR" { full / 10 } else { full };
                for (from_quantity, percent) in steps {
                    let (id, created_at) = id();
                    rows.push(price::Model {
                        id,
                        organisation_id: plan.organisation_id,
                        plan_id: plan.id,
                        product_id: product.id,
                        currency: currency.to_owned(),
                        term,
                        interval,
                        from_quantity: *from_quantity,
                        unit_minor: full * percent / 100,
                        setup_minor: article.setup_in(currency),
                        valid_from: valid_from(),
                        created_at,
                    });
                }
            }
        }
    }
    rows
}
