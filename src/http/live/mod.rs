//! Subscriptions over HTTP: `follow` runs one of them, event by event. `sse` sends it as Server-Sent Events, and `socket`
//! sends any number of them over a WebSocket, with the messages of `protocol`.
//!
//! The engine's crate for this HTTP library has both transports. Its WebSocket answers mistakes with other close codes
//! than the protocol says, waits for the first message for ever, and runs invalid documents; and it runs a subscription with
//! the rights of its first moment. So only the negotiation of the protocol is the engine's.

mod follow;
mod protocol;
mod socket;
mod sse;

pub use follow::Follower;
pub use socket::upgrade;
pub use sse::{accepts, answer};
