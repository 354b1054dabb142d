//! Invalid ids, cursors and page sizes from clients: each gets its error code, and none causes a fault.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Value, json};
use tenantry::base::id::Type;

use crate::generated::paged::orders;
use crate::generated::schema::{Field, Schema, Way};
use crate::world::*;

/// Malformed ids, and ids of types that `node` does not find.
const NO_IDS: [&str; 12] = [
    "",
    "organisation",
    "organisation_",
    "_01h455vb4pex5vsknk084sn02q",
    "organisation_01h455vb4pex5vsknk084sn02",
    "organisation_81h455vb4pex5vsknk084sn02q",
    "organisation_01H455VB4PEX5VSKNK084SN02Q",
    "nothing_01h455vb4pex5vsknk084sn02q",
    "user_01h455vb4pex5vsknk084sn02q",
    "organisation_01h455vb4pex5vsknk084sn02q\u{0}",
    "ääääääääääääääääääääääääääääääääääääääää_01h455vb4pex5vsknk084sn02q",
    "018bcfe5-6800-7000-8000-000000000000",
];

#[test]
fn a_malformed_id_is_invalid_and_an_unknown_one_is_not_found() {
    with_database(async |world| {
        let client = world.as_(HUB.owner);
        let node = "query($id: ID!) { node(id: $id) { id } }";
        let own = Type::Organisation.id(HUB.id()).0;
        assert_eq!(client.run(node, json!({ "id": own })).await.ok()["node"]["id"], own);
        for id in NO_IDS {
            client.run(node, json!({ "id": id })).await.refused("INVALID_INPUT");
        }
        client.run(node, json!({ "id": 7 })).await.refused("INVALID_INPUT");
        for kind in Type::ALL {
            let invented = kind.id(key(HUB.tree, 999_999_999)).0;
            let answer = client.run(node, json!({ "id": invented })).await;
            assert!(matches!(answer.codes()[..], ["NOT_FOUND" | "INVALID_INPUT"]), "{invented}: {}", answer.text);
        }
    });
}

#[test]
fn an_id_of_another_type_is_refused_by_name() {
    with_database(async |world| {
        let invoice = Type::Invoice.id(HUB.id()).0;
        for root in ["organisation", "reseller"] {
            let query = format!("query($id: ID!) {{ {root}(id: $id) {{ id }} }}");
            let answer = world.as_(HUB.owner).run(&query, json!({ "id": invoice })).await;
            answer.refused("INVALID_INPUT");
            assert!(answer.text.contains("This is the id of an invoice"), "{}", answer.text);
        }
    });
}

#[test]
fn too_many_ids_are_refused_with_the_limit() {
    with_database(async |world| {
        let query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
        let own = Type::Organisation.id(HUB.id()).0;
        let client = world.as_(HUB.owner);
        client.run(query, json!({ "ids": vec![&own; 100] })).await.ok();
        let answer = client.run(query, json!({ "ids": vec![&own; 101] })).await;
        answer.refused("LIMITED");
        let mixed = client.run(query, json!({ "ids": [own, "wrong", Type::User.id(HUB.id()).0] })).await;
        assert_eq!(mixed.codes(), ["INVALID_INPUT", "INVALID_INPUT"]);
        let paths: Vec<&Value> = mixed.errors().iter().map(|error| &error["path"]).collect();
        assert_eq!(paths, [&json!(["nodes", 1]), &json!(["nodes", 2])]);
        assert_eq!(mixed.at("nodes/0/id"), &Value::from(own));
    });
}

