//! Idempotency keys: a client that has lost the answer to a mutation sends it again with the same key, and nothing is
//! done twice.
//!
//! A key belongs to one actor, organisation and mutation. The first call that commits keeps its outcome: the ids of what
//! it has made. A later call with the same key and the same arguments gets this outcome, and makes its payload of it by
//! the usual look-ups, so it shows what the actor may see now. The right to act is checked before, as for the first call.
//! The same key with other arguments is a conflict. A call that was refused keeps nothing. Outcomes are forgotten after
//! 30 days.
//!
//! Mutations call `ActOn::once` (`graphql/act.rs`), or `once` here if they need other locks than that of the
//! organisation. `rules.rs` has the form of keys and requests, `forgetting.rs` the clean-up.

mod forgetting;
mod once;
mod rules;
mod store;

pub use forgetting::{forget, forget_now_and_then};
pub use once::{Call, once, once_if};
