//! The schema file is up to date, and introspection says the same.

use std::collections::BTreeMap;
use std::fs;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    FieldDefinition, InputValueDefinition, TypeDefinition, TypeKind, TypeSystemDefinition,
};
use async_graphql::{Name, Positioned};
use serde_json::{Value, json};

use crate::world::*;

#[test]
fn the_schema_file_is_what_the_code_exports() {
    let file = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/schema.graphql")).unwrap();
    let exported = tenantry::graphql::sdl();
    let differs = file.lines().zip(exported.lines()).position(|(file, code)| file != code);
    assert!(
        file == exported,
        "schema.graphql is not what the code exports (from line {}): run `cargo run -- schema > schema.graphql`",
        differs.map_or_else(|| "the end".to_owned(), |line| (line + 1).to_string())
    );
}

/// Everything that a schema says: each thing by its name, and what is said of it.
type Said = BTreeMap<String, String>;

#[test]
fn introspection_says_what_the_schema_file_says() {
    let query = "query { __schema { queryType { name } mutationType { name } types { ...FullType } directives { name description \
        isRepeatable locations args { ...Input } } } } fragment FullType on __Type { kind name description specifiedByURL \
        isOneOf fields(includeDeprecated: true) { name description args { ...Input } type { ...TypeRef } isDeprecated } \
        inputFields { ...Input } interfaces { name } enumValues(includeDeprecated: true) { name description isDeprecated } \
        possibleTypes { name } } fragment Input on __InputValue { name description type { ...TypeRef } defaultValue } \
        fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name \
        } } } } }";
    with_database(async |world| {
        let answer = world.as_(NOBODY).run(query, json!({})).await;
        let (mut written, mut introspected) = (written(), introspected(answer.at("__schema")));
        // The specification lets a schema leave out its own directives where it does not use them.
        for said in [&mut written, &mut introspected] {
            said.retain(|name, _| !name.starts_with("@deprecated"));
        }
        let differs: Vec<_> = written.iter().filter(|(name, said)| introspected.get(*name) != Some(*said)).collect();
        let unwritten: Vec<_> = introspected.keys().filter(|name| !written.contains_key(*name)).collect();
        let first = differs.first().and_then(|(name, _)| introspected.get(*name));
        assert!(differs.is_empty() && unwritten.is_empty(), "{differs:#?}\nintrospected: {first:?}\n{unwritten:#?}");
        assert!(written.len() > 1_000);
    });
}

#[test]
fn every_scalar_says_where_it_is_specified_and_every_directive_is_used() {
    let sdl = tenantry::graphql::sdl();
    for line in sdl.lines().filter(|line| line.starts_with("scalar ")) {
        assert!(line.contains(" @specifiedBy(url: \"https://"), "{line}");
    }
    for line in sdl.lines().filter_map(|line| line.strip_prefix("directive @")) {
        let name = line.split(|letter: char| !letter.is_alphanumeric()).next().unwrap();
        let is_of_documents = ["skip", "include"].contains(&name);
        // Where it is defined, and at least once where it is used.
        assert!(is_of_documents || sdl.matches(&format!(" @{name}")).count() > 1, "{name} is not used");
    }
}

/// What the text of the schema says.
fn written() -> Said {
    let mut said = Said::new();
    for definition in parse_schema(tenantry::graphql::sdl()).unwrap().definitions {
        match definition {
            TypeSystemDefinition::Type(one) => write_type(&one.node, &mut said),
            TypeSystemDefinition::Directive(one) => {
                let name = format!("@{}", one.node.name.node);
                let mut places: Vec<_> =
                    one.node.locations.iter().map(|place| format!("{:?}", place.node).to_uppercase()).collect();
                places.sort();
                let text = format!("{} {} {places:?}", text(one.node.description.as_ref()), is_repeatable(&name));
                said.insert(name.clone(), text.replace('_', ""));
                write_inputs(&name, &one.node.arguments, &mut said);
            }
            TypeSystemDefinition::Schema(schema) => {
                let name = |root: Option<Positioned<Name>>| root.map(|name| name.node.to_string());
                said.insert(
                    "schema".to_owned(),
                    format!("{:?} {:?}", name(schema.node.query), name(schema.node.mutation)),
                );
            }
        }
    }
    said
}

/// Whether the text of the schema says that a directive may be repeated. (The parser of the engine says so of all.)
fn is_repeatable(directive: &str) -> bool {
    let (_, rest) = tenantry::graphql::sdl().split_once(&format!("\ndirective {directive}")).unwrap();
    let definition = rest.split("\n\n").next().unwrap().split("\ndirective ").next().unwrap();
    definition.contains(" repeatable on ")
}

fn text(description: Option<&Positioned<String>>) -> String {
    description.map(|text| text.node.clone()).unwrap_or_default()
}

