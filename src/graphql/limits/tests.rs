//! What is counted, and that bombs are refused.

use std::fmt::Write;

use apollo_compiler::Schema;
use async_graphql::{Variables, value};
use async_graphql_parser::parse_query;
use proptest::prelude::*;

use super::super::pages;
use super::*;

const SCHEMA: &str = "
    schema { query: Query mutation: Mutation }
    type Query { nodes(ids: [ID!]!): [Node] reseller(id: ID!): Reseller viewer: Viewer organisation(id: ID!): Organisation }
    type Mutation { rename(name: String!): Organisation }
    type Viewer { name: String email: String activeOrganisation: Organisation
      organisations(first: Int, last: Int): Organisations! }
    type Reseller { organisation: Organisation clients(first: Int, last: Int, orderBy: Order): Clients! }
    type Clients { totalCount: Int edges: [ClientEdge!]! }
    type ClientEdge { node: Organisation partnership: Partnership }
    type Partnership { state: String properties: [Property!]! }
    type Property { key: String value: String }
    interface Node { id: ID! }
    type Organisation implements Node { id: ID! name: String kind: String state: String payer: Organisation
      viewerPermissions: [String!]! members(first: Int, last: Int): Members! reseller: Reseller
      paysFor(first: Int): Organisations! }
    type Organisations { edges: [OrganisationEdge!]! }
    type OrganisationEdge { node: Organisation }
    type Members { edges: [MemberEdge!]! }
    type MemberEdge { node: Member }
    type Member { id: ID! email: String }";

const PARTNER_TREE: &str = "query PartnerTree($id: ID!) { reseller(id: $id) { organisation { name } \
    clients(first: 100) { totalCount edges { partnership { state properties { key value } } \
    node { id name kind state viewerPermissions members(first: 5) { edges { node { email } } } \
    reseller { clients(first: 20) { edges { node { name } } } } } } } } }";

fn types() -> Types {
    Types::of(&Schema::parse(SCHEMA, "schema").unwrap())
}

fn limits() -> Limits {
    crate::base::config::Config::defaults().unwrap().limits
}

fn try_measure(query: &str) -> Result<Pages> {
    measure(&parse_query(query).unwrap(), &types(), &limits())
}

fn nodes(query: &str, variables: Variables) -> u64 {
    let limits = Limits { aliases: u64::MAX, ..limits() };
    let pages = measure(&parse_query(query).unwrap(), &types(), &limits).unwrap();
    pages::count(pages.values().next().unwrap(), &variables)
}

