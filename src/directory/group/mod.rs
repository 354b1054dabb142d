//! Groups of a directory: they have people and other groups.
//!
//! Groups may contain each other in circles. A person is effectively in a group if one of its groups leads to it
//! (`rules.rs`). Groups exist for viewers with DIRECTORY_READ at the organisation.

mod object;
pub mod rules;
pub mod store;

pub use object::DirectoryGroup;
