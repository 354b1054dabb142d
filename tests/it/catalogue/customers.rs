//! Customers and their partners see what can be ordered, at the prices of their own plan, and nothing else.

use super::*;

#[test]
fn a_customer_sees_what_is_offered_at_its_own_prices() {
    with_database(async |world| {
        let answer = catalogue(&world, OWNER_OF_ACME, ACME, "2026-03-15").await;
        assert_eq!(offers(&answer), ["MAIL: 1+ 100.00 SEK", "SERVER: 1+ 100.00 SEK", "VAULT: 1+ 100.00 SEK"]);
        let plan = json!({ "name": "List prices", "isDefault": true, "plan": null });
        assert_eq!(answer.at("organisation/pricePlan"), &plan);
        assert!(!answer.text.contains("Secret") && !answer.text.contains("EUR") && !answer.text.contains("70.00"));
        // The prices had not begun.
        assert_eq!(offers(&catalogue(&world, OWNER_OF_ACME, ACME, "2025-12-14").await), Vec::<String>::new());
        let sql = "UPDATE billing_details SET currency = 'EUR' WHERE organisation_id = $1";
        world.db_execute(sql, [ACME.id.into()]).await;
        let answer = catalogue(&world, OWNER_OF_ACME, ACME, "2026-03-15").await;
        assert_eq!(offers(&answer), ["MAIL: 1+ 10.00 EUR", "SERVER: 1+ 10.00 EUR", "VAULT: 1+ 10.00 EUR"]);
    });
}

#[test]
fn another_plan_counts_from_its_day_on_and_the_default_plan_for_what_it_lacks() {
    with_database(async |world| {
        let input = json!({ "organisationId": id_of(ACME), "pricePlanId": partner_prices(), "startsOn": "2026-04-01" });
        let payload =
            world.as_(OWNER_OF_OPERATOR).act("assignPricePlan", input, "pricePlan { name plan { id } }").await;
        assert_eq!(payload["pricePlan"], json!({ "name": "Partner prices", "plan": { "id": partner_prices() } }));
        for (on, mail, plan) in [("2026-03-31", "100.00", "List prices"), ("2026-04-01", "70.00", "Partner prices")] {
            let answer = catalogue(&world, OWNER_OF_ACME, ACME, on).await;
            let expected = [format!("MAIL: 1+ {mail} SEK"), "SERVER: 1+ 100.00 SEK".to_owned()];
            assert_eq!(offers(&answer)[..2], expected);
            assert_eq!(answer.at("organisation/pricePlan/name"), plan);
        }
        let other = catalogue(&world, OWNER_OF_EKEN, EKEN, "2026-04-01").await;
        assert_eq!(offers(&other)[0], "MAIL: 1+ 100.00 SEK");
        // Without a plan, the organisation goes back to the default one.
        let input = json!({ "organisationId": id_of(ACME), "startsOn": "2026-05-01" });
        world.as_(OWNER_OF_OPERATOR).act("assignPricePlan", input, "").await;
        let answer = catalogue(&world, OWNER_OF_ACME, ACME, "2026-05-01").await;
        assert_eq!(answer.at("organisation/pricePlan/name"), "List prices");
        assert_eq!(offers(&answer)[0], "MAIL: 1+ 100.00 SEK");
    });
}

#[test]
fn without_billing_details_there_are_no_prices_yet() {
    with_database(async |world| {
        let answer = catalogue(&world, SOLE_PERSON, SOLO, "2026-03-15").await;
        assert_eq!(offers(&answer), ["MAIL: null", "SERVER: null", "VAULT: null"]);
    });
}

#[test]
fn a_search_is_for_a_part_of_the_name_or_code() {
    with_database(async |world| {
        let query = "query($id: ID!, $search: String) { organisation(id: $id) { catalogue(search: $search) { \
             totalCount edges { node { product { code } } } } } }";
        for (search, expected) in [("AIL", vec!["MAIL"]), ("serv", vec!["SERVER"]), ("draft", vec![]), ("%", vec![])] {
            let variables = json!({ "id": id_of(ACME), "search": search });
            let answer = world.as_(OWNER_OF_ACME).run(query, variables).await;
            let edges = answer.ok()["organisation"]["catalogue"]["edges"].as_array().unwrap().clone();
            let found: Vec<&str> = edges.iter().map(|edge| edge["node"]["product"]["code"].as_str().unwrap()).collect();
            assert_eq!(found, expected, "{search}");
        }
    });
}

#[test]
fn a_partner_sees_the_catalogue_of_a_client_that_delegates_its_subscriptions() {
    with_database(async |world| {
        let answer = catalogue(&world, OWNER_OF_LUND, ACME, "2026-03-15").await;
        assert_eq!(offers(&answer).len(), 3);
        // Myr delegates nothing, and the role DOMAINS reads no subscriptions.
        for (caller, tenant) in [(OWNER_OF_FJORD, MYR), (SOLE_PERSON, ACME)] {
            catalogue(&world, caller, tenant, "2026-03-15").await.refused("NOT_FOUND");
        }
        let answer = catalogue(&world, DOMAINS_OF_ACME, ACME, "2026-03-15").await;
        assert_eq!(answer.codes(), ["FORBIDDEN", "FORBIDDEN"]);
    });
}

#[test]
fn products_exist_for_customers_and_drafts_and_prices_do_not() {
    with_database(async |world| {
        let query = "query($id: ID!) { node(id: $id) { ... on Product { code revenueKey \
             prices { totalCount } upgrades { totalCount edges { node { code } } } \
             entitlements { totalCount edges { node { quantity feature { key kind family } } } } } } }";
        let ask = async |caller, id: String| world.as_(caller).run(query, json!({ "id": id })).await;
        let answer = ask(OWNER_OF_ACME, product(0)).await;
        assert_eq!(answer.codes(), ["FORBIDDEN", "FORBIDDEN"]);
        assert_eq!(answer.at("node/code"), "MAIL");
        assert_eq!(
            answer.at("node/upgrades"),
            &json!({ "totalCount": 1, "edges": [{ "node": { "code": "SERVER" } }] })
        );
        let seat =
            |key| json!({ "node": { "quantity": 1, "feature": { "key": key, "kind": "SEAT", "family": "seats" } } });
        assert_eq!(*answer.at("node/entitlements/edges"), json!([seat("mail-seat"), seat("office-seat")]));
        let answer = ask(OWNER_OF_OPERATOR, product(0)).await;
        assert_eq!(answer.ok()["node"]["prices"]["totalCount"], 3);
        assert_eq!(answer.at("node/upgrades/totalCount"), 2);
        ask(OWNER_OF_OPERATOR, product(2)).await.ok();
        ask(OWNER_OF_ACME, product(2)).await.refused("NOT_FOUND");
        // These hold SUBSCRIPTION_READ nowhere.
        for caller in [DOMAINS_OF_ACME, MEMBER_OF_ACME] {
            ask(caller, product(0)).await.refused("NOT_FOUND");
        }
        for id in [list_prices(), partner_prices()] {
            ask(OWNER_OF_ACME, id).await.refused("NOT_FOUND");
        }
    });
}
