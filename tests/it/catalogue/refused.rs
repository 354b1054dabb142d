//! Each bad input has an error of its own, at its field, and changes nothing.

use super::*;

/// Sends each changed input, and compares the code and the field of the error.
async fn mistakes(world: &World, mutation: &str, good: Value, cases: &[(Value, &str)]) {
    let before = world.db_dump().await;
    for (change, expected) in cases {
        let mut input = good.clone();
        input.as_object_mut().unwrap().extend(change.as_object().cloned().unwrap());
        let error = world.as_(OWNER_OF_OPERATOR).mistake(mutation, input).await;
        let field = error["field"].as_array().unwrap().iter().skip(1).map(|part| part.as_str().unwrap());
        let found = format!("{} {}", error["code"].as_str().unwrap(), field.collect::<Vec<_>>().join("."));
        assert_eq!(found, *expected, "{mutation} {change}: {}", error["message"]);
    }
    let mut after = world.db_dump().await;
    for table in ["session", "refresh_token", "throttle"] {
        after.insert(table.to_owned(), before[table].clone());
    }
    assert_eq!(before, after, "{mutation}");
}

#[test]
fn a_product_with_a_wrong_field_is_refused() {
    with_database(async |world| {
        world.as_(OWNER_OF_OPERATOR).credential().await;
        let good = json!({ "code": "NEW", "name": "New", "kind": "OTHER" });
        let cases = [
            (json!({ "code": "" }), "INVALID_INPUT code"),
            (json!({ "code": "a b" }), "INVALID_INPUT code"),
            (json!({ "code": "x".repeat(41) }), "INVALID_INPUT code"),
            (json!({ "code": "MAIL" }), "DUPLICATE code"),
            (json!({ "name": " " }), "INVALID_INPUT name"),
            (json!({ "description": "x".repeat(2001) }), "INVALID_INPUT description"),
            (json!({ "unitCode": "pieces" }), "INVALID_INPUT unitCode"),
            (json!({ "revenueKey": "x".repeat(101) }), "INVALID_INPUT revenueKey"),
            (json!({ "noticeDays": -1 }), "INVALID_INPUT noticeDays"),
            (json!({ "returnDays": 1001 }), "INVALID_INPUT returnDays"),
            (json!({ "priceLockMonths": 121 }), "INVALID_INPUT priceLockMonths"),
            (json!({ "minQuantity": 0 }), "INVALID_INPUT minQuantity"),
            (json!({ "minQuantity": 5, "maxQuantity": 4 }), "INVALID_INPUT maxQuantity"),
            (json!({ "billsFrom": "ACTIVATION" }), "INVALID_INPUT billsFrom"),
        ];
        mistakes(&world, "createProduct", good, &cases).await;
        let cases = [
            (json!({ "name": "" }), "INVALID_INPUT name"),
            (json!({ "maxQuantity": 0 }), "INVALID_INPUT maxQuantity"),
            (json!({ "billsFrom": "ACTIVATION" }), "INVALID_INPUT billsFrom"),
        ];
        mistakes(&world, "updateProduct", json!({ "productId": product(0) }), &cases).await;
        let cases = [
            (json!({ "upgradeIds": [product(0)] }), "INVALID_INPUT upgradeIds"),
            (json!({ "upgradeIds": [product(1), product(1)] }), "INVALID_INPUT upgradeIds"),
            (json!({ "upgradeIds": [list_prices()] }), "UNKNOWN upgradeIds"),
            (json!({ "upgradeIds": [Type::Product.id(HUB.id()).0] }), "UNKNOWN upgradeIds"),
            (json!({ "upgradeIds": vec![product(1); 101] }), "TOO_MANY upgradeIds"),
        ];
        mistakes(&world, "setProductUpgrades", json!({ "productId": product(0) }), &cases).await;
    });
}

