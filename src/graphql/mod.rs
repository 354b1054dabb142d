//! Assembly: the schema out of the features, and the limits that a document must keep.

mod node;
mod schema;

pub use schema::{Mutation, Query, Schema, Services, build, sdl};
