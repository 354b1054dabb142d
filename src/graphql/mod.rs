//! Assembly: the schema out of the features (`schema`), and the limits that a document must keep.
//!
//! `documents` keeps parsed texts, `trusted` those that may run if not all may; `nesting` looks at a text before it
//! is parsed, `limits` at what it asks for, with the `types` of the schema at hand, `once` at what it changes, and
//! `pages` at how much it may return.

pub mod act;
pub mod documents;
pub mod limits;
mod nesting;
mod node;
mod once;
pub mod page;
pub mod pages;
pub mod request;
mod schema;
pub mod trusted;
mod types;

/// Stack of the threads that run requests, in bytes. A mutation with all levels of fields that are allowed behind it
/// takes more than the usual 2 MiB where nothing is optimised. It takes no memory before it is used.
pub const STACK: usize = 16 << 20;

pub use schema::{Mutation, Query, Schema, Services, build, sdl};
