//! Lists of clients, filtered and ordered by properties.

use super::*;

const ALL: [&str; 5] = ["Acme", "Eken", "Gran", "Hamra", "Myr"];

/// Acme, Eken and Gran have values; Hamra and Myr have none.
async fn prepare(world: &World) {
    define_all(world).await;
    for (client, note, score, since, vip, site, region) in [
        (ACME, "Zebra 50%", "10", "2024-02-29", "true", "https://acme.example", "north"),
        (EKEN, "årsavtal", "-2.5", "1999-12-31", "false", "http://eken.example/x_y", "south"),
        (GRAN, "apple", "9", "2026-01-01", "true", "https://gran.example", "north"),
    ] {
        let list =
            [("note", note), ("score", score), ("since", since), ("vip", vip), ("site", site), ("region", region)];
        set(world, client, &list.map(|(key, value)| (key, Some(value)))).await;
    }
}

#[test]
fn clients_are_filtered_and_ordered_by_properties() {
    with_database(async |world| {
        prepare(&world).await;
        let query = "query PartnerTree($id: ID!) { reseller(id: $id) { \
            clients(first: 100, orderBy: {field: NAME}, filter: {property: {key: \"region\", eq: \"north\"}}) { totalCount \
            edges { partnership { state properties(keys: [\"region\"]) { key value } } client { name } } } } }";
        let answer = world.as_(SUPPORT_OF_FJORD).run(query, json!({ "id": id_of(FJORD) })).await;
        let edge = |name: &str| {
            let values = json!([{ "key": "region", "value": "north" }]);
            json!({ "partnership": { "state": "ACTIVE", "properties": values }, "client": { "name": name } })
        };
        let expected = json!({ "totalCount": 2, "edges": [edge("Acme"), edge("Gran")] });
        assert_eq!(answer.ok()["reseller"]["clients"], expected);
    });
}

#[test]
fn each_type_is_filtered_by_what_it_can_be_compared_with() {
    with_database(async |world| {
        prepare(&world).await;
        for (key, condition, expected) in [
            ("note", json!({ "eq": "apple" }), &["Gran"][..]),
            ("note", json!({ "eq": "Apple" }), &["Gran"]),
            ("note", json!({ "eq": "A\u{30a}RSAVTAL" }), &["Eken"]),
            ("note", json!({ "eq": "appl" }), &[]),
            ("note", json!({ "in": ["apple", "Zebra 50%", "none"] }), &["Acme", "Gran"]),
            ("note", json!({ "contains": "ÅRS" }), &["Eken"]),
            ("note", json!({ "contains": "50%" }), &["Acme"]),
            ("note", json!({ "contains": "%" }), &["Acme"]),
            ("note", json!({ "contains": "_" }), &[]),
            ("note", json!({ "contains": "!" }), &[]),
            ("note", json!({ "contains": "' OR 1=1 --" }), &[]),
            ("site", json!({ "contains": "_Y" }), &["Eken"]),
            ("site", json!({ "eq": "https://acme.example" }), &["Acme"]),
            ("score", json!({ "eq": "10.0" }), &["Acme"]),
            ("score", json!({ "in": ["9", "-2.5", "-2.50"] }), &["Eken", "Gran"]),
            ("score", json!({ "from": "9" }), &["Acme", "Gran"]),
            ("score", json!({ "to": "9" }), &["Eken", "Gran"]),
            ("score", json!({ "from": "-2.5", "to": "9" }), &["Eken", "Gran"]),
            ("score", json!({ "from": "9", "to": "9" }), &["Gran"]),
            ("since", json!({ "from": "2024-02-29" }), &["Acme", "Gran"]),
            ("since", json!({ "to": "2024-02-29" }), &["Acme", "Eken"]),
            ("since", json!({ "eq": "2026-01-01" }), &["Gran"]),
            ("vip", json!({ "eq": "true" }), &["Acme", "Gran"]),
            ("vip", json!({ "in": ["true", "false"] }), &["Acme", "Eken", "Gran"]),
            ("region", json!({ "eq": "NORTH" }), &["Acme", "Gran"]),
            ("region", json!({ "eq": "west" }), &[]),
            ("region", json!({ "in": ["north", "south", "west"] }), &["Acme", "Eken", "Gran"]),
            ("region", json!({ "isSet": true }), &["Acme", "Eken", "Gran"]),
            ("region", json!({ "isSet": false }), &["Hamra", "Myr"]),
        ] {
            let mut property = json!({ "key": key });
            property.as_object_mut().unwrap().extend(condition.as_object().cloned().unwrap());
            let filter = json!({ "property": property });
            // The result is the same whether the list is ordered by the name or by this property, in either direction.
            assert_eq!(names(&world, filter.clone(), json!({ "field": "NAME" })).await, expected, "{property}");
            for direction in ["ASC", "DESC"] {
                let mut found = names(&world, filter.clone(), json!({ "property": key, "direction": direction })).await;
                found.sort();
                assert_eq!(found, expected, "{property} {direction}");
            }
        }
    });
}