fn write_type(one: &TypeDefinition, said: &mut Said) {
    let name = one.name.node.as_str();
    let names = |names: &[Positioned<Name>]| {
        let mut names: Vec<_> = names.iter().map(|name| name.node.to_string()).collect();
        names.sort();
        names
    };
    let (kind, related) = match &one.kind {
        TypeKind::Scalar => ("SCALAR", Vec::new()),
        TypeKind::Object(object) => ("OBJECT", names(&object.implements)),
        TypeKind::Interface(interface) => ("INTERFACE", names(&interface.implements)),
        TypeKind::Union(union) => ("UNION", names(&union.members)),
        TypeKind::Enum(_) => ("ENUM", Vec::new()),
        TypeKind::InputObject(_) => ("INPUT_OBJECT", Vec::new()),
    };
    let has = |wanted: &str| one.directives.iter().find(|directive| directive.node.name.node == wanted);
    let url = has("specifiedBy").map(|directive| directive.node.arguments[0].1.node.clone().into_json().unwrap());
    let about = text(one.description.as_ref());
    said.insert(name.to_owned(), format!("{kind} {about} {related:?} {:?} {}", url, has("oneOf").is_some()));
    match &one.kind {
        TypeKind::Object(object) => write_fields(name, &object.fields, said),
        TypeKind::Interface(interface) => write_fields(name, &interface.fields, said),
        TypeKind::InputObject(input) => write_inputs(name, &input.fields, said),
        TypeKind::Enum(choices) => {
            for choice in &choices.values {
                let is_deprecated = choice.node.directives.iter().any(|one| one.node.name.node == "deprecated");
                let about = text(choice.node.description.as_ref());
                said.insert(format!("{name}.{}", choice.node.value.node), format!("{about} {is_deprecated}"));
            }
        }
        TypeKind::Scalar | TypeKind::Union(_) => {}
    }
}

fn write_fields(owner: &str, fields: &[Positioned<FieldDefinition>], said: &mut Said) {
    for field in fields {
        let name = format!("{owner}.{}", field.node.name.node);
        let is_deprecated = field.node.directives.iter().any(|one| one.node.name.node == "deprecated");
        let about = text(field.node.description.as_ref());
        said.insert(name.clone(), format!("{} {about} {is_deprecated}", field.node.ty.node));
        write_inputs(&name, &field.node.arguments, said);
    }
}

fn write_inputs(owner: &str, inputs: &[Positioned<InputValueDefinition>], said: &mut Said) {
    for input in inputs {
        let default = input.node.default_value.as_ref().map(|value| value.node.to_string());
        let about = text(input.node.description.as_ref());
        said.insert(
            format!("{owner}({})", input.node.name.node),
            format!("{} {about} {default:?}", input.node.ty.node),
        );
    }
}

/// What introspection says.
fn introspected(schema: &Value) -> Said {
    let mut said = Said::new();
    let roots = ["queryType", "mutationType"].map(|root| schema[root]["name"].as_str().map(str::to_owned));
    said.insert("schema".to_owned(), format!("{:?} {:?}", roots[0], roots[1]));
    let built_in = ["Int", "Float", "String", "Boolean", "ID"];
    for one in list(&schema["types"]) {
        let name = string(&one["name"]);
        if name.starts_with("__") || built_in.contains(&name.as_str()) {
            continue;
        }
        let kind = string(&one["kind"]);
        let related = if kind == "UNION" { &one["possibleTypes"] } else { &one["interfaces"] };
        let mut related: Vec<_> = list(related).iter().map(|one| string(&one["name"])).collect();
        related.sort();
        let (about, url) = (string(&one["description"]), one["specifiedByURL"].as_str().map(Value::from));
        let is_one_of = one["isOneOf"] == true;
        said.insert(name.clone(), format!("{kind} {about} {related:?} {url:?} {is_one_of}"));
        for field in list(&one["fields"]) {
            let place = format!("{name}.{}", string(&field["name"]));
            let about = string(&field["description"]);
            said.insert(place.clone(), format!("{} {about} {}", type_of(&field["type"]), field["isDeprecated"]));
            introspect_inputs(&place, &field["args"], &mut said);
        }
        introspect_inputs(&name, &one["inputFields"], &mut said);
        for choice in list(&one["enumValues"]) {
            let place = format!("{name}.{}", string(&choice["name"]));
            said.insert(place, format!("{} {}", string(&choice["description"]), choice["isDeprecated"]));
        }
    }
    for directive in list(&schema["directives"]) {
        let name = format!("@{}", string(&directive["name"]));
        let mut places: Vec<_> =
            list(&directive["locations"]).iter().map(|place| string(place).replace('_', "")).collect();
        places.sort();
        let text = format!("{} {} {places:?}", string(&directive["description"]), directive["isRepeatable"]);
        said.insert(name.clone(), text.replace('_', ""));
        introspect_inputs(&name, &directive["args"], &mut said);
    }
    said
}

fn introspect_inputs(owner: &str, inputs: &Value, said: &mut Said) {
    for input in list(inputs) {
        let default = input["defaultValue"].as_str();
        let about = string(&input["description"]);
        said.insert(
            format!("{owner}({})", string(&input["name"])),
            format!("{} {about} {default:?}", type_of(&input["type"])),
        );
    }
}

fn type_of(written: &Value) -> String {
    match written["kind"].as_str() {
        Some("NON_NULL") => format!("{}!", type_of(&written["ofType"])),
        Some("LIST") => format!("[{}]", type_of(&written["ofType"])),
        _ => string(&written["name"]),
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn string(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
