//! People of a directory: ACTIVE, SUSPENDED or DELETED.
//!
//! A person is known by the id in the source, so a new address loses nothing. Deleted people are kept for 30 days: who
//! comes back within them is the same person again. They exist for viewers with DIRECTORY_READ at the organisation.
//! `rules.rs` plans what a list of people from a source changes.

mod forgetting;
mod object;
pub mod rules;
pub mod store;

pub use forgetting::{forget, forget_now_and_then};
pub use object::{DirectoryPerson, DirectoryPersonFilter, DirectoryPersonOrder, DirectoryPersonState};
