//! Examples of the mutations of orders and subscriptions.

use tenantry::access::Permission;
use tenantry::base::id::{self, Type};
use uuid::Uuid;

use super::examples::wrong_id;
use crate::generated::schema::Rule;
use crate::world::*;

const TOTAL: &str = "expectedTotal: {amountMinor: \"10000\", currency: \"SEK\"}";

fn hub() -> String {
    Type::Organisation.id(HUB.id()).0
}

fn line() -> String {
    format!("lines: [{{productId: {:?}, term: MONTHLY, interval: MONTH}}]", Type::Product.id(PRODUCTS[0]).0)
}

fn client(name: &str) -> String {
    format!(
        "client: {{name: {name:?}, kind: COMPANY, delegation: {{preset: FULL}}, recipient: {{contact: {{name: \"Clerk\", \
         address: \"Storgatan 1\", country: \"SE\", email: \"clerk@example.org\", currency: \"SEK\"}}}}}}"
    )
}

/// A subscription of the hub, and one of its scheduled changes.
fn keys() -> (Uuid, Uuid) {
    let (_, fixtures) = HUB.rows();
    let key = |type_name: &str| id::parse(&fixtures.id(type_name, "", "").into()).unwrap().1;
    (key("Subscription"), key("SubscriptionChange"))
}

/// The subscription in this state, as it was written, with a product that can be returned or not.
async fn db_subscription(world: &World, state: &str, return_days: i32) -> String {
    let (subscription, change) = keys();
    let sql = "UPDATE subscription SET state = $2, quantity = 3 WHERE id = $1";
    world.db_execute(sql, [subscription.into(), state.into()]).await;
    let sql = "UPDATE subscription_change SET state = 'SCHEDULED' WHERE id = $1";
    world.db_execute(sql, [change.into()]).await;
    let sql = "UPDATE product SET return_days = $2 WHERE id = (SELECT product_id FROM subscription WHERE id = $1)";
    world.db_execute(sql, [subscription.into(), return_days.into()]).await;
    format!("subscriptionId: {:?}", Type::Subscription.id(subscription).0)
}

/// The order of the hub in this state, with subscriptions that wait for their services.
async fn db_order(world: &World, state: &str) -> String {
    let (_, fixtures) = HUB.rows();
    let id = fixtures.id("Order", "", "").to_owned();
    let key = id::parse(&id.as_str().into()).unwrap().1;
    world.db_execute("UPDATE sales_order SET state = $2 WHERE id = $1", [key.into(), state.into()]).await;
    let sql = "UPDATE subscription SET state = 'PENDING', quantity = 3 \
               WHERE id IN (SELECT subscription_id FROM order_line WHERE order_id = $1)";
    world.db_execute(sql, [key.into()]).await;
    id
}

/// Valid arguments.
pub async fn valid(world: &World, mutation: &str, rule: Option<&Rule>) -> Option<String> {
    Some(match mutation {
        "placeOrder" => format!("(input: {{organisationId: {:?}, {}, {TOTAL}}})", hub(), line()),
        "placeOrderForNewClient" => {
            world.db_verify(HUB.owner).await;
            format!("(input: {{organisationId: {:?}, {}, {}, {TOTAL}}})", hub(), client("Example"), line())
        }
        "changeQuantity" => {
            let lowers = rule.is_some_and(|rule| rule.permission == Permission::SubscriptionCancel);
            let quantity = if lowers { 2 } else { 5 };
            format!("(input: {{{}, quantity: {quantity}}})", db_subscription(world, "ACTIVE", 0).await)
        }
        "changeProduct" => {
            let subscription = db_subscription(world, "ACTIVE", 0).await;
            let sql = "INSERT INTO product_upgrade (from_id, to_id) SELECT s.product_id, $2 FROM subscription s WHERE s.id = $1 \
                       AND s.product_id <> $2 AND NOT EXISTS (SELECT 1 FROM product_upgrade u WHERE u.from_id = s.product_id \
                       AND u.to_id = $2)";
            world.db_execute(sql, [keys().0.into(), PRODUCTS[1].into()]).await;
            let product = Type::Product.id(PRODUCTS[1]).0;
            let price = "expectedUnitPrice: {amountMinor: \"10000\", currency: \"SEK\"}";
            format!("(input: {{{subscription}, productId: {product:?}, {price}}})")
        }
        "cancelOrder" => format!("(input: {{orderId: {:?}}})", db_order(world, "PLACED").await),
        "setPartnerOfRecord" => {
            let subscription = db_subscription(world, "ACTIVE", 0).await;
            let sql = "SELECT id FROM partnership WHERE client_id = $1 AND state = 'ACTIVE' ORDER BY id LIMIT 1";
            let rows = world.db().rows(sql, vec![HUB.id().into()]).await.unwrap();
            let partnership = Type::Partnership.id(rows[0].try_get_by_index(0).unwrap()).0;
            format!("(input: {{{subscription}, partnershipId: {partnership:?}, startsOn: \"2026-06-01\"}})")
        }
        "cancelSubscription" => format!("(input: {{{}}})", db_subscription(world, "ACTIVE", 0).await),
        "keepSubscription" => format!("(input: {{{}}})", db_subscription(world, "CANCELLED", 0).await),
        "returnSubscription" => format!("(input: {{{}}})", db_subscription(world, "ACTIVE", 100).await),
        "withdrawChange" => {
            db_subscription(world, "ACTIVE", 0).await;
            format!("(input: {{changeId: {:?}}})", Type::SubscriptionChange.id(keys().1).0)
        }
        _ => return None,
    })
}

/// Invalid arguments.
pub async fn invalid(world: &World, mutation: &str) -> Option<String> {
    Some(match mutation {
        "placeOrder" => format!("(input: {{organisationId: {:?}, lines: [], {TOTAL}}})", hub()),
        "placeOrderForNewClient" => {
            format!("(input: {{organisationId: {:?}, {}, lines: [], {TOTAL}}})", hub(), client("Other"))
        }
        "changeQuantity" => format!("(input: {{{}, quantity: 0}})", db_subscription(world, "ACTIVE", 0).await),
        "changeProduct" => {
            let product = Type::Product.id(PRODUCTS[2]).0;
            let price = "expectedUnitPrice: {amountMinor: \"1\", currency: \"SEK\"}";
            let subscription = db_subscription(world, "ACTIVE", 0).await;
            format!("(input: {{{subscription}, productId: {product:?}, {price}}})")
        }
        "cancelOrder" => format!("(input: {{orderId: {:?}}})", db_order(world, "COMPLETED").await),
        "setPartnerOfRecord" => {
            let subscription = db_subscription(world, "ACTIVE", 0).await;
            format!("(input: {{{subscription}, startsOn: \"2020-01-01\"}})")
        }
        "cancelSubscription" => wrong_id("subscriptionId"),
        "keepSubscription" | "returnSubscription" => {
            format!("(input: {{{}}})", db_subscription(world, "ACTIVE", 0).await)
        }
        // The first change of a subscription has its id, and has taken effect.
        "withdrawChange" => format!("(input: {{changeId: {:?}}})", Type::SubscriptionChange.id(keys().0).0),
        _ => return None,
    })
}
