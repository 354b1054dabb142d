//! Assets are created as long as the quota lasts, changed, and deleted again.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::*;

#[test]
fn fifty_attempts_at_the_last_ten_create_ten() {
    with_database(async |world| {
        db_licences(&world).await;
        buy_seats(&world, 2).await;
        create_loggers(&world, 10).await;
        let olga = world.as_(OWNER_OF_ACME);
        let attempts = (0..50).map(async |number: usize| {
            let input = one(logger(&format!("Attempt {number}")));
            let answer = olga.attempt("createAsset", input, "asset { name }").await;
            answer.user_codes().first().map(|code| (*code).to_owned())
        });
        let codes = join_all(attempts).await;
        assert_eq!(codes.iter().filter(|code| code.is_none()).count(), 10);
        assert_eq!(codes.iter().filter(|code| code.as_deref() == Some("LICENCE_EXHAUSTED")).count(), 40);
        assert_eq!(db_used(&world).await, 20);
        assert_eq!(loggers(&world).await, "Data loggers: 20 of 20, 0 free, 0 over");
    });
}

#[test]
fn a_full_quota_stops_a_list_of_500_until_more_is_ordered() {
    with_database(async |world| {
        db_licences(&world).await;
        let id = buy_seats(&world, 40).await;
        let olga = world.as_(OWNER_OF_ACME);
        let rows: Vec<Value> = (0..500)
            .map(|number| {
                let mut row = logger(&format!("Logger {number}"));
                row["externalId"] = json!(format!("SN {number}"));
                row
            })
            .collect();
        let mut dry = many(&rows);
        dry["dryRun"] = json!(true);
        let payload = olga.act("createAssets", dry, RESULTS).await;
        assert_eq!(results(&payload).iter().filter(|result| *result == "ok").count(), 400);
        assert_eq!(db_used(&world).await, 0, "a dry run takes nothing");

        let payload = olga.act("createAssets", many(&rows), RESULTS).await;
        let found = results(&payload);
        assert!(found[..400].iter().all(|result| result == "ok"));
        assert!(found[400..].iter().all(|result| result.starts_with("LICENCE_EXHAUSTED")));
        assert_eq!(db_used(&world).await, 400);
        let events = "SELECT action FROM audit_event WHERE action = 'createAssets'";
        assert_eq!(world.texts(events).await.len(), 400);

        olga.act("changeQuantity", json!({ "subscriptionId": id, "quantity": 50 }), "").await;
        let payload = olga.act("createAssets", many(&rows), RESULTS).await;
        let found = results(&payload);
        assert!(found[..400].iter().all(|result| result == "DUPLICATE externalId"));
        assert!(found[400..].iter().all(|result| result == "ok"));
        assert_eq!(db_used(&world).await, 500);
        let error = olga.mistake("createAsset", one(logger("One more"))).await;
        assert_eq!(error["code"], "LICENCE_EXHAUSTED");
    });
}

#[test]
fn many_assets_take_as_many_statements_as_one() {
    with_database(async |world| {
        db_licences(&world).await;
        // A node that answers from memory, as in production.
        let world = world.with_settings(|config| config.cache.verify = false).await;
        buy_seats(&world, 100).await;
        let olga = world.as_(OWNER_OF_ACME);
        create_loggers(&world, 1).await;
        let (mut created, mut deleted) = (Vec::new(), Vec::new());
        for count in [1, 100] {
            let rows: Vec<Value> = (0..count).map(|number| logger(&format!("Logger {number}"))).collect();
            let answer = olga.attempt("createAssets", many(&rows), RESULTS).await;
            created.push(answer.statements);
            let ids: Vec<Value> = answer.ok()["createAssets"]["results"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| row["asset"]["id"].clone())
                .collect();
            let input = json!({ "organisationId": id_of(ACME), "assetIds": ids });
            deleted.push(olga.attempt("deleteAssets", input, RESULTS).await.statements);
        }
        assert_eq!(created[0], created[1], "{created:?}");
        assert_eq!(deleted[0], deleted[1], "{deleted:?}");
    });
}

