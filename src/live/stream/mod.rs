//! Streams of events: `source` says which events one is about, and who may read it. `hub` brings events to the streams of
//! this node: one task reads them, whatever the number of streams. `object` has the root fields of subscriptions.
//!
//! Nothing is decided when a stream begins alone. Its credential and its rights are checked again for each event, with
//! what is true then, and whenever something in the tenant graph has changed.

mod hub;
mod object;
mod source;

pub use hub::{Hub, Message, Place};
pub use object::{Begun, Delivered, EventSubscription};
pub use source::{Interest, Source};
