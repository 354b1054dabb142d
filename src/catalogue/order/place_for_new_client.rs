//! Creating a client and ordering for it in one step.

use async_graphql::{ID, InputObject};
use macros::{mutation, payload};
use uuid::Uuid;

use super::input::{OrderLineInput, asked};
use super::object::Order;
use super::placing;
use super::quote::Buyer;
use crate::access::Permission;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::money::MoneyInput;
use crate::graphql::act::{ActOn, Find};
use crate::organisation::Organisation;
use crate::oversight::audit::Event;
use crate::oversight::idempotency::once;
use crate::partners::client::{ClientRecipientInput, Made, NewClient, NewClientInput, create_all, in_client, in_graph};
use crate::partners::partnership::Partnership;
use crate::people::session;

/// The new client, and its order.
#[derive(Clone, InputObject)]
pub struct PlaceOrderForNewClientInput {
    /// Id of the reseller's organisation.
    pub organisation_id: ID,
    /// The client. It needs a `recipient`, whose currency the order is in.
    pub client: NewClientInput,
    /// The products: 1 to 100 lines.
    pub lines: Vec<OrderLineInput>,
    /// What you expect it to cost: the sum of the first intervals and of what is paid once, at the prices of the default
    /// price plan, without VAT. If it costs something else, nothing is created, and the error has the total.
    pub expected_total: MoneyInput,
    /// Your own number for the order, one line of at most 100 characters. It is printed on invoices.
    pub purchase_order: Option<String>,
    /// A key of your choice, 1 to 255 characters, for example a random UUID. Within 30 days, a second call with the same
    /// key and the same input does nothing, and gets the answer of the first.
    pub idempotency_key: Option<String>,
}

/// The new client and its order.
#[payload]
pub struct PlaceOrderForNewClientPayload {
    /// The order; null if it was not placed.
    pub order: Option<Order>,
    /// The client; null if it was not created.
    pub client: Option<Organisation>,
    /// The partnership with the client; null if it was not created, and for a customer of the operator itself.
    pub partnership: Option<Partnership>,
}

/// Creates a client of the reseller, as `createClient` does, and orders for it in the same step. Either both happen or
/// neither. You hold ownership of the client until its owner accepts, so you may order for it. An API key holds none: the
/// client must delegate `SUBSCRIPTION_ORDER`.
#[mutation]
#[acts(CLIENT_CREATE, on = input.organisation_id)]
async fn place_order_for_new_client(
    act: ActOn<'_, Organisation>,
    input: PlaceOrderForNewClientInput,
) -> Result<PlaceOrderForNewClientPayload> {
    let request = act.request;
    session::require_verified(request)?;
    let purchase_order = placing::purchase_order(input.purchase_order.as_deref())?;
    let currency = currency_of(&act, input.client.recipient.as_ref()).await?;
    let quote = Buyer::new(request, currency).await?.quote(request, &asked(&input.lines)?).await;
    let (rows, call): ([NewClient; 1], _) =
        ([input.client.clone().into()], act.call(input.idempotency_key.as_deref())?);
    let (made, order): (Made, Uuid) = in_graph(&act, async |work, at| {
        once(work, call.as_ref(), at.id(), async || {
            let quote = quote.clone()?;
            let expected = (input.expected_total.amount_minor.0, input.expected_total.currency.as_str());
            placing::check(&quote, expected)?;
            let outcome = create_all(work, &at, act.action, &rows, false).await?.pop();
            let made = outcome.transpose().map_err(in_client)?.flatten();
            let made = made.ok_or_else(|| Error::fault("a client without a row"))?;
            let needed = Permission::SubscriptionOrder;
            let client = request.access.authorise_in(work.tx, made.client, needed).await.map_err(|_| {
                let message = [
                    "The client must delegate SUBSCRIPTION_ORDER to you, so that you can order for it.",
                    "Damit Sie für den Kunden bestellen können, muss er Ihnen SUBSCRIPTION_ORDER übertragen.",
                    "Kunden måste delegera SUBSCRIPTION_ORDER till er, så att ni kan beställa för den.",
                ];
                UserError::at("client", UserErrorCode::PermissionNotHeld, message)
            })?;
            let event = Event::done(act.action, made.client, Some(needed));
            let order = placing::place(work, &client, &quote, purchase_order.clone(), made.partnership, event).await?;
            Ok((made, order.id))
        })
        .await
    })
    .await?;
    Ok(PlaceOrderForNewClientPayload {
        order: Order::find(request, order).await?,
        client: Organisation::find(request, made.client).await?,
        partnership: match made.partnership {
            Some(key) => Partnership::find(request, key).await?,
            None => None,
        },
        ..Default::default()
    })
}

/// The currency of the invoices of the new client.
async fn currency_of(act: &ActOn<'_, Organisation>, recipient: Option<&ClientRecipientInput>) -> Result<String> {
    let given = match recipient {
        Some(ClientRecipientInput::Contact(contact)) => Some(contact.currency.as_str()),
        Some(ClientRecipientInput::Reseller(true)) => None,
        _ => {
            let message = [
                "Say who gets the invoices of the client: give its recipient.",
                "Sagen Sie, wer die Rechnungen des Kunden bekommt: Geben Sie seinen recipient an.",
                "Säg vem som får kundens fakturor: ange dess recipient.",
            ];
            return Err(UserError::at("client", UserErrorCode::BuyerIncomplete, message).into());
        }
    };
    Buyer::currency_of_new(act.request, act.organisation(), given).await
}
