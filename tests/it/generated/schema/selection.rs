//! Selections made from the schema: a single field with as little as is valid, or everything.

use async_graphql::parser::types::TypeKind;

use super::{Field, Schema};
use crate::world::Fixtures;

/// Writes selections.
pub struct Selection<'a> {
    pub schema: &'a Schema,
    pub fixtures: &'a Fixtures,
}

impl Selection<'_> {
    /// A field with only the required arguments and selection.
    pub fn least(&self, field: Field<'_>) -> String {
        let arguments = self.schema.arguments(field, self.fixtures, &[]);
        let inner = if self.is_leaf(field) { "" } else { " { __typename }" };
        format!("{}{arguments}{inner}", field.name())
    }

    /// All fields of an object type to this depth, with lists of the greatest size.
    pub fn all(&self, type_name: &str, depth: usize) -> String {
        let mut selected = vec!["__typename".to_owned()];
        for field in self.schema.fields_of(type_name) {
            if let Some(text) = self.field(field, depth) {
                selected.push(text);
            }
        }
        selected.join(" ")
    }

    /// One field with everything below it.
    pub fn field(&self, field: Field<'_>, depth: usize) -> Option<String> {
        let size = if field.argument("first").is_some() { vec![("first", "100".to_owned())] } else { Vec::new() };
        let arguments = self.schema.arguments(field, self.fixtures, &size);
        // Fields of several members of a union may differ in type, so each gets its own alias.
        let name = format!("{}_{}: {}", field.owner, field.name(), field.name());
        if self.is_leaf(field) {
            return Some(format!("{name}{arguments}"));
        }
        // A connection, its edges and their nodes count as one level.
        let is_list = field.type_name().ends_with("Connection") || field.type_name().ends_with("Edge");
        let depth = if is_list { depth } else { depth.checked_sub(1)? };
        let members = self.schema.members(field.type_name());
        // The objects of an interface are reached by their ids.
        members.first()?;
        let inner: Vec<String> =
            members.iter().map(|member| format!("... on {member} {{ {} }}", self.all(member, depth))).collect();
        Some(format!("{name}{arguments} {{ {} }}", inner.join(" ")))
    }

    fn is_leaf(&self, field: Field<'_>) -> bool {
        let found = self.schema.types().find(|definition| definition.name.node == field.type_name());
        matches!(found.map(|definition| &definition.kind), None | Some(TypeKind::Scalar | TypeKind::Enum(_)))
    }
}