/// Invalid cursors, as text and in base64url.
fn no_cursors() -> Vec<String> {
    use base64::Engine;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD;
    let nil = "00000000000000000000000000000000";
    let keys = [
        "",
        "x",
        "\u{0}",
        "0",
        "-1",
        "9223372036854775807",
        "-9223372036854775808",
        "8210298412799999999",
        "-8334601228800000001",
        "99999999999999999999",
        "2026-03-15",
        "+262142-12-31",
        "-262143-01-01",
        "-4713-01-01",
        "9999-12-31",
        "2147483647",
        "-2147483648",
        "2147483648",
        "å",
        "' OR 1=1 --",
    ];
    let mut cursors: Vec<String> =
        keys.iter().map(|key| BASE64_URL_SAFE_NO_PAD.encode(format!("{nil}{key}"))).collect();
    cursors.extend(["", "x", "%", "=", "AAAA", "\u{0}", "å"].map(str::to_owned));
    cursors.push(BASE64_URL_SAFE_NO_PAD.encode([0xff; 40]));
    cursors
}

#[test]
fn every_list_refuses_invalid_page_arguments() {
    with_database(async |world| {
        let (schema, (_, fixtures)) = (Schema::exported(), HUB.rows());
        let ways = Way::all(&schema);
        let mut tested = 0;
        for list in lists(&world, &schema, &fixtures, &ways) {
            list.ask(&[("first", "1")]).await.ok();
            list.ask(&[("first", "100")]).await.ok();
            let cursor = list.cursor().await;
            for wrong in [
                &[("first", "0")][..],
                &[("first", "-1")],
                &[("first", "101")],
                &[("last", "0")],
                &[("last", "101")],
                &[("first", "2147483647")],
                &[("first", "2147483648")],
                &[("first", "1"), ("last", "1")],
                &[("first", "1"), ("before", &cursor)],
                &[("last", "1"), ("after", &cursor)],
                &[("after", &cursor), ("before", &cursor)],
            ] {
                let answer = list.ask(wrong).await;
                assert_eq!(answer.codes(), ["INVALID_INPUT"], "{} {wrong:?}: {}", list.field.coordinate(), answer.text);
            }
            list.ask(&[("after", &cursor)]).await.ok();
            tested += 1;
        }
        assert!(tested >= 13, "only {tested} lists were tested");
    });
}

#[test]
fn an_invented_cursor_and_one_of_another_list_are_refused() {
    with_database(async |world| {
        let (schema, (_, fixtures)) = (Schema::exported(), HUB.rows());
        let ways = Way::all(&schema);
        let lists = lists(&world, &schema, &fixtures, &ways);
        let invented = no_cursors().into_iter().map(|cursor| (None, Value::from(cursor).to_string()));
        let mut cursors: Vec<(Option<usize>, String)> = invented.collect();
        for (number, list) in lists.iter().enumerate() {
            cursors.push((Some(number), list.cursor().await));
        }
        let mut wrong = Vec::new();
        // The memberships of an account are one list, whether staff or the person asks.
        let of_account = |number: usize| {
            ["Viewer.memberships", "UserAccount.memberships"].contains(&lists[number].field.coordinate().as_str())
        };
        let is_same = |one: usize, other: usize| one == other || (of_account(one) && of_account(other));
        for (number, list) in lists.iter().enumerate() {
            let foreign: Vec<&str> = cursors
                .iter()
                .filter(|(of, _)| !of.is_some_and(|of| is_same(of, number)))
                .map(|(_, cursor)| cursor.as_str())
                .collect();
            for cursors in foreign.chunks(10) {
                for (size, name) in [("first", "after"), ("last", "before")] {
                    let answer = list.ask_all(cursors.iter().map(|cursor| vec![(size, "2"), (name, *cursor)])).await;
                    let codes = answer.codes();
                    if codes != vec!["INVALID_INPUT"; cursors.len()] {
                        wrong.push(format!("{} {name} {cursors:?}: {codes:?}", list.field.coordinate()));
                    }
                }
            }
        }
        assert_eq!(wrong, Vec::<String>::new());
    });
}