#[test]
fn a_feature_an_entitlement_and_a_plan_with_a_wrong_field_are_refused() {
    with_database(async |world| {
        world.as_(OWNER_OF_OPERATOR).credential().await;
        let cases = [
            (json!({ "key": "å" }), "INVALID_INPUT key"),
            (json!({ "key": "mail-seat" }), "DUPLICATE key"),
            (json!({ "name": "" }), "INVALID_INPUT name"),
            (json!({ "family": " " }), "INVALID_INPUT family"),
        ];
        mistakes(&world, "createFeature", json!({ "key": "new", "name": "New", "kind": "SEAT" }), &cases).await;
        let feature = Type::Feature.id(FEATURES[0]).0;
        let given = |id: &str, quantity: i32| json!({ "featureId": id, "quantity": quantity });
        let cases = [
            (json!({ "entitlements": [given(&feature, 0)] }), "INVALID_INPUT entitlements.0.quantity"),
            (json!({ "entitlements": [given(&feature, 1_000_001)] }), "INVALID_INPUT entitlements.0.quantity"),
            (
                json!({ "entitlements": [given(&feature, 1), given(&feature, 1)] }),
                "INVALID_INPUT entitlements.1.featureId",
            ),
            (json!({ "entitlements": [given(&product(0), 1)] }), "UNKNOWN entitlements.0.featureId"),
            (json!({ "entitlements": vec![given(&feature, 1); 101] }), "TOO_MANY entitlements"),
        ];
        mistakes(&world, "setEntitlements", json!({ "productId": product(0) }), &cases).await;
        let cases =
            [(json!({ "name": "" }), "INVALID_INPUT name"), (json!({ "name": "LIST prices" }), "DUPLICATE name")];
        mistakes(&world, "createPricePlan", json!({}), &cases).await;
        let good = json!({ "organisationId": id_of(ACME), "pricePlanId": partner_prices() });
        let cases = [(json!({ "startsOn": "2026-03-14" }), "TOO_LATE startsOn")];
        mistakes(&world, "assignPricePlan", good.clone(), &cases).await;
        let staff = world.as_(OWNER_OF_OPERATOR);
        for (name, id, code) in [
            ("pricePlanId", Type::PricePlan.id(HUB.id()).0, "NOT_FOUND"),
            ("organisationId", Type::Organisation.id(PRODUCTS[0]).0, "NOT_FOUND"),
            ("pricePlanId", product(0), "INVALID_INPUT"),
        ] {
            let mut input = good.clone();
            (input["startsOn"], input[name]) = (json!("2026-04-01"), json!(id));
            staff.attempt("assignPricePlan", input, "").await.refused(code);
        }
        for day in ["10000-01-01", "2026-02-30", "+10000-01-01"] {
            let mut input = good.clone();
            input["startsOn"] = json!(day);
            staff.attempt("assignPricePlan", input, "").await.refused("INVALID_INPUT");
        }
    });
}

#[test]
fn a_price_with_a_wrong_field_is_refused() {
    with_database(async |world| {
        let staff = world.as_(OWNER_OF_OPERATOR);
        let selection = "results { userErrors { code field message } }";
        for (change, expected) in [
            (json!({ "pricePlanId": Type::PricePlan.id(HUB.id()).0 }), "UNKNOWN pricePlanId"),
            (json!({ "productId": Type::Product.id(HUB.id()).0 }), "UNKNOWN productId"),
            (json!({ "productId": list_prices() }), "UNKNOWN productId"),
            (json!({ "currency": "XYZ" }), "INVALID_INPUT currency"),
            (json!({ "currency": "BGN" }), "INVALID_INPUT currency"),
            (json!({ "interval": "YEAR" }), "INVALID_INPUT interval"),
            (json!({ "fromQuantity": 0 }), "INVALID_INPUT fromQuantity"),
            (json!({ "unitMinor": "-1" }), "INVALID_INPUT unitMinor"),
            (json!({ "setupMinor": "-1" }), "INVALID_INPUT setupMinor"),
            (json!({ "unitMinor": i64::MAX.to_string() }), "INVALID_INPUT unitMinor"),
            (json!({ "validFrom": "2026-03-14" }), "TOO_LATE validFrom"),
        ] {
            let mut price = new_price(&list_prices(), 100, "2026-04-01");
            price.as_object_mut().unwrap().extend(change.as_object().cloned().unwrap());
            let payload = staff.act("addPrices", json!({ "prices": [price] }), selection).await;
            let error = &payload["results"][0]["userErrors"][0];
            let found = format!("{} {}", error["code"].as_str().unwrap(), error["field"][3].as_str().unwrap());
            assert_eq!(found, expected, "{change}: {}", error["message"]);
        }
        let many = vec![new_price(&list_prices(), 100, "2026-04-01"); 501];
        for prices in [json!([]), json!(many)] {
            assert_eq!(staff.mistake("addPrices", json!({ "prices": prices })).await["code"], "TOO_MANY");
        }
        // A larger maximum must not make an existing price overflow.
        let price = {
            let mut price = new_price(&list_prices(), i64::MAX / 1_000, "2026-04-01");
            price["productId"] = json!(product(1));
            price
        };
        staff.act("updateProduct", json!({ "productId": product(1), "maxQuantity": 1_000 }), "").await;
        add_price(&world, price).await;
        let error = staff.mistake("updateProduct", json!({ "productId": product(1), "maxQuantity": 1_001 })).await;
        assert_eq!(error["field"], json!(["input", "maxQuantity"]));
    });
}
