//! Sessions: log-in, tokens, and the organisation that a session works in.

mod active;
mod authenticate;
mod token;

pub use active::active_organisation;
pub use authenticate::authenticate;
pub use token::Tokens;
