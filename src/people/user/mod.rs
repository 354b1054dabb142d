//! Users: one person each, with one e-mail address. Organisations buy and are billed; users are not.
//!
//! A user is ACTIVE or DISABLED. The address is verified or not; until it is, the user cannot let others in. Everybody
//! who meets a user sees the name; the address is shown on a membership and to the viewer.
//!
//! `address.rs` decides when two addresses are the same. `password.rs` hashes passwords, and `rules.rs` says which are
//! too weak. `proof.rs` gives an account to the person who proves its address. `link` stores the links that are mailed,
//! and `letters` writes the mails. `throttle` slows down guessing and limits mail. `second_factor` adds codes to log-in.
//! Each mutation has its own file. Logging in is in `session`, and erasing an account in `erasure`.

mod address;
mod change_address;
mod change_password;
mod confirm_address;
pub mod letters;
pub mod link;
mod object;
mod password;
pub mod proof;
mod request_password_reset;
mod resend_verification;
mod reset_password;
mod rules;
pub mod second_factor;
mod sign_up;
pub mod store;
pub mod throttle;
mod undo_address;
mod update_profile;
mod verify_address;

use macros::merged;

pub use address::{Address, mailbox};
pub use object::User;
pub use password::{Password, Passwords, Verdict};
pub use rules::weakness;
pub use second_factor::{SecondFactor, SecretKeys};

/// The mutations of users.
#[merged]
pub struct UserMutation(
    sign_up::SignUp,
    verify_address::VerifyAddress,
    resend_verification::ResendVerification,
    request_password_reset::RequestPasswordReset,
    reset_password::ResetPassword,
    change_password::ChangePassword,
    change_address::ChangeAddress,
    confirm_address::ConfirmAddress,
    undo_address::UndoAddress,
    update_profile::UpdateProfile,
    second_factor::SecondFactorMutation,
);
