//! Orders: an organisation, or a partner for it, picks products, and subscriptions and services come to be.
//!
//! An order is PLACED until none of its services is being set up any more, then COMPLETED. Until something of it runs, it
//! can be CANCELLED. It exists for viewers with SUBSCRIPTION_READ at its organisation. Read `quote.rs` for what an order
//! costs, `placing.rs` for what it writes.

mod cancel;
mod customer;
pub mod fulfilment;
mod input;
mod line;
mod object;
mod place;
mod place_for_new_client;
mod placing;
mod preview;
mod quote;
pub mod store;

use macros::merged;

pub use input::OrderLineInput;
pub use object::{Order, OrderFilter};
pub use placing::search_text;
pub use preview::OrderPreview;
pub use quote::Buyer;

/// The mutations of orders.
#[merged]
pub struct OrderMutation(place::PlaceOrder, place_for_new_client::PlaceOrderForNewClient, cancel::CancelOrder);
