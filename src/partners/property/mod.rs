//! Properties: what a reseller keeps about each of its clients, in columns of its own.
//!
//! A definition says what a property is called and what sort of values it has; a value belongs to one partnership. Both
//! exist for those alone who have CLIENT_READ at the reseller: a client never sees what its resellers keep about it.
//!
//! `rules.rs` reads values and makes the keys by which lists are ordered, `filter.rs` is how lists ask for them,
//! `definition.rs` and `value.rs` are the types, `change.rs` is what a definition becomes while values are there, and
//! `values/` sets values, of one client and of many.

mod change;
mod definition;
mod filter;
mod input;
mod mutation;
mod rules;
pub mod store;
mod value;
pub mod values;

pub use definition::{PropertyDefinition, PropertyType};
pub use filter::{ClientPropertyFilter, Condition, pattern, read_part};
pub use mutation::PropertyMutation;
pub use rules::{Kind, Stored};
pub use value::PropertyValue;
pub use values::PropertyValueMutation;
