//! Sessions: log-in, tokens, and the organisation that a session works in.

mod authenticate;
mod token;

pub use authenticate::authenticate;
pub use token::Tokens;
