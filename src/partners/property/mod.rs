//! Properties: what a reseller records about each of its clients, in columns of its own.
//!
//! A definition names a property and the kind of its values. A value belongs to one partnership. Both exist for viewers
//! with CLIENT_READ at the reseller: a client never sees what its resellers record about it.
//!
//! `rules.rs` reads values and makes the sort keys of lists, and `condition.rs` filters lists by values. `change.rs`
//! converts values when a definition changes. `set_values.rs` sets values of one or many clients.

mod change;
mod condition;
mod create;
mod delete;
mod filter;
mod object;
mod rules;
mod set;
mod set_many;
mod set_values;
pub mod store;
mod update;
mod value;

use macros::merged;

pub use condition::{Condition, read_part};
pub use filter::ClientPropertyFilter;
pub use object::{ClientTable, PropertyDefinition, PropertyType};
pub use rules::{Kind, Stored, check_keys, named};
pub use value::PropertyValue;

/// The mutations of properties.
#[merged]
pub struct PropertyMutation(
    create::CreatePropertyDefinition,
    update::UpdatePropertyDefinition,
    delete::DeletePropertyDefinition,
    set::SetClientProperties,
    set_many::SetManyClientProperties,
);
