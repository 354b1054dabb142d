//! Cancelling an order of which nothing has come to be.

use async_graphql::{ID, InputObject};
use entity::sales_order::State;
use entity::subscription;
use macros::{mutation, payload};
use sea_orm::ActiveEnum;
use serde_json::json;

use super::object::Order;
use super::store;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::message::Message;
use crate::base::text;
use crate::catalogue::subscription::call_off;
use crate::graphql::act::{ActOn, Find};
use crate::organisation::OrganisationCard;
use crate::oversight::audit;

/// The most products that the error names.
const NAMED: usize = 5;

/// The order to cancel.
#[derive(InputObject)]
pub struct CancelOrderInput {
    /// Id of the order.
    pub order_id: ID,
    /// A key of your choice, 1 to 255 characters, for example a random UUID. Within 30 days, a second call with the same
    /// key and the same input does nothing, and gets the answer of the first.
    pub idempotency_key: Option<String>,
}

/// The cancelled order.
#[payload]
pub struct CancelOrderPayload {
    /// The order; null if it was not cancelled.
    pub order: Option<Order>,
    /// The organisation that it is for; null if it was not cancelled.
    pub organisation: Option<OrganisationCard>,
}

/// Cancels an order while everything of it is still being set up. Its subscriptions end without ever having begun, so
/// nothing is charged for them, and its services are removed. If something of it runs, cancel or return the single
/// subscriptions. This works for a suspended organisation too.
#[mutation]
#[acts(SUBSCRIPTION_CANCEL, on = input.order_id)]
async fn cancel_order(act: ActOn<'_, Order>, input: CancelOrderInput) -> Result<CancelOrderPayload> {
    let id = act.object.key();
    act.once(input.idempotency_key.as_deref(), async |work, _| {
        let (order, subscriptions) = store::load_in(work.tx, id).await?.ok_or(Error::NotFound)?;
        require_waiting(order.state)?;
        call_off(work, &subscriptions, require_nothing_runs).await?;
        store::cancel(work.tx, id).await?;
        let said = |state: State| json!({ "number": order.number, "state": state.to_value() });
        let event = act.event().to(Type::Order.id(id));
        Ok(audit::record(work, event.changing(said(order.state), said(State::Cancelled))).await?)
    })
    .await?;
    Ok(CancelOrderPayload {
        order: Order::find(act.request, id).await?,
        organisation: Some(act.object.at().card().into()),
        ..Default::default()
    })
}

fn refuse(message: impl Into<Message>) -> Result<(), UserError> {
    Err(UserError::at("orderId", UserErrorCode::StaleState, message))
}

fn require_waiting(state: State) -> Result<(), UserError> {
    match state {
        State::Placed => Ok(()),
        State::Completed => refuse([
            "Everything of the order is ready. Cancel its subscriptions with cancelSubscription, or return them with \
             returnSubscription.",
            "Alles in dieser Bestellung ist fertig. Kündigen Sie ihre Abonnements mit cancelSubscription, oder geben \
             Sie sie mit returnSubscription zurück.",
            "Allt i beställningen är klart. Säg upp dess abonnemang med cancelSubscription, eller lämna tillbaka dem \
             med returnSubscription.",
        ]),
        State::Cancelled => refuse([
            "The order is cancelled already.",
            "Die Bestellung ist schon storniert.",
            "Beställningen är redan ångrad.",
        ]),
    }
}

/// Refuses an order of which something runs.
fn require_nothing_runs(rows: &[subscription::Model]) -> Result<(), UserError> {
    let is_running =
        |row: &&subscription::Model| matches!(row.state, subscription::State::Active | subscription::State::Cancelled);
    let running: Vec<String> = rows.iter().filter(is_running).map(|row| row.product_name.clone()).collect();
    if running.is_empty() {
        return Ok(());
    }
    let [en, de, sv] = text::listed(&running, NAMED);
    refuse([
        format!(
            "Something of the order runs already: {en}. Cancel the single subscriptions with cancelSubscription, or \
             return them with returnSubscription."
        ),
        format!(
            "Etwas aus der Bestellung läuft schon: {de}. Kündigen Sie die einzelnen Abonnements mit \
             cancelSubscription, oder geben Sie sie mit returnSubscription zurück."
        ),
        format!(
            "Något i beställningen är redan i gång: {sv}. Säg upp de enskilda abonnemangen med cancelSubscription, \
             eller lämna tillbaka dem med returnSubscription."
        ),
    ])
}
