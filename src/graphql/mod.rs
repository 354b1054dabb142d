//! Assembly: the schema out of the features (`schema`), and the limits that a document must keep.
//!
//! `documents` keeps parsed texts, `trusted` those that may run if not all may; `nesting` looks at a text before it
//! is parsed, `limits` at what it asks for, with the `types` of the schema at hand, `once` at what it changes, and
//! `pages` at how much it may return.

pub mod documents;
pub mod limits;
mod nesting;
mod node;
mod once;
pub mod pages;
mod schema;
pub mod trusted;
mod types;

pub use schema::{Mutation, Query, Schema, Services, build, sdl};