#[test]
fn a_cursor_of_another_order_filter_or_parent_is_refused() {
    with_database(async |world| {
        let (schema, (_, fixtures)) = (Schema::exported(), HUB.rows());
        let ways = Way::all(&schema);
        let mut tested = 0;
        for list in lists(&world, &schema, &fixtures, &ways) {
            let orders: Vec<String> = orders(&schema, list.field).into_iter().flatten().collect();
            for (order, other) in orders.iter().zip(orders.iter().cycle().skip(1)).filter(|(one, other)| one != other) {
                let answer = list.ask(&[("first", "1"), ("orderBy", order)]).await;
                let cursor = list.cursor_in(&answer);
                list.ask(&[("first", "1"), ("orderBy", order), ("after", &cursor)]).await.ok();
                list.ask(&[("first", "1"), ("orderBy", other), ("after", &cursor)]).await.refused("INVALID_INPUT");
                tested += 1;
            }
        }
        assert!(tested >= 4, "only {tested} orders were tested");

        let query = "query($id: ID!, $after: String, $kind: ServiceKind) { organisation(id: $id) { \
                     services(first: 1, after: $after, filter: {kind: $kind}) { edges { cursor } } } }";
        let hub = Type::Organisation.id(HUB.id()).0;
        let ask = async |client: Client<'_>, id: &str, after: Option<&str>, kind: Option<&str>| {
            client.run(query, json!({ "id": id, "after": after, "kind": kind })).await
        };
        let owner = world.as_(HUB.owner);
        let first = ask(owner, &hub, None, None).await;
        let cursor = first.at("organisation/services/edges/0/cursor").as_str().unwrap();
        ask(owner, &hub, Some(cursor), None).await.ok();
        let refused = ask(owner, &hub, Some(cursor), Some(&a_value_of(&schema, "ServiceKind"))).await;
        refused.refused("INVALID_INPUT");
        assert!(refused.text.contains("another list"), "{}", refused.text);
        // The same list of another organisation.
        let other = world.as_(OWNER_OF_ACME);
        ask(other, &id_of(ACME), None, None).await.ok();
        ask(other, &id_of(ACME), Some(cursor), None).await.refused("INVALID_INPUT");
    });
}

/// A value of an enum.
fn a_value_of(schema: &Schema, name: &str) -> String {
    let async_graphql::parser::types::TypeKind::Enum(choices) = &schema.type_(name).kind else { panic!("{name}") };
    choices.values[0].node.value.to_string()
}

struct List<'a> {
    world: &'a World,
    schema: &'a Schema,
    fixtures: &'a Fixtures,
    way: &'a Way<'a>,
    field: Field<'a>,
}

/// All lists of the schema.
fn lists<'a>(
    world: &'a World,
    schema: &'a Schema,
    fixtures: &'a Fixtures,
    ways: &'a BTreeMap<&'a str, Way<'a>>,
) -> Vec<List<'a>> {
    let list = |field: Field<'a>| List { world, schema, fixtures, way: &ways[field.owner], field };
    schema.connections().map(list).collect()
}

impl List<'_> {
    async fn ask(&self, arguments: &[(&str, &str)]) -> Answer {
        self.ask_all([arguments.to_vec()]).await
    }

    /// Requests several pages at once.
    async fn ask_all<'b>(&self, pages: impl IntoIterator<Item = Vec<(&'b str, &'b str)>>) -> Answer {
        let mut selection = String::new();
        for (number, arguments) in pages.into_iter().enumerate() {
            let given: Vec<(&str, String)> =
                arguments.into_iter().map(|(name, value)| (name, value.to_owned())).collect();
            let arguments = self.schema.arguments(self.field, self.fixtures, &given);
            write!(selection, "page{number}: {}{arguments} {{ edges {{ cursor }} }} ", self.field.name()).unwrap();
        }
        let query = self.way.document(self.fixtures, self.way.existence("").as_ref(), &selection);
        self.world.as_(self.way.reader()).run(&query, json!({})).await
    }

    /// The cursor of the first item, as written in a document.
    async fn cursor(&self) -> String {
        self.cursor_in(&self.ask(&[("first", "1")]).await)
    }

    /// The cursor of the first item of an answer.
    fn cursor_in(&self, answer: &Answer) -> String {
        let path = format!("{}/page0/edges/0/cursor", self.way.path().join("/"));
        answer.at(path.trim_start_matches('/')).to_string()
    }
}
