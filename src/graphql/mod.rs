//! The schema, the checks that its objects and mutations need, and the limits on documents.
//!
//! `request` is the context of one request, `act` runs mutations, and `page` makes lists. The macros generate calls to
//! `guard`, `directive` and `object`. `schema` assembles the root types.
//!
//! `documents` caches parsed documents, and `trusted` lists the documents that may run. `nesting` checks a document
//! before it is parsed, and `escapes` rewrites what the parser does not know. `limits` checks its size with the `types` of
//! the schema, `once` checks its mutations, `pages` limits how much it may return, and `repeats` says whether its answer
//! must be merged. `validation` checks a document and its variables against the schema. `introspected` makes
//! introspection and the text of the schema agree. `streamed` shows the subscriptions, which run once for each event.

pub mod act;
pub mod directive;
pub mod documents;
pub mod error;
mod escapes;
pub mod guard;
mod introspected;
pub mod limits;
mod nesting;
pub mod node;
pub mod object;
mod once;
pub mod page;
pub mod pages;
mod permission_list;
pub mod refusals;
mod repeats;
pub mod request;
mod schema;
mod streamed;
pub mod trusted;
mod types;
pub mod validation;

/// Stack size of the threads that run requests, in bytes. In debug builds, the deepest allowed document needs more than
/// the usual 2 MiB. The system assigns the memory only when it is used.
pub const STACK: usize = 16 << 20;

pub use node::Guards;
pub use schema::{EventSchema, Mutation, Query, Schema, Services, build, build_for_events, sdl};
