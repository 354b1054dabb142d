//! A reseller's values are private: neither the client nor its other resellers see them.

use super::*;

#[test]
fn the_client_never_sees_what_a_reseller_keeps_about_it() {
    with_database(async |world| {
        define_all(&world).await;
        set(&world, ACME, &[("note", Some("pays late")), ("region", Some("north"))]).await;
        let id = partnership(&world, FJORD, ACME).await;
        let query = "query($id: ID!) { node(id: $id) { ... on Partnership { state properties { key value } } } }";
        // A positive control: the reseller's people see the values, and the client's people see the partnership.
        let answer = world.as_(SUPPORT_OF_FJORD).run(query, json!({ "id": id })).await;
        assert!(answer.ok().to_string().contains("pays late"));
        for caller in [OWNER_OF_ACME, ADMIN_OF_ACME, VIEWER_OF_ACME] {
            let answer = world.as_(caller).run(query, json!({ "id": id })).await;
            assert_eq!(answer.at("node/state"), "ACTIVE");
            assert_eq!(*answer.at("node/properties"), Value::Null);
            assert_eq!(answer.codes(), ["NOT_FOUND"], "{}", answer.text);
            assert!(!answer.text.contains("pays late"));
        }
        let through_the_list = "query($id: ID!) { organisation(id: $id) { partnerships(first: 100) { edges { node { \
                                reseller { name } properties { value } } } } } }";
        let answer = world.as_(OWNER_OF_ACME).run(through_the_list, json!({ "id": id_of(ACME) })).await;
        assert!(answer.text.contains("Fjord") && !answer.text.contains("pays late"), "{}", answer.text);
        assert!(answer.codes().iter().all(|code| *code == "NOT_FOUND"));
        let definitions = "query($id: ID!) { reseller(id: $id) { propertyDefinitions { edges { node { key } } } } }";
        world.as_(OWNER_OF_ACME).run(definitions, json!({ "id": id_of(FJORD) })).await.refused("NOT_FOUND");
    });
}

#[test]
fn two_resellers_of_one_client_keep_separate_values() {
    with_database(async |world| {
        let fjord = define(&world, OWNER_OF_FJORD, FJORD, "region", "TEXT", Value::Null).await;
        let lund = define(&world, OWNER_OF_LUND, LUND, "region", "NUMBER", Value::Null).await;
        set(&world, ACME, &[("region", Some("of Fjord"))]).await;
        let at_lund = partnership(&world, LUND, ACME).await;
        let input = json!({ "partnershipId": at_lund, "properties": properties(&[("region", Some("5"))]) });
        world.as_(OWNER_OF_LUND).act("setClientProperties", input, "").await;
        let query = "query($id: ID!) { node(id: $id) { ... on Partnership { properties { value } } } }";
        let at_fjord = partnership(&world, FJORD, ACME).await;
        for (own, other, foreign, value) in
            [(OWNER_OF_FJORD, &at_lund, &at_fjord, "of Fjord"), (OWNER_OF_LUND, &at_fjord, &at_lund, "5")]
        {
            world.as_(own).run(query, json!({ "id": other })).await.refused("NOT_FOUND");
            let answer = world.as_(own).run(query, json!({ "id": foreign })).await;
            assert_eq!(answer.ok()["node"]["properties"], json!([{ "value": value }]));
        }
        for (caller, id) in
            [(OWNER_OF_LUND, &fjord), (OWNER_OF_FJORD, &lund), (OWNER_OF_ACME, &fjord), (NOBODY, &fjord)]
        {
            let answer = world.as_(caller).run("query($id: ID!) { node(id: $id) { id } }", json!({ "id": id })).await;
            assert!(matches!(answer.codes()[..], ["NOT_FOUND" | "UNAUTHENTICATED"]), "{}", answer.text);
        }
        // An owner above both sees what each delegates: Fjord everything, Lund an overview.
        let answer = world.as_(OWNER_OF_NORDEN).run(query, json!({ "id": at_fjord })).await;
        assert_eq!(answer.ok()["node"]["properties"], json!([{ "value": "of Fjord" }]));
        world.as_(OWNER_OF_NORDEN).run(query, json!({ "id": at_lund })).await.refused("FORBIDDEN");
    });
}
