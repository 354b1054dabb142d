//! Staff build the catalogue: products, features, plans and prices.

use super::*;

const PRODUCT: &str = "product { id code name description kind unitCode taxClass serviceKind billsFrom noticeDays \
     returnDays priceLockMonths minQuantity maxQuantity lowersAt isCommissionable revenueKey state }";

#[test]
fn a_product_is_created_as_a_draft_offered_with_a_price_and_retired() {
    with_database(async |world| {
        let staff = world.as_(OWNER_OF_OPERATOR);
        let input = json!({ "code": "DESK-1", "name": " Desk ", "kind": "LICENCE", "maxQuantity": 500 });
        let created = staff.act("createProduct", input, PRODUCT).await["product"].clone();
        let id = created["id"].clone();
        let expected = json!({
            "id": id, "code": "DESK-1", "name": "Desk", "description": "", "kind": "LICENCE", "unitCode": "C62",
            "taxClass": "STANDARD", "serviceKind": null, "billsFrom": "ORDER", "noticeDays": 0, "returnDays": 0,
            "priceLockMonths": 0,
            "minQuantity": 1, "maxQuantity": 500, "lowersAt": "RENEWAL", "isCommissionable": true, "revenueKey": "",
            "state": "DRAFT",
        });
        assert_eq!(created, expected);
        let input = json!({
            "productId": id, "description": "One person.\nOne desk.", "serviceKind": "SEATS", "billsFrom": "ACTIVATION",
            "noticeDays": 30, "returnDays": 7, "maxQuantity": null, "lowersAt": "ANY", "revenueKey": "3010",
        });
        let updated = staff.act("updateProduct", input, PRODUCT).await["product"].clone();
        assert_eq!((&updated["code"], &updated["name"]), (&json!("DESK-1"), &json!("Desk")));
        assert_eq!((&updated["maxQuantity"], &updated["serviceKind"]), (&Value::Null, &json!("SEATS")));
        assert_eq!(updated["description"], "One person.\nOne desk.");

        let shown = async || {
            let offers = offers(&catalogue(&world, OWNER_OF_ACME, ACME, "2026-03-15").await);
            offers.iter().any(|offer| offer.starts_with("DESK-1"))
        };
        let price = json!({ "pricePlanId": list_prices(), "productId": id, "currency": "sek", "term": "MONTHLY",
            "interval": "MONTH", "unitMinor": "4900", "validFrom": "2026-03-15" });
        add_price(&world, price).await;
        assert!(!shown().await);
        let offered = staff.act("offerProduct", json!({ "productId": id }), PRODUCT).await;
        assert_eq!(offered["product"]["state"], "OFFERED");
        assert!(shown().await);
        assert_eq!(staff.mistake("offerProduct", json!({ "productId": id })).await["code"], "STALE_STATE");
        staff.act("retireProduct", json!({ "productId": id }), "").await;
        assert!(!shown().await);
        assert_eq!(staff.mistake("retireProduct", json!({ "productId": id })).await["code"], "STALE_STATE");
        let sql =
            "SELECT action FROM audit_event WHERE action LIKE '%Product' OR action = 'addPrices' ORDER BY sequence";
        let actions = ["createProduct", "updateProduct", "addPrices", "offerProduct", "retireProduct"];
        assert_eq!(world.texts(sql).await, actions);
    });
}

#[test]
fn a_new_price_follows_the_old_one_and_can_be_withdrawn_until_it_begins() {
    with_database(async |world| {
        let staff = world.as_(OWNER_OF_OPERATOR);
        let later = add_price(&world, new_price(&list_prices(), 12_000, "2026-04-01")).await;
        let many = json!({ "fromQuantity": 10, "setupMinor": "500" });
        let mut price = new_price(&list_prices(), 9_000, "2026-03-15");
        price.as_object_mut().unwrap().extend(many.as_object().cloned().unwrap());
        let today = add_price(&world, price).await;
        let mail = async |on: &str| offers(&catalogue(&world, OWNER_OF_ACME, ACME, on).await).remove(0);
        assert_eq!(mail("2026-03-14").await, "MAIL: 1+ 100.00 SEK");
        assert_eq!(mail("2026-03-31").await, "MAIL: 1+ 100.00 SEK, 10+ 90.00 SEK");
        assert_eq!(mail("2026-04-01").await, "MAIL: 1+ 120.00 SEK, 10+ 90.00 SEK");
        let query = "query($id: ID!, $on: NaiveDate) { node(id: $id) { ... on Product { prices(on: $on, currency: \"SEK\") { \
             edges { node { fromQuantity unitPrice { formatted } setup { formatted } plan { name } } } } } } }";
        let ask = async |on: Value| {
            let answer = staff.run(query, json!({ "id": product(0), "on": on })).await;
            answer.ok()["node"]["prices"]["edges"].as_array().unwrap().len()
        };
        // Two in the default plan, one in the plan for partners, and the later one.
        assert_eq!((ask(json!("2026-03-31")).await, ask(Value::Null).await), (3, 4));
        assert_eq!(staff.mistake("withdrawPrice", json!({ "priceId": today })).await["code"], "TOO_LATE");
        staff.act("withdrawPrice", json!({ "priceId": later }), "withdrawn").await;
        assert_eq!(mail("2026-04-01").await, "MAIL: 1+ 100.00 SEK, 10+ 90.00 SEK");
        staff.attempt("withdrawPrice", json!({ "priceId": later }), "").await.refused("NOT_FOUND");
    });
}

