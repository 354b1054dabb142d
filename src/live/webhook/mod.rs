//! Webhooks: events are sent to the programs of customers, by the specification of Standard Webhooks
//! (<https://www.standardwebhooks.com>).
//!
//! A webhook acts for its organisation, like an API key: it has scopes that its creator holds, and gets an event if an API
//! key with these scopes could read it at that moment. It is ENABLED, or DISABLED by a person or because its receiver failed
//! for days or is gone. It exists for viewers with WEBHOOK_READ at its organisation.
//!
//! `queue` puts each event into the queues of the webhooks that ask for it, where events get their places. `worker` sends
//! what is due; `deciding` says what may be sent. `outgoing` is the client, which reaches only the addresses that `address`
//! allows. `rules` signs, and says when to try again and when to give up; `stopping` ends the sending to a receiver that
//! fails for days. What is sent says what happened to which object, and nothing that the object contains.

mod address;
mod create;
mod deciding;
mod delete;
mod disable;
mod enable;
mod letters;
mod messages;
mod object;
mod outgoing;
mod probe;
mod queue;
mod replay;
mod rotate;
mod rules;
mod sealed;
mod stopping;
pub mod store;
mod update;
mod worker;

use macros::merged;

pub use object::{Webhook, WebhookDelivery, WebhookState};
pub use outgoing::LookUp;
pub use queue::{fan_out, remove_old};
pub use worker::{Round, Worker};

/// The mutations of webhooks.
#[merged]
pub struct WebhookMutation(
    create::CreateWebhook,
    update::UpdateWebhook,
    rotate::RotateWebhookSecret,
    enable::EnableWebhook,
    disable::DisableWebhook,
    probe::TestWebhook,
    replay::ReplayWebhook,
    delete::DeleteWebhook,
);