#[test]
fn several_conditions_hold_together_with_the_name_and_the_state() {
    with_database(async |world| {
        prepare(&world).await;
        let both =
            json!({ "property": { "key": "vip", "eq": "true" }, "properties": [{ "key": "score", "from": "9.5" }] });
        assert_eq!(names(&world, both, json!({ "property": "since" })).await, ["Acme"]);
        let twice = json!({ "properties": [{ "key": "score", "from": "0" }, { "key": "score", "to": "9" }] });
        assert_eq!(names(&world, twice.clone(), json!({ "property": "score" })).await, ["Gran"]);
        assert_eq!(names(&world, twice, json!({ "field": "CREATED_AT" })).await, ["Gran"]);
        let contains = |part: &str| json!({ "name": { "contains": part } });
        assert_eq!(names(&world, contains("R"), Value::Null).await, ["Gran", "Hamra", "Myr"]);
        assert_eq!(names(&world, contains("%"), Value::Null).await, Vec::<String>::new());
        let all = json!({ "name": { "contains": "a" }, "property": { "key": "region", "isSet": false } });
        assert_eq!(names(&world, all, Value::Null).await, ["Hamra"]);
        let expired = json!({ "partnershipState": ["EXPIRED"], "property": { "key": "region", "isSet": false } });
        assert_eq!(names(&world, expired, json!({ "property": "region", "direction": "DESC" })).await, ["Hamra"]);
        let none = json!({ "properties": [] });
        assert_eq!(names(&world, none, Value::Null).await, ALL);
    });
}

#[test]
fn a_name_is_found_by_any_part_of_it_in_any_case() {
    with_database(async |world| {
        world
            .db_execute("UPDATE organisation SET name = 'Öresunds Straße ΟΔΥΣΣΕΥΣ' WHERE id = $1", [MYR.id.into()])
            .await;
        // Names that are changed by hand are found as soon as they are filled in.
        migration::fill(world.db().writer()).await.unwrap();
        for part in ["Öresund", "öRESUNDS strasse", "O\u{308}RESUNDS", "Ö", "STRASSE οδυσσευς", "ΟΔΥΣΣΕΥΣ"]
        {
            for filter in [json!({ "name": { "contains": part } }), json!({ "search": part })] {
                assert_eq!(names(&world, filter, Value::Null).await, ["Öresunds Straße ΟΔΥΣΣΕΥΣ"], "{part}");
            }
        }
        for none in ["Öresand", "Oresund"] {
            let found = names(&world, json!({ "name": { "contains": none } }), Value::Null).await;
            assert_eq!(found, Vec::<String>::new(), "{none}");
        }
    });
}

#[test]
fn a_client_is_found_by_a_part_of_its_number() {
    with_database(async |world| {
        let input = json!({ "partnershipId": partnership(&world, FJORD, MYR).await, "reference": "Kund-Ö17" });
        world.as_(OWNER_OF_FJORD).act("setClientReference", input, "").await;
        for (search, expected) in
            [("kund", &["Myr"][..]), ("ö17", &["Myr"]), ("MY", &["Myr"]), ("ö71", &[]), ("", &ALL), (" ", &ALL)]
        {
            assert_eq!(names(&world, json!({ "search": search }), Value::Null).await, expected, "{search}");
        }
        let told = refusal(&world, json!({ "search": "a".repeat(201) }), Value::Null).await;
        assert!(told.contains("at most 200 characters"), "{told}");
    });
}

#[test]
fn each_type_has_its_natural_order_and_missing_values_come_last() {
    with_database(async |world| {
        prepare(&world).await;
        for (key, set) in [
            ("note", ["Gran", "Eken", "Acme"]),
            ("score", ["Eken", "Gran", "Acme"]),
            ("since", ["Eken", "Acme", "Gran"]),
            ("site", ["Eken", "Acme", "Gran"]),
        ] {
            let ascending = names(&world, Value::Null, json!({ "property": key })).await;
            assert_eq!(ascending[..3], set, "{key}");
            assert_eq!(ascending[3..], ["Hamra", "Myr"], "{key}");
            let descending = names(&world, Value::Null, json!({ "property": key, "direction": "DESC" })).await;
            let turned: Vec<&str> = set.into_iter().rev().collect();
            assert_eq!(descending[..3], turned, "{key}");
            assert_eq!(descending[3..], ["Myr", "Hamra"], "{key}");
        }
        let by_truth = names(&world, Value::Null, json!({ "property": "vip" })).await;
        assert_eq!(by_truth, ["Eken", "Acme", "Gran", "Hamra", "Myr"]);
    });
}

