//! Attempts to log in, and what organisations ask of the log-ins of their members.
//!
//! Each attempt on an account is kept for 90 days, with its outcome, network and device. Only the person sees them.
//! Nothing is kept about addresses without an account. An organisation can ask for a second factor, and for the log-ins
//! of its members in its audit log (`set_policy.rs`). `log.rs` writes them there in the background, so that a log-in
//! neither waits for the log of an organisation nor tells by its duration that there is one. Logging in is in `session`.

mod log;
mod object;
mod set_policy;
pub mod store;

use macros::merged;

pub use log::{log_attempts, log_now_and_then};
pub use object::{LogInAttempt, SignInPolicy};

/// The mutations about log-ins.
#[merged]
pub struct SignInMutation(set_policy::SetSignInPolicy);
