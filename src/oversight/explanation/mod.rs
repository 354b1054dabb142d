//! Explanations of access: why somebody may or may not do something, who may do it, and what each permission opens.
//!
//! The paths come from `access`. Here they get names (`names.rs`), and what the asker may not see is hidden.

mod accessor;
mod catalogue;
mod explain;
mod names;
mod object;
mod query;
mod sentence;
mod store;

pub use accessor::Accessor;
pub use catalogue::{FieldsByPermission, PermissionInfo};
pub use object::AccessExplanation;
pub use query::ExplanationQuery;
