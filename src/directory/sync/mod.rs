//! Synchronising a directory with its source.
//!
//! A source sends people and groups in parts of at most 500 rows. PATCH changes those that it names. FULL names all: those
//! whom no part has named are deleted with the last part, unless they are suspiciously many (`rules.rs`). Each row has an
//! outcome of its own, and a refused row deletes nobody. Log-ins come apart from people, and say until when they are
//! complete. `apply.rs` is what a part does, whoever sends it: the mutation, or a file (`file.rs`, `import.rs`).

mod apply;
pub mod file;
pub mod import;
mod input;
mod log_ins;
mod object;
mod record_log_ins;
pub mod rules;
pub mod store;
mod sync_directory;

use macros::merged;

pub use apply::{Applied, Part, Scope, apply};
pub use log_ins::{LogIn, record};
pub use object::{DirectoryState, DirectorySync};

/// The mutations of directories.
#[merged]
pub struct DirectoryMutation(sync_directory::SyncDirectory, record_log_ins::RecordLogIns);
