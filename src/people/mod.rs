//! People and how they come to act for an organisation.
//!
//! A `user` is a person with one address, and a `session` is one place where they are logged in. `sign_in` keeps the
//! attempts to log in; `viewer` is the person or
//! key that sends a request. A `membership` gives a user `role`s at an organisation. An `invitation` asks somebody to
//! join, an `access_request` asks for more rights, `ownership` hands an organisation over, and an `api_key` lets a program
//! act. `outreach` bounds the mail to outsiders that all of this causes. `erasure` ends an account for good.

pub mod access_request;
pub mod api_key;
pub mod erasure;
pub mod invitation;
pub mod membership;
pub mod outreach;
pub mod ownership;
pub mod role;
pub mod session;
pub mod sign_in;
pub mod user;
pub mod viewer;