#[test]
fn the_next_page_continues_in_every_order() {
    with_database(async |world| {
        prepare(&world).await;
        for order in ["note", "score", "vip", "region"] {
            for direction in ["ASC", "DESC"] {
                let order = json!({ "property": order, "direction": direction });
                let whole = names(&world, Value::Null, order.clone()).await;
                for (size, cursor, edge) in [("first", "after", "endCursor"), ("last", "before", "startCursor")] {
                    let (mut found, mut from) = (Vec::new(), Value::Null);
                    for _ in 0..3 {
                        let arguments = json!({ size: 2, cursor: from, "orderBy": order });
                        let answer = ask(&world, OWNER_OF_FJORD, arguments).await;
                        let page = &answer.ok()["reseller"]["clients"];
                        let some: Vec<String> = page["edges"].as_array().unwrap().iter().map(name).collect();
                        found.splice(if size == "first" { found.len()..found.len() } else { 0..0 }, some);
                        from = page["pageInfo"][edge].clone();
                    }
                    assert_eq!(found, whole, "{order} {size}");
                }
            }
        }
    });
}

#[test]
fn an_invalid_filter_is_refused_with_the_reason() {
    with_database(async |world| {
        prepare(&world).await;
        let property = |value: Value| json!({ "property": value });
        let many = |count: usize| vec![json!({ "key": "note", "isSet": true }); count];
        for (filter, reason) in [
            (
                property(json!({ "key": "nothing", "eq": "a" })),
                "There is no property \"nothing\". The properties are: note, score",
            ),
            (property(json!({ "key": "note" })), "exactly one of"),
            (property(json!({ "key": "note", "eq": "a", "isSet": true })), "exactly one of"),
            (property(json!({ "key": "score", "eq": "a", "from": "1" })), "exactly one of"),
            (property(json!({ "key": "score", "contains": "1" })), "only for a TEXT or a URL"),
            (property(json!({ "key": "region", "contains": "n" })), "only for a TEXT or a URL"),
            (property(json!({ "key": "vip", "from": "false" })), "only for a NUMBER or a DATE"),
            (property(json!({ "key": "note", "to": "m" })), "only for a NUMBER or a DATE"),
            (property(json!({ "key": "score", "eq": "many" })), "finite number"),
            (property(json!({ "key": "score", "from": "NaN" })), "finite number"),
            (property(json!({ "key": "score", "from": "2", "to": "1" })), "from is larger than to"),
            (property(json!({ "key": "since", "to": "2026-02-30" })), "Give a date as YYYY-MM-DD"),
            (property(json!({ "key": "vip", "eq": "yes" })), "true or false"),
            (property(json!({ "key": "region", "eq": "east" })), "one of the choices: north, south, west"),
            (property(json!({ "key": "note", "eq": "a\u{0}" })), "without control characters"),
            (property(json!({ "key": "note", "in": [] })), "1 to 100 values"),
            (property(json!({ "key": "note", "in": vec!["a"; 101] })), "1 to 100 values"),
            (property(json!({ "key": "note", "contains": "" })), "1 to 200 characters"),
            (property(json!({ "key": "note", "contains": "a\u{0}" })), "1 to 200 characters"),
            (property(json!({ "key": "note", "contains": "a".repeat(201) })), "1 to 200 characters"),
            (json!({ "name": { "contains": "" } }), "1 to 200 characters"),
            (json!({ "name": { "contains": "\u{0}" } }), "1 to 200 characters"),
            (json!({ "properties": many(11) }), "10 conditions"),
        ] {
            let message = refusal(&world, filter.clone(), Value::Null).await;
            assert!(message.contains(reason), "{filter}: {message}");
        }
        for (order, reason) in [
            (json!({ "property": "nothing" }), "There is no property"),
            (json!({ "property": "a\u{0}" }), "There is no property"),
            (json!({ "property": "note", "field": "NAME" }), "either by a field or by a property"),
            (json!({ "direction": "DESC" }), "either by a field or by a property"),
        ] {
            let message = refusal(&world, Value::Null, order.clone()).await;
            assert!(message.contains(reason), "{order}: {message}");
        }
        assert_eq!(names(&world, json!({ "properties": many(10) }), Value::Null).await, ["Acme", "Eken", "Gran"]);
    });
}

#[test]
fn a_cursor_of_another_order_never_causes_a_fault() {
    with_database(async |world| {
        prepare(&world).await;
        let orders = [json!({ "field": "CREATED_AT" }), json!({ "property": "score" }), json!({ "field": "NAME" })];
        for one in &orders {
            let answer = ask(&world, OWNER_OF_FJORD, json!({ "first": 2, "orderBy": one })).await;
            let cursor = answer.at("reseller/clients/pageInfo/endCursor").clone();
            for other in orders.iter().chain([&json!({ "property": "note", "direction": "DESC" })]) {
                let answer =
                    ask(&world, OWNER_OF_FJORD, json!({ "first": 2, "after": cursor, "orderBy": other })).await;
                assert!(matches!(answer.codes()[..], [] | ["INVALID_INPUT"]), "{}", answer.text);
            }
        }
    });
}
