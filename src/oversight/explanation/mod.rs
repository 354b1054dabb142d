//! Explanations of access: why somebody may or may not do something, who may do it, and what each permission allows.
//!
//! The paths come from `access`. This module adds names (`object.rs`) and hides what the asker may not see.

mod accessor;
mod catalogue;
mod explain;
mod object;
mod query;
mod sentence;
mod store;

pub use accessor::Accessor;
pub use catalogue::{FieldsByPermission, PermissionInfo};
pub use explain::{AccessExplanation, Asked, Shown, explanation, misses_of_viewer};
pub use object::{AccessMiss, AccessPath, AccessStep};
pub use query::ExplanationQuery;
