//! Stories of people: accounts, sessions, memberships, roles, invitations, ownership and API keys.

mod access_request;
mod api_key;
mod export;
mod invitation;
mod mailbox;
mod membership;
mod outreach;
mod ownership;
mod role;
mod searched;
mod session;
mod sign_in;
mod user;
