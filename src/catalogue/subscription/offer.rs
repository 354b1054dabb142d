//! The prices that matter to a subscription that exists: of a product that it could change to, and of its next term.

use entity::{price, product, subscription};
use uuid::Uuid;

use crate::base::error::{Result, UserError, UserErrorCode};
use crate::catalogue::price::{rules as prices, store as price_store};
use crate::catalogue::product::store as products;
use crate::graphql::request::Request;

/// The product and its price today, if the subscription can change to it.
pub async fn of_upgrade(
    request: &Request,
    row: &subscription::Model,
    wanted: Uuid,
) -> Result<(product::Model, price::Model)> {
    let refused = |code, message: [String; 3]| UserError::at("productId", code, message);
    let upgrades = products::upgrades_of(request, row.product_id).await?;
    let product = products::find(request, wanted).await?.filter(|product| product.state == product::State::Offered);
    let Some(product) = product.filter(|product| upgrades.contains(&product.id)) else {
        let message = [
            format!(
                "{} cannot be changed to this product. Its `upgrades` list those that it can be.",
                row.product_name
            ),
            format!(
                "{} lässt sich nicht zu diesem Produkt ändern. Die möglichen stehen in `upgrades`.",
                row.product_name
            ),
            format!("{} kan inte ändras till den här produkten. De möjliga finns i `upgrades`.", row.product_name),
        ];
        return Err(refused(UserErrorCode::Unknown, message).into());
    };
    let today = request.today();
    let plans = price_store::plans_for(request, row.organisation_id, today).await?;
    let all = price_store::prices_for(request, &[product.id], &plans, &row.currency).await?;
    let wanted = prices::Wanted {
        product: product.id,
        currency: &row.currency,
        term: row.term,
        interval: row.interval,
        quantity: row.quantity,
    };
    let Some(price) = prices::in_force(&all, &plans, wanted, today) else {
        let message = [
            format!("{} has no price in {} for this term and interval.", product.name, row.currency),
            format!("{} hat keinen Preis in {} für diese Laufzeit und diesen Zeitraum.", product.name, row.currency),
            format!("{} har inget pris i {} för den här bindningstiden och perioden.", product.name, row.currency),
        ];
        return Err(refused(UserErrorCode::NoPrice, message).into());
    };
    Ok((product.as_ref().clone(), price.clone()))
}
