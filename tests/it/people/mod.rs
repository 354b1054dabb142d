//! Stories of people: accounts, sessions, memberships, roles, invitations, ownership and API keys.

mod api_key;
mod invitation;
mod membership;
mod ownership;
mod role;
mod searched;
mod session;
mod user;
