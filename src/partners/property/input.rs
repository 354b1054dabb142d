//! What the mutations of definitions take and give.

use async_graphql::{ID, InputObject, SimpleObject};

use super::definition::{PropertyDefinition, PropertyType};
use super::value::PropertyConflict;
use crate::access::directive;
use crate::base::error::UserError;

/// The property to define.
#[derive(InputObject)]
pub struct CreatePropertyDefinitionInput {
    /// Id of the reseller, or of its organisation.
    pub reseller_id: ID,
    /// What filters, orders and programs are to call it: a small letter, then small letters, digits and `_`, 40 at most.
    /// No other property of the reseller has it, and it never changes.
    pub key: String,
    /// What people read. 1 to 200 characters.
    pub label: String,
    /// What sort of values it has.
    #[graphql(name = "type")]
    pub kind: PropertyType,
    /// Its place among the others, 0 to 10000; behind all of them if nothing is given.
    pub position: Option<i32>,
    /// Whether a value that is set can be changed but not taken away.
    #[graphql(default)]
    pub required: bool,
    /// The values that a CHOICE can have: 1 to 100, of 1 to 100 characters each. Not for other types.
    pub choices: Option<Vec<String>>,
}

/// The change of a definition. What is left out stays.
#[derive(InputObject)]
pub struct UpdatePropertyDefinitionInput {
    /// Id of the definition.
    pub property_definition_id: ID,
    /// What people read. 1 to 200 characters.
    pub label: Option<String>,
    /// Another sort of values. Refused unless every value that is set can be read as one of the new sort.
    #[graphql(name = "type")]
    pub kind: Option<PropertyType>,
    /// Its place among the others, 0 to 10000.
    pub position: Option<i32>,
    /// Whether a value that is set can be changed but not taken away.
    pub required: Option<bool>,
    /// All that a CHOICE can be from now on. Refused while a client has a choice that is left out.
    pub choices: Option<Vec<String>>,
}

/// The definition to delete.
#[derive(InputObject)]
pub struct DeletePropertyDefinitionInput {
    /// Id of the definition.
    pub property_definition_id: ID,
}

/// The definition that was made.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct CreatePropertyDefinitionPayload {
    /// The definition; null if it was not made.
    pub property_definition: Option<PropertyDefinition>,
    /// Why it was not made.
    pub user_errors: Vec<UserError>,
}

/// The definition as it is now.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct UpdatePropertyDefinitionPayload {
    /// The definition; null if it was not changed.
    pub property_definition: Option<PropertyDefinition>,
    /// With VALUES_DO_NOT_FIT: the first 100 values that do not fit.
    pub conflicts: Vec<PropertyConflict>,
    /// How many values do not fit.
    pub conflict_count: u64,
    /// Why it was not changed.
    pub user_errors: Vec<UserError>,
}

/// What became of the definition.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct DeletePropertyDefinitionPayload {
    /// Whether it is gone, and all of its values with it.
    pub deleted: bool,
    /// Why it is not.
    pub user_errors: Vec<UserError>,
}