#[test]
fn deleting_assets_frees_the_quota_and_the_external_id() {
    with_database(async |world| {
        db_licences(&world).await;
        buy_seats(&world, 1).await;
        let olga = world.as_(OWNER_OF_ACME);
        let ids = create_loggers(&world, 9).await;
        let mut row = logger("Tenth");
        row["externalId"] = json!("SN 10");
        let payload = olga.act("createAsset", one(row.clone()), "asset { id externalId feature { name } }").await;
        assert_eq!(payload["asset"]["feature"]["name"], "Data loggers");
        let tenth = payload["asset"]["id"].as_str().unwrap().to_owned();
        assert_eq!(olga.mistake("createAsset", one(row.clone())).await["code"], "DUPLICATE");
        assert_eq!(olga.mistake("createAsset", one(logger("Eleventh"))).await["code"], "LICENCE_EXHAUSTED");

        let input = |ids: &[&str], dry: bool| json!({ "organisationId": id_of(ACME), "assetIds": ids, "dryRun": dry });
        let payload = olga.act("deleteAssets", input(&[&tenth, &ids[0]], true), RESULTS).await;
        assert_eq!(results(&payload), ["ok", "ok"]);
        assert_eq!(payload["results"][0]["asset"]["state"], "ACTIVE");
        assert_eq!(db_used(&world).await, 10);
        let payload = olga.act("deleteAssets", input(&[&tenth, &ids[0], &tenth], false), RESULTS).await;
        assert_eq!(results(&payload), ["ok", "ok", "DUPLICATE"]);
        assert_eq!(payload["results"][0]["asset"]["state"], "DELETED");
        assert_eq!(db_used(&world).await, 8);
        let payload = olga.act("deleteAssets", input(&[&tenth], false), RESULTS).await;
        assert_eq!(results(&payload), ["STALE_STATE"]);
        let refused = olga.mistake("updateAsset", json!({ "assetId": tenth, "name": "x" })).await;
        assert_eq!(refused["code"], "STALE_STATE");
        olga.act("createAsset", one(row), "").await;
        assert_eq!(loggers(&world).await, "Data loggers: 9 of 10, 1 free, 0 over");
    });
}

#[test]
fn an_asset_is_changed_and_found() {
    with_database(async |world| {
        db_licences(&world).await;
        buy_seats(&world, 1).await;
        let olga = world.as_(OWNER_OF_ACME);
        let ids = create_loggers(&world, 3).await;
        let vault = json!({ "featureId": id_of_feature(VAULT), "name": "Älv", "kind": "Vault", "externalId": "V-1" });
        olga.act("createAsset", one(vault), "").await;
        let change = json!({ "assetId": ids[1], "name": "Roof", "externalId": "SN 7" });
        olga.act("updateAsset", change.clone(), "asset { name }").await;
        olga.act("updateAsset", change, "asset { name }").await;
        let taken = olga.mistake("updateAsset", json!({ "assetId": ids[2], "externalId": "SN 7" })).await;
        assert_eq!((&taken["code"], &taken["field"]), (&json!("DUPLICATE"), &json!(["input", "externalId"])));
        olga.act("deleteAssets", json!({ "organisationId": id_of(ACME), "assetIds": [ids[2]] }), "results { index }")
            .await;
        let list = "query($id: ID!, $filter: AssetFilter, $order: AssetOrder) { organisation(id: $id) {
          assets(first: 10, filter: $filter, orderBy: $order) { edges { node { name } } } } }";
        let named = async |filter: Value, order: Value| {
            let variables = json!({ "id": id_of(ACME), "filter": filter, "order": order });
            let answer = olga.run(list, variables).await;
            let edges = answer.ok()["organisation"]["assets"]["edges"].as_array().unwrap().clone();
            edges.iter().map(|edge| edge["node"]["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let by_name = json!(null);
        assert_eq!(named(json!(null), by_name.clone()).await, ["Älv", "Logger 0", "Logger 2", "Roof"]);
        let newest = json!({ "field": "CREATED_AT", "direction": "DESC" });
        assert_eq!(named(json!({ "kind": "Vault" }), newest.clone()).await, ["Älv"]);
        assert_eq!(named(json!({ "state": "DELETED" }), newest).await, ["Logger 2"]);
        assert_eq!(named(json!({ "search": "sn 7" }), by_name.clone()).await, ["Roof"]);
        let by_feature = json!({ "featureId": id_of_feature(LOGGER), "state": "ACTIVE" });
        assert_eq!(named(by_feature, by_name).await, ["Logger 0", "Roof"]);
    });
}

#[test]
fn a_repeated_call_with_the_same_key_creates_nothing() {
    with_database(async |world| {
        db_licences(&world).await;
        buy_seats(&world, 1).await;
        let olga = world.as_(OWNER_OF_ACME);
        let mut input = one(logger("Roof"));
        input["idempotencyKey"] = json!("one");
        let first = olga.act("createAsset", input.clone(), "asset { id }").await;
        assert_eq!(olga.act("createAsset", input, "asset { id }").await, first);
        let mut input = many(&[logger("Cellar"), logger(" ")]);
        input["idempotencyKey"] = json!("many");
        let first = olga.act("createAssets", input.clone(), RESULTS).await;
        assert_eq!(results(&first), ["ok", "INVALID_INPUT name"]);
        assert_eq!(olga.act("createAssets", input.clone(), RESULTS).await, first);
        assert_eq!(db_used(&world).await, 2);
        input["assets"] = json!([logger("Other")]);
        olga.attempt("createAssets", input, RESULTS).await.refused("CONFLICT");
    });
}
