//! What is refused, by which words and where. Each line is a rule of the specification.

use async_graphql::{Value, value};

use super::*;

const SCHEMA: &str = r#"
    directive @requires(permission: String!) on FIELD_DEFINITION
    directive @oneOf on INPUT_OBJECT
    directive @specifiedBy(url: String!) on SCALAR
    scalar DateTime @specifiedBy(url: "https://www.rfc-editor.org/rfc/rfc3339")
    enum Order { ASC DESC }
    input Choice @oneOf { id: ID name: String }
    input Filter { at: DateTime from: Int! = 1 to: Int! tags: [String!] choice: Choice inner: Filter }
    interface Node { id: ID! }
    type A implements Node { id: ID! b: Int }
    type Query {
        node: Node
        a(n: Int, must: Int!, size: Int! = 20): A @requires(permission: "X")
        list(order: Order, filter: Filter, at: DateTime, ids: [ID!], choice: Choice): [A]
    }
    type Mutation { set(at: DateTime!): Int }
    schema { query: Query mutation: Mutation }
"#;

fn rules() -> Rules {
    Rules::read(SCHEMA)
}

/// The messages, each with its place.
fn mistakes(text: &str) -> Vec<String> {
    let errors = rules().check(text).err().unwrap_or_default();
    errors
        .iter()
        .map(|error| format!("{}:{} {}", error.locations[0].line, error.locations[0].column, error.message))
        .collect()
}

