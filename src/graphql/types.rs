//! What the limits need to know about the schema: the type that each field returns, and how many objects. Read once
//! from the text of the schema, because the engine's own registry is private.

use std::collections::{HashMap, HashSet};

use async_graphql_parser::parse_schema;
use async_graphql_parser::types::{BaseType, FieldDefinition, OperationType, Type, TypeKind, TypeSystemDefinition};

/// The types that have fields.
#[derive(Debug, Default)]
pub struct Types {
    query: String,
    mutation: String,
    fields: HashMap<String, HashMap<String, FieldType>>,
}

/// What matters about one field.
#[derive(Debug, PartialEq, Eq)]
pub struct FieldType {
    /// The type that it returns, without lists and exclamation marks.
    pub gives: String,
    /// How many objects it returns.
    pub many: Many,
}

/// How many objects a field returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Many {
    /// One object, or values that are not objects, or a list that is counted with its page.
    One,
    /// A page of a list: it has an argument `first`.
    Page,
    /// As many as its argument `ids` has.
    Ids,
    /// A list whose length the client does not choose, with a typical length.
    About(u64),
}

impl Types {
    /// Reads the schema definition language.
    pub fn read(sdl: &str) -> Result<Self, async_graphql_parser::Error> {
        let mut types = Self { query: "Query".to_owned(), mutation: "Mutation".to_owned(), fields: HashMap::new() };
        let definitions = parse_schema(sdl)?.definitions;
        let objects = definitions.iter().filter_map(object).collect::<HashSet<_>>();
        for definition in definitions {
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
                    let fields = fields.into_iter().map(|field| read_field(field.node, &objects)).collect();
                    types.fields.insert(one.node.name.node.to_string(), fields);
                }
                TypeSystemDefinition::Directive(_) => {}
            }
        }
        Ok(types)
    }

    /// The root type of an operation.
    pub fn root(&self, kind: OperationType) -> &str {
        if kind == OperationType::Mutation { &self.mutation } else { &self.query }
    }

    /// A field of a type.
    pub fn field(&self, parent: &str, name: &str) -> Option<&FieldType> {
        self.fields.get(parent)?.get(name)
    }
}

/// The name of the type, if it is an object type.
fn object(definition: &TypeSystemDefinition) -> Option<String> {
    let TypeSystemDefinition::Type(one) = definition else { return None };
    let is_object = matches!(one.node.kind, TypeKind::Object(_) | TypeKind::Interface(_) | TypeKind::Union(_));
    is_object.then(|| one.node.name.node.to_string())
}

fn read_field(field: FieldDefinition, objects: &HashSet<String>) -> (String, FieldType) {
    let name = field.name.node.to_string();
    let has = |wanted: &str| field.arguments.iter().any(|argument| argument.node.name.node == wanted);
    let gives = innermost(&field.ty.node).to_owned();
    let is_list = matches!(field.ty.node.base, BaseType::List(_));
    let many = match name.as_str() {
        _ if has("first") => Many::Page,
        _ if has("ids") => Many::Ids,
        // Counted with the page that holds them.
        "edges" => Many::One,
        _ if !is_list || !objects.contains(&gives) => Many::One,
        "paths" => Many::About(50),
        "misses" => Many::About(10),
        // One for each item that a mutation takes.
        "results" => Many::About(500),
        _ => Many::About(8),
    };
    (name, FieldType { gives, many })
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
        assert_eq!(types.field("Reseller", "clients").unwrap().many, Many::Page);
        assert!(types.field("Reseller", "nothing").is_none());
    }

    #[test]
    fn the_schema_of_this_server_can_be_read() {
        let types = Types::read(crate::graphql::sdl()).unwrap();
        assert_eq!(types.field("Query", "organisation").unwrap().gives, "Organisation");
        let many = |parent, name| types.field(parent, name).unwrap().many;
        assert_eq!(many("Query", "nodes"), Many::Ids);
        assert_eq!(many("Query", "organisation"), Many::One);
        assert_eq!(many("OrganisationConnection", "edges"), Many::One);
        assert_eq!(many("AccessExplanation", "paths"), Many::About(50));
        assert_eq!(many("AccessExplanation", "misses"), Many::About(10));
        assert_eq!(many("Descendant", "path"), Many::About(8));
        assert_eq!(many("Organisation", "viewerPermissions"), Many::One);
    }
}
