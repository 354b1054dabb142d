//! What limits need to know of the schema: the type that each field gives, and which fields give a page. Read once, from
//! the text of the schema, because the engine keeps its own registry to itself.

use std::collections::HashMap;

use async_graphql_parser::parse_schema;
use async_graphql_parser::types::{BaseType, FieldDefinition, OperationType, Type, TypeKind, TypeSystemDefinition};

/// The types that have fields.
#[derive(Debug, Default)]
pub struct Types {
    query: String,
    mutation: String,
    fields: HashMap<String, HashMap<String, FieldType>>,
}

/// What matters of one field.
#[derive(Debug, PartialEq, Eq)]
pub struct FieldType {
    /// The type that it gives, without lists and exclamation marks.
    pub gives: String,
    /// Whether it gives a page of a list: it has an argument `first`.
    pub is_page: bool,
}

impl Types {
    /// Reads the schema definition language.
    pub fn read(sdl: &str) -> Result<Self, async_graphql_parser::Error> {
        let mut types = Self { query: "Query".to_owned(), mutation: "Mutation".to_owned(), fields: HashMap::new() };
        for definition in parse_schema(sdl)?.definitions {
            match definition {
                TypeSystemDefinition::Schema(schema) => {
                    let roots = schema.node;
                    types.query = roots.query.map_or(types.query, |name| name.node.to_string());
                    types.mutation = roots.mutation.map_or(types.mutation, |name| name.node.to_string());
                }
                TypeSystemDefinition::Type(one) => {
                    let fields = match one.node.kind {
                        TypeKind::Object(object) => object.fields,
                        TypeKind::Interface(interface) => interface.fields,
                        _ => continue,
                    };
                    let fields = fields.into_iter().map(|field| read_field(field.node)).collect();
                    types.fields.insert(one.node.name.node.to_string(), fields);
                }
                TypeSystemDefinition::Directive(_) => {}
            }
        }
        Ok(types)
    }

    /// The type at the root of an operation.
    pub fn root(&self, kind: OperationType) -> &str {
        if kind == OperationType::Mutation { &self.mutation } else { &self.query }
    }

    /// The field of a type.
    pub fn field(&self, parent: &str, name: &str) -> Option<&FieldType> {
        self.fields.get(parent)?.get(name)
    }
}

fn read_field(field: FieldDefinition) -> (String, FieldType) {
    let is_page = field.arguments.iter().any(|argument| argument.node.name.node == "first");
    (field.name.node.to_string(), FieldType { gives: innermost(&field.ty.node).to_owned(), is_page })
}

fn innermost(written: &Type) -> &str {
    match &written.base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => innermost(inner),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_and_types_are_read_from_the_schema() {
        let types = Types::read(
            "\"Root.\" type Query { reseller(id: ID!): [Reseller!]! } \
             type Reseller { clients(first: Int, after: String): ClientConnection! }",
        )
        .unwrap();
        let root = types.root(OperationType::Query);
        assert_eq!(types.field(root, "reseller").unwrap().gives, "Reseller");
        assert!(types.field("Reseller", "clients").unwrap().is_page);
        assert!(types.field("Reseller", "nothing").is_none());
    }

    #[test]
    fn the_schema_of_this_server_can_be_read() {
        let types = Types::read(&crate::graphql::sdl()).unwrap();
        assert_eq!(types.field("Query", "organisation").unwrap().gives, "Organisation");
    }
}
