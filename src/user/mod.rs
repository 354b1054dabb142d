//! Users: one person each, with one address.

mod password;

pub use password::Passwords;
