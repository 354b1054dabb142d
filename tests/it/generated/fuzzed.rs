//! Random documents, variables, ids and tokens: every error has a code, and none is a fault.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use tenantry::base::id::Type;

use crate::generated::schema::Schema;
use crate::world::*;

/// The number of random cases.
const CASES: usize = 300;

fn one<S: Strategy>(runner: &mut TestRunner, strategy: &S) -> S::Value {
    strategy.new_tree(runner).unwrap().current()
}

#[track_caller]
fn is_no_fault(answer: &Answer) {
    for error in answer.errors() {
        let code = error["extensions"]["code"].as_str();
        assert!(code.is_some_and(|code| code != "INTERNAL"), "{}", answer.text);
    }
}

/// Words of the language and of this schema, in random order.
fn any_document() -> impl Strategy<Value = String> {
    let schema = Schema::exported();
    let mut words: Vec<String> = schema.fields().map(|field| field.name().to_owned()).collect();
    words.extend(schema.types().map(|definition| definition.name.node.to_string()));
    let signs = [
        "{",
        "}",
        "{",
        "}",
        "(",
        ")",
        ":",
        "...",
        "...on",
        "!",
        "$",
        "@",
        "@skip(if: true)",
        "@include(if: $a)",
        "[",
        "]",
        "\"",
        "\"\"\"",
        "query",
        "mutation",
        "fragment",
        "F",
        "...F",
        "first:",
        "1",
        "-1",
        "99999999999999999999",
        "1.5e999",
        "null",
        "true",
        "id:",
        "\"organisation_01h455vb4pex5vsknk084sn02q\"",
        "__typename",
        "__schema",
        "#",
        ",",
        "\u{0}",
        "å",
        "\u{feff}",
    ];
    words.extend(signs.iter().cycle().take(words.len() * 2).map(|sign| (*sign).to_owned()));
    vec(select(words), 0..40).prop_map(|words| words.join(" "))
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
        Just(Value::from("\u{0}")),
        Just(Value::from(Type::Organisation.id(HUB.id()).0)),
        select(vec!["OPEN", "ASC", "NAME", "INVOICE_READ", "ACTIVE"]).prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(
                select(vec!["first", "field", "direction", "state", "partnershipState", "kind", "x"]),
                inner,
                0..4
            )
            .prop_map(|fields| Value::Object(
                fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
            )),
        ]
    })
}

#[test]
fn no_document_causes_a_fault() {
    with_database(async |world| {
        let (mut runner, documents, texts) = (any_values(), any_document(), "\\PC{0,60}");
        for _ in 0..CASES {
            for document in [one(&mut runner, &documents), one(&mut runner, &texts)] {
                is_no_fault(&world.as_(HUB.owner).run(&document, json!({})).await);
            }
        }
    });
}

#[test]
fn no_variable_causes_a_fault() {
    let query = "query($id: ID!, $first: Int, $after: String, $filter: ClientFilter, $order: ClientOrder, $may: Permission!) { \
         reseller(id: $id) { clients(first: $first, after: $after, filter: $filter, orderBy: $order) { totalCount \
         edges { node { viewerCan(permission: $may) invoices(first: $first) { edges { cursor } } } } } \
         descendants(first: $first, maxDepth: $first) { totalCount } } \
         explainAccess(organisationId: $id, permission: $may) { granted } }";
    with_database(async |world| {
        let (mut runner, values) = (any_values(), any_json());
        for number in 0..CASES {
            let mut variables = json!({
                "id": Type::Organisation.id(HUB.id()).0, "first": 2, "after": null, "filter": null, "order": null,
                "may": "CLIENT_READ"
            });
            if number == 0 {
                world.as_(HUB.owner).run(query, variables.clone()).await.ok();
            }
            let name = one(&mut runner, &select(vec!["id", "first", "after", "filter", "order", "may"]));
            variables[name] = one(&mut runner, &values);
            is_no_fault(&world.as_(HUB.owner).run(query, variables).await);
        }
    });
}

#[test]
fn no_invented_token_causes_a_fault_or_is_accepted() {
    with_database(async |world| {
        let (mut runner, tokens) = (any_values(), "[!-~]{1,80}");
        let keys = "tenantry_key_[!-~]{0,60}";
        for _ in 0..CASES {
            for token in [one(&mut runner, &tokens), one(&mut runner, &keys)] {
                let answer = world.send_as(Some(&token), "{ permissionCatalogue { permission } }", json!({})).await;
                assert_eq!(answer.codes(), ["UNAUTHENTICATED"], "{token}");
            }
        }
    });
}