#[test]
fn what_is_valid_passes() {
    for text in [
        "{ a(must: 1) { id } }",
        "query($n: Int = 3, $o: Order!) { a(must: $n) { b } list(order: $o) { __typename } }",
        "query($n: Int) { list(filter: {to: 2, from: $n}) { id } }",
        "query($a: DateTime) { list(at: $a) { id ... on Node @include(if: true) { id } } }",
        "{ list(at: \"2026-11-22T10:00:00Z\", ids: 7, choice: {id: 1}, filter: {to: 1, tags: \"x\"}) { id } }",
        "query($id: ID!) { list(choice: {id: $id}, ids: [$id]) { id } }",
        "mutation { set(at: \"2026-11-22T10:00:00Z\") }",
        "query A { a(must: 1) { ...F } } query B { a(must: 1) { ...F } } fragment F on A { id }",
        "{ __schema { types { name isOneOf } } __type(name: \"A\") { name } }",
    ] {
        assert_eq!(mistakes(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn what_is_not_valid_is_refused_where_it_stands() {
    for (text, place) in [
        ("{ nothing }", "1:3"),
        ("{ a(must: 1) }", "1:3"),
        ("{ a { id } }", "1:3"),
        ("{ a(must: 1,\n  other: 2) { id } }", "2:3"),
        ("{ a(must: \"1\") { id } }", "1:11"),
        ("{ a(must: 2147483648) { id } }", "1:11"),
        ("{ a(must: 1.5) { id } }", "1:11"),
        ("{ list(order: \"ASC\") { id } }", "1:15"),
        ("{ list(order: UP) { id } }", "1:15"),
        ("{ list(at: \"yesterday\") { id } }", "1:12"),
        ("{ list(at: 5) { id } }", "1:12"),
        ("{ list(at: NOW) { id } }", "1:12"),
        ("{ list(ids: 99999999999999999999) { id } }", "1:13"),
        ("{ list(filter: {to: 1, to: 2}) { id } }", "1:28"),
        ("{ list(filter: {inner: {to: 1, at: \"x\"}, to: 1}) { id } }", "1:36"),
        ("{ list(choice: {}) { id } }", "1:16"),
        ("{ list(choice: {id: 1, name: \"x\"}) { id } }", "1:16"),
        ("{ list(choice: {id: null}) { id } }", "1:16"),
        ("query($id: ID) { list(choice: {id: $id}) { id } }", "1:31"),
        ("query($n: String) { a(must: $n) { id } }", "1:23"),
        ("query($n: Int) { a(must: $n) { id } }", "1:20"),
        ("query($n: Int = null) { a(must: $n) { id } }", "1:33"),
        ("query($n: Int) { list(filter: {to: $n}) { id } }", "1:36"),
        ("query($id: ID) { list(ids: [$id]) { id } }", "1:29"),
        ("query($at: DateTime = \"x\") { list(at: $at) { id } }", "1:23"),
        ("query($n: Int = \"x\") { a(n: $n, must: 1) { id } }", "1:17"),
        ("query($n: Int) { a(must: 1) { id } }", "1:7"),
        ("{ a(must: $n) { id } }", "1:11"),
        ("{ a(must: 1) { __typename @nothing } }", "1:27"),
        ("{ a(must: 1) { __typename @requires(permission: \"X\") } }", "1:27"),
        ("{ a(must: 1) { id @skip(if: true) @skip(if: false) } }", "1:35"),
        ("{ a(must: 1) { id @skip } }", "1:19"),
        ("{ a(must: 1) { id ... on Query { node { id } } } }", "1:19"),
        ("{ x: a(must: 1) { id } x: a(must: 2) { id } }", "1:24"),
        ("{ node { ...F } } fragment F on A { b { c } }", "1:37"),
        ("# 😀\n{ list(at: \"😀\", order: UP) { id } }", "2:24"),
        ("{ node { id } }\r\n query B { nothing }", "1:1"),
    ] {
        let found = mistakes(text);
        assert!(found.iter().any(|mistake| mistake.starts_with(&format!("{place} "))), "{text}: {found:?}");
        for mistake in found {
            let sentence = mistake.split_once(' ').unwrap().1;
            let is_sentence = sentence.ends_with('.') && sentence.starts_with(char::is_uppercase);
            assert!(is_sentence || sentence.starts_with('`'), "{mistake}");
        }
    }
}

#[test]
fn a_fragment_of_several_operations_is_reported_once() {
    let text =
        "query A { list { ...F } } query B { list { ...F } } fragment F on A { id } query C { list(at: 1) { id } }";
    assert_eq!(mistakes(text).len(), 1);
    let many = format!("{{ {} }}", (0..30).fold(String::new(), |all, n| format!("{all} a{n}: list(at: {n}) {{ id }}")));
    assert_eq!(mistakes(&many).len(), MISTAKES);
}

/// What is wrong with the variables of `query(…)`.
fn refused(variables: &str, given: Value) -> String {
    let uses = variables.split('$').skip(1).map(|rest| rest.split(':').next().unwrap());
    let arguments: Vec<String> = uses.map(|name| format!("{name}: ${name}")).collect();
    let field = if variables.contains("must") { "a" } else { "list" };
    let text = format!("query({variables}) {{ {field}({}) {{ id }} }}", arguments.join(", "));
    let rules = rules();
    let checked = rules.check(&text).unwrap();
    match rules.check_variables(&checked, None, &Variables::from_value(given)) {
        Ok(()) => String::new(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn variables_are_coerced_as_the_specification_says() {
    for given in [
        value!({ "order": "ASC", "ids": ["a", 7], "at": "2026-11-22T10:00:00Z" }),
        value!({ "order": null, "ids": "a", "more": [{}] }),
        value!({ "filter": { "to": 2_147_483_647, "tags": "x", "choice": { "name": "x" } } }),
    ] {
        let variables = "$order: Order, $ids: [ID!], $at: DateTime, $filter: Filter";
        assert_eq!(refused(variables, given.clone()), "", "{given}");
    }
    assert_eq!(refused("$must: Int! = 5", value!({})), "");
    assert_eq!(refused("$must: Int = 5", value!({})), "");
}

#[test]
fn variables_that_do_not_fit_are_named_with_the_way_to_the_value() {
    for (variables, given, message) in [
        ("$must: Int!", value!({}), "The variable $must (Int!) is missing."),
        ("$must: Int!", value!({ "must": null }), "The variable $must (Int!) must not be null."),
        ("$must: Int = 5", value!({ "must": null }), "The variable $must (Int) must not be null."),
        ("$must: Int!", value!({ "must": "1" }), "The variable $must must be a whole number."),
        (
            "$must: Int!",
            value!({ "must": 1.5 }),
            "The variable $must must be a whole number from -2147483648 to 2147483647.",
        ),
        (
            "$must: Int!",
            value!({ "must": 2_147_483_648_i64 }),
            "The variable $must must be a whole number from -2147483648 to 2147483647.",
        ),
        ("$order: Order", value!({ "order": "UP" }), "The variable $order must be a value of Order."),
        ("$order: Order", value!({ "order": ["ASC"] }), "The variable $order must be a value of Order."),
        ("$ids: [ID!]", value!({ "ids": ["a", null] }), "The variable $ids[1] must not be null."),
        ("$ids: [ID!]", value!({ "ids": [true] }), "The variable $ids[0] must be an id, as a string."),
        (
            "$at: DateTime",
            value!({ "at": "2026-11-22" }),
            "The variable $at must be a point in time in the years 1 to 9999, for example \"2026-11-22T10:00:00Z\".",
        ),
        ("$filter: Filter", value!({ "filter": {} }), "The variable $filter.to (Int!) is missing."),
        (
            "$filter: Filter",
            value!({ "filter": 7 }),
            "The variable $filter must be an object with the fields of Filter.",
        ),
        (
            "$filter: Filter",
            value!({ "filter": { "to": 1, "x": 1 } }),
            "The variable $filter has a field x, which Filter does not have.",
        ),
        (
            "$filter: Filter",
            value!({ "filter": { "to": 1, "inner": { "to": 1, "tags": ["a", 5] } } }),
            "The variable $filter.inner.tags[1] must be a string.",
        ),
        (
            "$choice: Choice",
            value!({ "choice": { "id": "x", "name": null } }),
            "The variable $choice must have exactly one field of Choice, and that must not be null.",
        ),
    ] {
        assert_eq!(refused(variables, given.clone()), message, "{given}");
    }
}

#[test]
fn arguments_whose_default_a_variable_may_leave_out_are_known() {
    let checked = rules().check("query($n: Int, $m: Int) { a(must: 1, size: $n, n: $m) { id } }").unwrap();
    assert_eq!(checked.with_default, HashSet::from(["n".to_owned()]));
}

#[test]
fn the_schema_of_this_server_is_valid() {
    assert!(Schema::parse_and_validate(crate::graphql::sdl(), "schema.graphql").is_ok());
    assert!(Rules::of_server().check("{ viewer { name } }").is_ok());
}
