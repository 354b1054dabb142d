//! Every field states its rule, and everything in the schema has a description.

use async_graphql::parser::types::TypeKind;
use tenantry::access::Permission;

use crate::generated::schema::{Schema, has, rules};

/// Types that the engine adds.
const FOREIGN: [&str; 2] = ["DateTime", "NaiveDate"];

#[test]
fn every_field_has_a_rule() {
    let schema = Schema::exported();
    let mut without = Vec::new();
    for field in schema.fields() {
        let on_type = &schema.type_(field.owner).directives;
        let own = [field.has("public"), field.has("authenticated"), !field.rules().is_empty()];
        match own.iter().filter(|is| **is).count() {
            0 if has(on_type, "public") => {}
            1 => {}
            _ => without.push(field.coordinate()),
        }
    }
    assert_eq!(without, Vec::<String>::new(), "these fields have no rule, or several of different kinds");
    assert!(schema.fields().filter(|field| !field.rules().is_empty()).count() > 10, "the rules were not read");
}

#[test]
fn a_field_that_may_be_refused_is_nullable() {
    let schema = Schema::exported();
    let refusable = schema.fields().filter(|field| field.has("authenticated") || !field.rules().is_empty());
    let wrong: Vec<String> = refusable.filter(|field| !field.is_nullable()).map(|field| field.coordinate()).collect();
    assert_eq!(wrong, Vec::<String>::new(), "a refusal of these would make their parents null");
}

#[test]
fn every_object_with_an_id_says_who_sees_it() {
    let schema = Schema::exported();
    let nodes = schema.types().filter(|definition| schema.is_node(&definition.name.node));
    let without =
        nodes.filter(|definition| rules(&definition.directives).is_empty() && !has(&definition.directives, "own"));
    let without: Vec<&str> = without.map(|definition| definition.name.node.as_str()).collect();
    assert_eq!(without, Vec::<&str>::new());
}

#[test]
fn permissions_have_the_names_of_the_enum_in_every_text_of_the_schema() {
    let schema = tenantry::graphql::sdl();
    let others: Vec<String> = Permission::ALL
        .iter()
        .map(|permission| permission.text())
        .filter(|name| schema.contains(name.as_str()))
        .collect();
    assert_eq!(others, Vec::<String>::new());
}

#[test]
fn everything_in_the_schema_has_a_description() {
    let schema = Schema::exported();
    let mut without = Vec::new();
    let mut check = |coordinate: String, has_description: bool| {
        if !has_description {
            without.push(coordinate);
        }
    };
    for definition in schema.types() {
        let name = definition.name.node.as_str();
        let has_description = |text: &Option<async_graphql::Positioned<String>>| {
            text.as_ref().is_some_and(|text| !text.node.trim().is_empty())
        };
        check(name.to_owned(), has_description(&definition.description));
        let fields = match &definition.kind {
            TypeKind::Object(object) => object.fields.as_slice(),
            TypeKind::Interface(interface) => interface.fields.as_slice(),
            TypeKind::Enum(values) => {
                for value in &values.values {
                    check(format!("{name}.{}", value.node.value), has_description(&value.node.description));
                }
                continue;
            }
            TypeKind::InputObject(input) => {
                for field in &input.fields {
                    check(format!("{name}.{}", field.node.name), has_description(&field.node.description));
                }
                continue;
            }
            TypeKind::Scalar | TypeKind::Union(_) => continue,
        };
        for field in fields {
            check(format!("{name}.{}", field.node.name), has_description(&field.node.description));
            for argument in &field.node.arguments {
                let coordinate = format!("{name}.{}({})", field.node.name, argument.node.name);
                check(coordinate, has_description(&argument.node.description));
            }
        }
    }
    assert_eq!(without, Vec::<String>::new());
    assert!(FOREIGN.iter().all(|name| schema.types().any(|definition| definition.name.node == *name)));
}