#[test]
fn prices_are_added_row_by_row_and_a_dry_run_adds_none() {
    with_database(async |world| {
        let staff = world.as_(OWNER_OF_OPERATOR);
        let good = new_price(&list_prices(), 12_000, "2026-04-01");
        let rows = json!([good, good, new_price(&product(0), 1, "2026-04-01")]);
        let selection = "results { index price { id } userErrors { code field } }";
        let expected = |is_added: bool, results: &Value| {
            assert_eq!(results[0]["price"].is_null(), !is_added);
            assert_eq!(results[0]["userErrors"], json!([]));
            let error = |code, row, field| json!([{ "code": code, "field": ["input", "prices", row, field] }]);
            assert_eq!(results[1]["userErrors"], error("DUPLICATE", "1", "validFrom"));
            assert_eq!(results[2]["userErrors"], error("UNKNOWN", "2", "pricePlanId"));
        };
        let before = world.db_dump().await["price"].len();
        let dry = staff.act("addPrices", json!({ "prices": rows, "dryRun": true }), selection).await;
        expected(false, &dry["results"]);
        assert_eq!(world.db_dump().await["price"].len(), before);
        let done = staff.act("addPrices", json!({ "prices": rows }), selection).await;
        expected(true, &done["results"]);
        assert_eq!(world.db_dump().await["price"].len(), before + 1);
    });
}

#[test]
fn exactly_one_plan_is_the_default() {
    with_database(async |world| {
        let staff = world.as_(OWNER_OF_OPERATOR);
        let plans = async || {
            let query = "{ operator { pricePlans { edges { node { name isDefault } } } } }";
            let answer = staff.run(query, json!({})).await;
            let edges = answer.ok()["operator"]["pricePlans"]["edges"].as_array().unwrap().clone();
            let is_default = edges.iter().filter(|edge| edge["node"]["isDefault"] == true);
            is_default.map(|edge| edge["node"]["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        staff.act("createPricePlan", json!({ "name": "Schools" }), "pricePlan { isDefault }").await;
        assert_eq!(plans().await, ["List prices"]);
        let input = json!({ "name": "List 2027", "isDefault": true });
        let payload = staff.act("createPricePlan", input, "pricePlan { isDefault }").await;
        assert_eq!(payload["pricePlan"]["isDefault"], true);
        assert_eq!(plans().await, ["List 2027"]);
        for table in ["price", "plan_assignment", "price_plan"] {
            world.db_execute(&format!("DELETE FROM {table}"), []).await;
        }
        let payload = staff.act("createPricePlan", json!({ "name": "First" }), "pricePlan { isDefault }").await;
        assert_eq!(payload["pricePlan"]["isDefault"], true);
    });
}

#[test]
fn staff_say_what_a_product_gives_and_where_it_leads() {
    with_database(async |world| {
        let staff = world.as_(OWNER_OF_OPERATOR);
        let input = json!({ "key": "archive", "name": "Archive", "kind": "QUOTA" });
        let feature = staff.act("createFeature", input, "feature { id key kind family }").await["feature"].clone();
        assert_eq!((&feature["kind"], &feature["family"]), (&json!("QUOTA"), &Value::Null));
        let input = json!({ "productId": product(1), "entitlements": [{ "featureId": feature["id"], "quantity": 5 }] });
        let selection = "product { entitlements { edges { node { quantity feature { key } } } } \
                         upgrades { edges { node { code } } } }";
        let payload = staff.act("setEntitlements", input, selection).await;
        let expected = json!([{ "node": { "quantity": 5, "feature": { "key": "archive" } } }]);
        assert_eq!(payload["product"]["entitlements"]["edges"], expected);
        for (ids, expected) in [(vec![product(0), product(2)], vec!["MAIL", "DRAFT"]), (vec![], vec![])] {
            let input = json!({ "productId": product(1), "upgradeIds": ids });
            let payload = staff.act("setProductUpgrades", input, selection).await;
            let edges = payload["product"]["upgrades"]["edges"].as_array().unwrap().clone();
            let codes: Vec<&str> = edges.iter().map(|edge| edge["node"]["code"].as_str().unwrap()).collect();
            assert_eq!(codes, expected);
        }
    });
}

#[test]
fn only_staff_with_the_permission_change_the_catalogue() {
    with_database(async |world| {
        let input = json!({ "code": "MINE", "name": "Mine", "kind": "OTHER" });
        world.as_(OWNER_OF_ACME).attempt("createProduct", input.clone(), "").await.refused("NOT_FOUND");
        world.as_(AGENT_OF_OPERATOR).attempt("createProduct", input, "").await.refused("FORBIDDEN");
        let input = json!({ "productId": product(0), "name": "Mine" });
        world.as_(OWNER_OF_ACME).attempt("updateProduct", input, "").await.refused("FORBIDDEN");
        let query = "{ operator { products { totalCount } pricePlans { totalCount } features { totalCount } } }";
        let answer = world.as_(OWNER_OF_OPERATOR).run(query, json!({})).await;
        assert_eq!(answer.ok()["operator"]["products"]["totalCount"], 4);
        world.as_(OWNER_OF_ACME).run(query, json!({})).await.refused("NOT_FOUND");
        let filtered =
            "{ operator { products(filter: {state: DRAFT, search: \"SECRET\"}) { edges { node { code } } } } }";
        let answer = world.as_(OWNER_OF_OPERATOR).run(filtered, json!({})).await;
        assert_eq!(*answer.at("operator/products/edges"), json!([{ "node": { "code": "DRAFT" } }]));
    });
}
