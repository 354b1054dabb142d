//! Everything is checked before anything runs: one bad value in one of several mutations runs none of them.

use serde_json::{Value, json};

use crate::world::*;

/// Two mutations: the first one is right, and the second one is not.
async fn neither_runs(world: &World, query: &str, variables: Value) {
    let before = world.db_dump().await;
    let answer = world.as_(OWNER_OF_ACME).run(query, variables).await;
    assert!(!answer.errors().is_empty() && answer.data().is_null(), "{query}\n{}", answer.text);
    assert!(!answer.text.contains("\"data\""), "{}", answer.text);
    for code in answer.codes() {
        assert_eq!(code, "INVALID_INPUT", "{}", answer.text);
    }
    assert_eq!(before, world.db_dump().await, "{query}");
}

#[test]
fn a_bad_value_in_the_second_of_two_mutations_runs_neither() {
    with_database(async |world| {
        let acme = id_of(ACME);
        let client = world.as_(OWNER_OF_ACME);
        client.run("{ viewer { name } }", json!({})).await.ok();
        let first = format!(
            "a: updateOrganisation(input: {{organisationId: {acme:?}, name: \"New\"}}) {{ userErrors {{ code }} }}"
        );
        let invite = |at: &str| {
            format!(
                "b: inviteMember(input: {{organisationId: {acme:?}, email: \"new@example.org\", roles: [{{builtIn: VIEWER}}], \
                 membershipExpiresAt: {at}}}) {{ userErrors {{ code }} }}"
            )
        };
        for at in ["\"yesterday\"", "\"2026-13-01T00:00:00Z\"", "7", "[]", "TOMORROW"] {
            neither_runs(&world, &format!("mutation {{ {first} {} }}", invite(at)), json!({})).await;
        }
        let with = |ty: &str| format!("mutation($v: {ty}) {{ {first} {} }}", invite("$v"));
        neither_runs(&world, &with("DateTime"), json!({ "v": "yesterday" })).await;
        neither_runs(&world, &with("DateTime"), json!({ "v": 7 })).await;
        neither_runs(&world, &with("DateTime = \"yesterday\""), json!({})).await;
        neither_runs(&world, &with("String"), json!({ "v": "2026-12-01T00:00:00Z" })).await;

        let rotate = |minutes: &str| {
            format!(
                "b: rotateApiKey(input: {{apiKeyId: \"x\", keepOldForMinutes: {minutes}}}) {{ userErrors {{ code }} }}"
            )
        };
        for minutes in ["2147483648", "-2147483649", "1.5", "\"5\"", "null"] {
            neither_runs(&world, &format!("mutation {{ {first} {} }}", rotate(minutes)), json!({})).await;
        }
        let with = format!("mutation($v: Int!) {{ {first} {} }}", rotate("$v"));
        for minutes in [json!(2_147_483_648_i64), json!(1.5), json!("5"), Value::Null] {
            neither_runs(&world, &with, json!({ "v": minutes })).await;
        }
        neither_runs(&world, &with, json!({})).await;

        // The first one alone is right.
        let answer = client.run(&format!("mutation {{ {first} }}"), json!({})).await;
        assert_eq!(answer.ok()["a"]["userErrors"], json!([]));
    });
}

#[test]
fn an_error_says_where_it_stands() {
    with_database(async |world| {
        let query = "{\n  viewer { name }\n  organisation(id: 7, other: 1) { id }\n  nothing\n}";
        let answer = world.as_(OWNER_OF_ACME).run(query, json!({})).await;
        let locations: Vec<&Value> = answer.errors().iter().map(|error| &error["locations"][0]).collect();
        assert_eq!(
            locations,
            [&json!({ "line": 3, "column": 23 }), &json!({ "line": 4, "column": 3 })],
            "{}",
            answer.text
        );
        assert!(answer.text.contains("does not have a field `nothing`"), "{}", answer.text);
    });
}

