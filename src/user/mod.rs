//! Users: one person each, with one address.

mod object;
mod password;

pub use object::User;
pub use password::Passwords;
