//! The schema, what its objects and mutations need, and the limits on documents.
//!
//! `request` is what one request carries, `act` how a mutation runs, `page` how lists work, `guard` and `directive` what
//! the macros generate calls to. `schema` assembles the root types.
//!
//! `documents` caches documents, and `trusted` lists the documents that may run. `nesting` checks a document before it is
//! parsed, and `escapes` rewrites what the parser does not know. `limits` checks its size with the `types` of the schema,
//! `once` its mutations, and `pages` how much it may return. `validation` checks it and its variables against the schema.
//! `introspected` makes introspection and the schema's text say the same.

pub mod act;
pub mod directive;
pub mod documents;
pub mod error;
mod escapes;
pub mod guard;
mod introspected;
pub mod limits;
mod nesting;
mod node;
mod once;
pub mod page;
pub mod pages;
mod permission_list;
pub mod refusals;
pub mod request;
mod schema;
pub mod trusted;
mod types;
pub mod validation;

/// Stack size of the threads that run requests, in bytes. In unoptimised builds, the deepest allowed document needs more
/// than the usual 2 MiB. The memory is not taken before it is used.
pub const STACK: usize = 16 << 20;

pub use schema::{Mutation, Query, Schema, Services, build, sdl};
