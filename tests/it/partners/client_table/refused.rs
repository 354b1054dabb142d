//! Invalid values: each is refused with its field, and nothing is written.

use super::*;

#[test]
fn an_invalid_value_is_refused_with_its_field() {
    with_database(async |world| {
        define_all(&world).await;
        set(&world, ACME, &[("note", Some("as it was"))]).await;
        let long = "ä".repeat(2_001);
        let before = world.db_dump().await;
        let (value, key) = ("INVALID_INPUT input.properties.1.value", "UNKNOWN input.properties.1.key");
        for (name, typed, expected) in [
            ("score", "north", value),
            ("score", "NaN", value),
            ("score", "Infinity", value),
            ("score", "-inf", value),
            ("score", "1e999", value),
            ("score", "12345678901234567890", value),
            ("score", "", value),
            ("since", "2026-02-30", value),
            ("since", "28.02.2026", value),
            ("since", "99999-01-01", value),
            ("vip", "yes", value),
            ("vip", "1", value),
            ("region", "North", value),
            ("region", "east", value),
            ("site", "example.org", value),
            ("site", "javascript:alert(1)", value),
            ("site", "file:///etc/passwd", value),
            ("site", "https://", value),
            ("site", "http://[::1", value),
            ("note", "", value),
            ("note", "   ", value),
            ("note", "a\u{0}b", value),
            ("note", "a\nb", value),
            ("note", "a\u{1b}[31m", value),
            ("note", "a\u{202e}b", value),
            ("note", long.as_str(), value),
            ("nothing", "x", key),
            ("", "x", key),
            ("NOTE", "x", key),
            ("note\u{0}", "x", key),
            ("vip", "x", value),
        ] {
            let answer = try_set(&world, OWNER_OF_FJORD, ACME, &[("contact", None), (name, Some(typed))]).await;
            let payload = &answer.ok()["setClientProperties"];
            assert_eq!(mistakes(payload), ["UNKNOWN input.properties.0.key", expected], "{name} {typed:?}");
            assert_eq!(payload["partnership"], Value::Null);
        }
        let twice = [("note", Some("a")), ("score", Some("1")), ("note", Some("b"))];
        let answer = try_set(&world, OWNER_OF_FJORD, ACME, &twice).await;
        assert_eq!(mistakes(&answer.ok()["setClientProperties"]), ["DUPLICATE input.properties.2.key"]);
        for list in [Vec::new(), vec![("note", Some("a")); 101]] {
            let answer = try_set(&world, OWNER_OF_FJORD, ACME, &list).await;
            assert_eq!(mistakes(&answer.ok()["setClientProperties"]), ["INVALID_INPUT input.properties"]);
        }
        assert_eq!(before["property_value"], world.db_dump().await["property_value"]);
    });
}

#[test]
fn ten_megabytes_are_refused_before_they_are_read() {
    with_database(async |world| {
        define_all(&world).await;
        let before = world.db_dump().await;
        let credential = world.as_(OWNER_OF_FJORD).credential().await.unwrap();
        let input = json!({ "partnershipId": partnership(&world, FJORD, ACME).await,
                            "properties": properties(&[("note", Some(&"a".repeat(10 << 20)))]) });
        let query = "mutation($input: SetClientPropertiesInput!) { setClientProperties(input: $input) { userErrors { code } } }";
        let body = json!({ "query": query, "variables": { "input": input } }).to_string();
        let request = axum::http::Request::post("/graphql")
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {credential}"))
            .body(axum::body::Body::from(body))
            .unwrap();
        let answer = world.send(request).await;
        assert_eq!(answer.status.as_u16(), 413, "{}", answer.body);
        assert_eq!(before["property_value"], world.db_dump().await["property_value"]);
    });
}

#[test]
fn only_managers_of_properties_set_values() {
    with_database(async |world| {
        define_all(&world).await;
        let list = [("note", Some("a"))];
        try_set(&world, SUPPORT_OF_FJORD, ACME, &list).await.refused("FORBIDDEN");
        // They see the partnership as its client, but cannot change the reseller's values.
        try_set(&world, OWNER_OF_ACME, ACME, &list).await.refused("NOT_FOUND");
        try_set(&world, OWNER_OF_LUND, ACME, &list).await.refused("NOT_FOUND");
        try_set(&world, SOLE_PERSON, ACME, &list).await.refused("NOT_FOUND");
        try_set(&world, NOBODY, ACME, &list).await.refused("UNAUTHENTICATED");
        let input = json!({ "partnershipId": id_of(ACME), "properties": properties(&list) });
        world.as_(OWNER_OF_FJORD).attempt("setClientProperties", input, "").await.refused("INVALID_INPUT");
        world.db_execute("UPDATE organisation SET state = 'CLOSED' WHERE id = $1", [FJORD.id.into()]).await;
        try_set(&world, OWNER_OF_FJORD, ACME, &list).await.refused("NOT_FOUND");
        let answer = try_set(&world, OWNER_OF_OPERATOR, ACME, &list).await;
        assert_eq!(mistakes(&answer.ok()["setClientProperties"]), ["ORGANISATION_CLOSED "]);
        let set = world.texts("SELECT value FROM property_value WHERE \"key\" = 'note' AND value IS NOT NULL").await;
        assert_eq!(set, Vec::<String>::new());
    });
}
