//! The second factor: codes of an authenticator app, and recovery codes for people who have lost the app.
//!
//! It is off, begun (the secret exists, but no code was confirmed), or on. Only its own user sees it. `codes.rs` says
//! which codes are right, `seal.rs` encrypts the secrets, and `check.rs` uses them up. Each mutation has its own file.

mod begin;
mod check;
mod codes;
mod confirm;
mod object;
mod remove;
mod renew_codes;
mod seal;
pub mod store;

use macros::merged;

pub use check::{accept, wrong_code};
pub use codes::{code_at, step_at};
pub use object::SecondFactor;
pub use seal::SecretKeys;

/// The mutations of second factors.
#[merged]
pub struct SecondFactorMutation(
    begin::BeginSecondFactor,
    confirm::ConfirmSecondFactor,
    remove::RemoveSecondFactor,
    renew_codes::RenewRecoveryCodes,
);