#[test]
fn an_argument_has_its_default_when_its_variable_is_left_out() {
    with_database(async |world| {
        let query =
            "query($only: Boolean) { operator { organisations(first: 2, withoutOwner: $only) { totalCount } } }";
        let client = world.as_(OWNER_OF_OPERATOR);
        let with = client.run(query, json!({ "only": false })).await;
        assert!(with.ok()["operator"]["organisations"]["totalCount"].as_u64().unwrap() > 0, "{}", with.text);
        assert_eq!(client.run(query, json!({})).await.text, with.text);
        let default = query.replace("$only: Boolean", "$only: Boolean = true");
        let without_owner = client.run(&default, json!({})).await;
        assert_ne!(without_owner.ok(), with.ok());
        assert!(client.run(query, json!({ "only": null })).await.data().is_null());
    });
}

#[test]
fn letters_may_be_escaped_in_every_way_of_the_specification() {
    with_database(async |world| {
        let acme = id_of(ACME);
        for written in ["\\u{1F600} Acme", "\\uD83D\\uDE00 Acme", "😀 \\u0041cme", "\\u{01F600} \\u{41}cme"] {
            let query = format!(
                "mutation {{ updateOrganisation(input: {{organisationId: {acme:?}, name: \"{written}\"}}) \
                 {{ organisation {{ name }} userErrors {{ code }} }} }}"
            );
            let answer = world.as_(OWNER_OF_ACME).run(&query, json!({})).await;
            assert_eq!(answer.ok()["updateOrganisation"]["organisation"]["name"], "😀 Acme", "{written}");
        }
        for written in ["\\uD83D", "\\u{D83D}", "\\u{110000}", "\\u{}"] {
            let query = format!("{{ node(id: \"{written}\") {{ id }} }}");
            world.as_(OWNER_OF_ACME).run(&query, json!({})).await.refused("INVALID_INPUT");
        }
        // What stands behind the escape keeps its place.
        let query = "{ node(id: \"\\u{1F600}\") { id nothing } }";
        let answer = world.as_(OWNER_OF_ACME).run(query, json!({})).await;
        assert_eq!(answer.errors()[0]["locations"][0], json!({ "line": 1, "column": 30 }), "{}", answer.text);
        let query = "{ node(id: \"\\u{1F600}\") { id } viewer { name } x: node(id: \"x\") { id } }";
        let answer = world.as_(OWNER_OF_ACME).run(query, json!({})).await;
        let columns: Vec<&Value> = answer.errors().iter().map(|error| &error["locations"][0]["column"]).collect();
        assert_eq!(columns, [&json!(3), &json!(48)], "{}", answer.text);
    });
}

#[test]
fn a_refused_request_says_its_cost_and_the_fields_that_make_it() {
    with_database(async |world| {
        let world = world.with_settings(|config| config.limits.nodes = 100).await;
        let client = world.as_(OWNER_OF_ACME);
        let credential = client.credential().await.unwrap();
        let ask = async |query: &str| {
            let body = json!({ "query": query, "extensions": { "cost": true } }).to_string();
            let request = axum::http::Request::post("/graphql")
                .header("content-type", "application/json")
                .header("authorization", format!("Bearer {credential}"));
            let answer = world.send(request.body(body.into()).unwrap()).await;
            serde_json::from_str::<Value>(&answer.body).unwrap()
        };
        let query = "{ viewer { mine: organisations(first: 10) { edges { node { members(first: 10) { edges { cursor } } } } } } }";
        let answer = ask(query).await;
        let error = &answer["errors"][0];
        assert_eq!(error["extensions"]["code"], "LIMITED", "{answer}");
        assert_eq!(error["extensions"]["fields"][0], json!({ "field": "mine.members", "objects": 100 }));
        assert!(error["message"].as_str().unwrap().contains("mine.members (100), mine (10)"), "{answer}");
        assert_eq!(answer["extensions"]["cost"], json!({ "requested": 110, "limit": 100 }));
        let answer = ask("{ viewer { organisations(first: 10) { edges { cursor } } } }").await;
        assert_eq!(answer["extensions"]["cost"], json!({ "requested": 10, "limit": 100 }), "{answer}");
        let answer = ask(&query.replacen("first: 10", "first: 1", 1)).await;
        assert!(answer["errors"].is_null(), "{answer}");
    });
}
