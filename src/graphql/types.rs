//! What the limits need to know about the schema: the type that each field returns, and how many objects. Made from the
//! schema that documents are validated against, because the engine's own registry is private.

use std::collections::HashMap;

use apollo_compiler::Schema;
use apollo_compiler::ast::{FieldDefinition, OperationType as Root};
use apollo_compiler::schema::ExtendedType;
use async_graphql_parser::types::OperationType;

/// The types that have fields.
#[derive(Debug, Default)]
pub struct Types {
    query: String,
    mutation: String,
    subscription: String,
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
    /// The types of a schema.
    pub fn of(schema: &Schema) -> Self {
        let root =
            |kind, usual: &str| schema.root_operation(kind).map_or_else(|| usual.to_owned(), ToString::to_string);
        let (query, mutation) = (root(Root::Query, "Query"), root(Root::Mutation, "Mutation"));
        let subscription = root(Root::Subscription, "Streams");
        let own = schema.types.iter().filter(|(_, one)| !one.is_built_in());
        let fields = own.filter_map(|(name, one)| {
            let fields = match one {
                ExtendedType::Object(object) => &object.fields,
                ExtendedType::Interface(interface) => &interface.fields,
                _ => return None,
            };
            Some((name.to_string(), fields.values().map(|field| read_field(schema, field)).collect()))
        });
        Self { query, mutation, subscription, fields: fields.collect() }
    }

    /// The root type of an operation.
    pub fn root(&self, kind: OperationType) -> &str {
        match kind {
            OperationType::Query => &self.query,
            OperationType::Mutation => &self.mutation,
            OperationType::Subscription => &self.subscription,
        }
    }

    /// A field of a type.
    pub fn field(&self, parent: &str, name: &str) -> Option<&FieldType> {
        self.fields.get(parent)?.get(name)
    }
}

fn read_field(schema: &Schema, field: &FieldDefinition) -> (String, FieldType) {
    let has = |wanted: &str| field.arguments.iter().any(|argument| argument.name == wanted);
    let gives = field.ty.inner_named_type();
    let is_object = matches!(
        schema.types.get(gives),
        Some(ExtendedType::Object(_) | ExtendedType::Interface(_) | ExtendedType::Union(_))
    );
    let many = match field.name.as_str() {
        _ if has("first") => Many::Page,
        _ if has("ids") => Many::Ids,
        // Counted with the page that holds them.
        "edges" => Many::One,
        _ if !field.ty.is_list() || !is_object => Many::One,
        "paths" => Many::About(50),
        "misses" => Many::About(10),
        // One for each item that a mutation takes.
        "results" => Many::About(500),
        _ => Many::About(8),
    };
    (field.name.to_string(), FieldType { gives: gives.to_string(), many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_and_types_are_read_from_the_schema() {
        let schema = Schema::parse(
            "\"Root.\" type Query { reseller(id: ID!): [Reseller!]! } \
             type Reseller { clients(first: Int, after: String): ClientConnection! }",
            "schema",
        )
        .unwrap();
        let types = Types::of(&schema);
        let root = types.root(OperationType::Query);
        assert_eq!(types.field(root, "reseller").unwrap().gives, "Reseller");
        assert_eq!(types.field("Reseller", "clients").unwrap().many, Many::Page);
        assert!(types.field("Reseller", "nothing").is_none());
    }

    #[test]
    fn the_schema_of_this_server_can_be_read() {
        let types = Types::of(&Schema::parse(crate::graphql::sdl(), "schema").unwrap());
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