/// The limit that the query exceeds, and its value.
fn broken(query: &str) -> (u64, u64) {
    match try_measure(query) {
        Err(Error::Limited { limit, value, .. }) => (limit, value),
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_object_of_each_page_counts_once() {
    assert_eq!(nodes("{ viewer { name } }", Variables::default()), 0);
    assert_eq!(nodes("{ viewer { organisations { edges { node { id } } } } }", Variables::default()), 20);
    assert_eq!(nodes(PARTNER_TREE, Variables::default()), 100 + 500 + 2000 + 100 * 8);
}

#[test]
fn page_sizes_may_be_variables() {
    let query = "query A($n: Int) { viewer { organisations(last: $n) { edges { node { members(first: 2) { \
        edges { node { id } } } } } } } }";
    assert_eq!(nodes(query, Variables::from_value(value!({"n": 7}))), 7 + 14);
    assert_eq!(nodes(query, Variables::from_value(value!({"n": null}))), 20 + 40);
    assert_eq!(nodes(query, Variables::from_value(value!({"n": u64::MAX}))), u64::MAX);
}

#[test]
fn lists_without_pages_count_too() {
    let inside = "{ ... on Organisation { members(first: 3) { edges { node { id } } } } }";
    let none = Variables::default;
    assert_eq!(nodes(&format!("{{ nodes(ids: [\"a\", \"b\"]) {inside} }}"), none()), 2 + 6);
    let query = format!("query A($ids: [ID!]!) {{ nodes(ids: $ids) {inside} }}");
    assert_eq!(nodes(&query, Variables::from_value(value!({"ids": ["a", "b", "c"]}))), 3 + 9);
    assert_eq!(nodes(&query, none()), 100 + 300);
    let properties = "{ reseller(id: 1) { clients(first: 2) { edges { partnership { properties { key } } } } } }";
    assert_eq!(nodes(properties, none()), 2 + 16);
}

#[test]
fn fragments_count_where_they_are_spread() {
    let query = "query { a: viewer { ...V } viewer { ...V } } \
        fragment V on Viewer { organisations(first: 3) { edges { node { ... { members(first: 2) { edges { node { id \
        } } } } } } } }";
    assert_eq!(nodes(query, Variables::default()), 2 * (3 + 6));
}

#[test]
fn fragments_that_double_are_refused() {
    let mut query = "{ viewer { ...F1 } } ".to_owned();
    for level in 1..23 {
        let _ = write!(query, "fragment F{level} on Viewer {{ ...F{0} ...F{0} }} ", level + 1);
    }
    for end in ["{ __typename }", "{ ...Unknown }"] {
        let (limit, value) = broken(&format!("{query} fragment F23 on Viewer {end}"));
        assert_eq!(limit, 5000);
        assert!(value > 5000);
    }
}

#[test]
fn fragments_in_a_circle_or_out_of_use_are_refused() {
    for query in [
        "{ viewer { ...F } } fragment F on Viewer { name ...F }",
        "{ viewer { ...F } } fragment F on Viewer { ...G } fragment G on Viewer { ...F }",
        "{ viewer { name } } fragment F on Viewer { ...F ...F }",
    ] {
        assert!(matches!(try_measure(query), Err(Error::InvalidInput(_))), "{query}");
    }
}

#[test]
fn a_long_chain_of_fragments_is_refused() {
    let mut query = "{ viewer { ...F0 } } ".to_owned();
    for level in 0..2000 {
        let _ = write!(query, "fragment F{level} on Viewer {{ ...F{} }} ", level + 1);
    }
    assert_eq!(broken(&format!("{query} fragment F2000 on Viewer {{ name }}")), (NESTED, NESTED + 1));
}

#[test]
fn depth_is_counted_in_fields() {
    // viewer, activeOrganisation and this many payers.
    let nested = |payers: usize| {
        let (open, close) = ("... { payer { ".repeat(payers), "} } ".repeat(payers));
        format!("{{ viewer {{ ...V }} }} fragment V on Viewer {{ activeOrganisation {{ {open} id {close} }} }}")
    };
    assert!(try_measure(&nested(12)).is_ok());
    assert_eq!(broken(&nested(13)), (15, 16));
}

#[test]
fn aliases_are_counted_per_field_and_parent() {
    let repeated = |times: usize| (0..times).fold(String::new(), |all, n| format!("{all} a{n}: name"));
    assert!(try_measure(&format!("{{ viewer {{ {} }} }}", repeated(15))).is_ok());
    assert!(try_measure(&format!("{{ viewer {{ {0} }} b: viewer {{ {0} }} }}", repeated(15))).is_ok());
    assert_eq!(broken(&format!("{{ viewer {{ {} }} }}", repeated(16))), (15, 16));
    let spread = "{ viewer { ...A ... on Viewer { ...A } } } fragment A on Viewer ";
    assert_eq!(broken(&format!("{spread} {{ {} }}", repeated(8))), (15, 16));
    assert_eq!(broken(&format!("{{ viewer {{ {} }} }}", "name ".repeat(16))), (15, 16));
    assert_eq!(broken(&format!("{{ viewer {{ name {} }} }}", repeated(15))), (15, 16));
    assert!(try_measure(&format!("{{ viewer {{ {} }} }}", "__typename ".repeat(100))).is_ok());
}

#[test]
fn a_mutation_asks_for_each_change_once() {
    let change = "rename(name: \"A\") { id }";
    assert!(try_measure(&format!("mutation {{ {change} b: {change} }}")).is_ok());
    for twice in [format!("{change} {change}"), format!("{change} ... {{ {change} }}")] {
        assert!(matches!(try_measure(&format!("mutation {{ {twice} }}")), Err(Error::InvalidInput(_))), "{twice}");
        assert!(try_measure(&format!("{{ {twice} }}")).is_ok());
    }
}

#[test]
fn roots_fields_directives_variables_and_arguments_are_bounded() {
    let fields = |times: usize| (0..times).fold(String::new(), |all, n| format!("{all} f{n}"));
    assert_eq!(broken(&format!("{{ {} }}", fields(101))), (100, 101));
    assert_eq!(broken(&format!("{{ viewer {{ {} }} }}", fields(5001))), (5000, 5001));
    assert_eq!(broken(&format!("{{ viewer {} {{ name }} }}", "@skip(if: false) ".repeat(51))), (50, 51));
    let variables = (0..251).fold(String::new(), |all, n| format!("{all} $v{n}: Int"));
    assert_eq!(broken(&format!("query({variables}) {{ viewer {{ name }} }}")), (250, 251));
    assert_eq!(broken(&format!("{{ viewer({}) {{ name }} }}", "a: 1 ".repeat(51))), (50, 51));
    let operations =
        (0..60).fold(String::new(), |all, n| format!("{all} query Q{n} {{ viewer {{ {} }} }}", fields(99)));
    assert_eq!(broken(&operations).0, 5000);
}

#[test]
fn the_query_of_a_schema_explorer_passes_and_its_bombs_do_not() {
    let of_types = "ofType { kind name ".repeat(9);
    let explorer = format!(
        "query IntrospectionQuery {{ __schema {{ queryType {{ name }} types {{ ...FullType }} directives {{ name args \
        {{ ...InputValue }} }} }} }} fragment FullType on __Type {{ kind name fields(includeDeprecated: true) {{ name \
        args {{ ...InputValue }} type {{ ...TypeRef }} }} inputFields {{ ...InputValue }} interfaces {{ ...TypeRef }} \
        enumValues {{ name }} possibleTypes {{ ...TypeRef }} }} fragment InputValue on __InputValue {{ name type {{ \
        ...TypeRef }} defaultValue }} fragment TypeRef on __Type {{ kind name {of_types} {} }}",
        "}".repeat(9)
    );
    assert!(try_measure(&explorer).is_ok());
    for bomb in [
        "{ __schema { types { fields { type { fields { name } } } } } }",
        "{ __schema { types { possibleTypes { fields { name } } } } }",
        "{ __type(name: \"Query\") { fields { type { fields { type { fields { name } } } } } } }",
    ] {
        assert_eq!(broken(bomb), (2, 3), "{bomb}");
    }
    assert_eq!(broken(&format!("{{ {} }}", "__schema { description } ".repeat(6))), (5, 6));
}

/// The number of objects that fragment F0 of this shape may return.
fn naive(shape: &[(usize, usize, u64)], index: usize) -> u64 {
    let Some((left, right, size)) = shape.get(index) else { return 0 };
    size + naive(shape, index + left + 1) + naive(shape, index + right + 1) + naive(shape, index + 1)
}

proptest! {
    /// Compares with a naive count that spreads every fragment each time.
    #[test]
    fn memoised_sums_equal_naive_sums(shape in proptest::collection::vec((0..4_usize, 0..4_usize, 1..4_u64), 1..6)) {
        let mut query = "{ viewer { ...F0 } } ".to_owned();
        for (index, (left, right, size)) in shape.iter().enumerate() {
            let mut inside = format!("organisations(first: {size}) {{ edges {{ node {{ id }} }} }} ");
            for step in [left, right] {
                let to = index + step + 1;
                if to < shape.len() {
                    let _ = write!(inside, "...F{to} ");
                }
            }
            let next = if index + 1 < shape.len() { format!("...F{}", index + 1) } else { String::new() };
            let _ = write!(query, "fragment F{index} on Viewer {{ {inside} {next} }} ");
        }
        prop_assert_eq!(nodes(&query, Variables::default()), naive(&shape, 0));
    }

    #[test]
    fn any_document_is_measured_or_refused(text in "[{}()\\[\\]a-c:$@\\. 1]{0,60}") {
        if let Ok(document) = parse_query(format!("{{ viewer {{ {text} }} }}")) {
            let _ = measure(&document, &types(), &limits());
        }
    }
}
