//! Users: one person each, with one address. Nothing is bought by a user or billed to one; that is for organisations.
//!
//! `address.rs` is the one place that says when two addresses are the same, `password.rs` hashes passwords, and
//! `rules.rs` says which are too weak. `mutation.rs` is signing up, with an invitation `invited.rs`; `verification.rs`
//! proves the address, `address_mutation.rs` changes it, `password_mutation.rs` changes the password, `profile.rs` the
//! rest, and there an account is erased (`erasure`). `second_factor` asks for codes as well, `throttle` slows down who
//! guesses, and `link` keeps the links that are mailed in the words of `letters`. Logging in is in `session`.

mod address;
mod address_mutation;
mod desk;
pub mod erasure;
mod invited;
mod letters;
pub mod link;
mod mutation;
mod object;
mod password;
mod password_mutation;
mod profile;
mod rules;
pub mod second_factor;
pub mod store;
pub mod throttle;
mod verification;

use entity::user;

use crate::mail::Recipient;
pub use address::Address;
pub use address_mutation::AddressMutation;
pub use desk::Desk;
pub use mutation::UserMutation;
pub use object::User;
pub use password::{Password, Passwords, Verdict};
pub use password_mutation::PasswordMutation;
pub use profile::ProfileMutation;
pub use rules::weakness;
pub use second_factor::{SecondFactor, SecondFactorMutation, SecretKeys};
pub use verification::VerificationMutation;

/// Mail to the user, at the address and in the language of now.
pub fn recipient(user: &user::Model) -> Recipient {
    Recipient { user: Some(user.id), address: user.email.clone(), locale: user.locale.into() }
}
