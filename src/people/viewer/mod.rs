//! The viewer: who asks, and what the viewer belongs to and reaches.

mod object;
mod query;

pub use query::ViewerQuery;
