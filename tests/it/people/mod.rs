//! Stories of people: their accounts and sessions, what they belong to, what they may do there, and what acts for them.

mod api_key;
mod invitation;
mod membership;
mod ownership;
mod role;
mod session;
mod user;
