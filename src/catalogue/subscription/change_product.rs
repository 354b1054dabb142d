//! Changing the product of a subscription.

use async_graphql::{ID, InputObject};
use macros::{mutation, payload};

use super::acting::{self, Found};
use super::object::Subscription;
use super::offer;
use super::rules::require_price;
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::money::{Money, MoneyInput};
use crate::graphql::act::{ActOn, Find};
use crate::organisation::OrganisationCard;

/// The subscription, and the product that it should have.
#[derive(InputObject)]
pub struct ChangeProductInput {
    /// Id of the subscription.
    pub subscription_id: ID,
    /// Id of the new product: one of the `upgrades` of the old one.
    pub product_id: ID,
    /// The price of one unit for one interval that you have seen, for example in `previewChange`.
    pub expected_unit_price: MoneyInput,
    /// A key of your choice, 1 to 255 characters, for example a random UUID. Within 30 days, a second call with the same
    /// key and the same input does nothing, and gets the answer of the first.
    pub idempotency_key: Option<String>,
}

/// The changed subscription.
#[payload]
pub struct ChangeProductPayload {
    /// The subscription; null if it was not changed.
    pub subscription: Option<Subscription>,
    /// The organisation that it belongs to; null if it was not changed.
    pub organisation: Option<OrganisationCard>,
}

/// Changes a subscription to another product from today on, along the `upgrades` of its product. Term, interval and
/// commitment stay. The days that are left are charged at the new price.
#[mutation]
#[acts(SUBSCRIPTION_ORDER, on = input.subscription_id)]
async fn change_product(act: ActOn<'_, Subscription>, input: ChangeProductInput) -> Result<ChangeProductPayload> {
    let id = act.object.key();
    let wanted = Type::Product.parse(&input.product_id)?;
    // Looked up before the transaction, and judged within it: a call that is repeated gets its first answer.
    let offer = offer::of_upgrade(act.request, act.object.row(), wanted).await;
    act.once(input.idempotency_key.as_deref(), async |work, _| {
        let (product, price) = offer.clone()?;
        let expected = (input.expected_unit_price.amount_minor.0, input.expected_unit_price.currency.as_str());
        require_price("expectedUnitPrice", expected, &Money::new(price.unit_minor, &price.currency))?;
        let found = Found::load(work, id).await?;
        if found.row.product_id != act.object.row().product_id {
            let message = [
                "The subscription has got another product in the meantime. Look at it again.",
                "Das Abonnement hat inzwischen ein anderes Produkt. Sehen Sie es sich noch einmal an.",
                "Abonnemanget har under tiden fått en annan produkt. Titta på det igen.",
            ];
            return Err(UserError::at("subscriptionId", UserErrorCode::StaleState, message).into());
        }
        let outcome = found.standing(work).change_product(&product, &price)?;
        acting::write(work, &found, &outcome, act.event()).await
    })
    .await?;
    Ok(ChangeProductPayload {
        subscription: Subscription::find(act.request, id).await?,
        organisation: Some(act.object.at().card().into()),
        ..Default::default()
    })
}
