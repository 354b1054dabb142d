//! What is wrong with an asset is said for each row, and stops no other.

use serde_json::{Value, json};

use super::*;

#[test]
fn each_bad_row_is_named_and_the_others_are_created() {
    with_database(async |world| {
        db_licences(&world).await;
        buy_seats(&world, 1).await;
        let olga = world.as_(OWNER_OF_ACME);
        let with = |name: &str, value: Value| {
            let mut row = logger("Logger");
            row[name] = value;
            row
        };
        olga.act("createAsset", one(with("externalId", json!("SN 1"))), "").await;
        let rows = [
            with("externalId", json!("SN 2")),
            with("name", json!("  ")),
            with("name", json!("x".repeat(201))),
            with("kind", json!("x".repeat(101))),
            with("externalId", json!("")),
            with("externalId", json!("SN 1")),
            with("externalId", json!("SN 2")),
            with("featureId", json!(id_of_feature(MAILBOX))),
            with("featureId", json!(id_of_feature(key(NORDIC, 999_999)))),
            with("featureId", json!(id_of(ACME))),
            with("externalId", json!("SN 3")),
        ];
        let payload = olga.act("createAssets", many(&rows), RESULTS).await;
        let expected = [
            "ok",
            "INVALID_INPUT name",
            "INVALID_INPUT name",
            "INVALID_INPUT kind",
            "INVALID_INPUT externalId",
            "DUPLICATE externalId",
            "DUPLICATE externalId",
            "INVALID_INPUT featureId",
            "UNKNOWN featureId",
            "INVALID_INPUT featureId",
            "ok",
        ];
        assert_eq!(results(&payload), expected);
        let path = json!(["input", "assets", "6", "externalId"]);
        assert_eq!(payload["results"][6]["userErrors"][0]["field"], path);
        assert_eq!(db_used(&world).await, 3);
        let seat = "Mailboxes is counted by seats, one for each person. Give a feature of kind QUOTA.";
        assert_eq!(payload["results"][7]["userErrors"][0]["message"], seat);
    });
}

#[test]
fn too_many_rows_and_none_are_refused_as_a_whole() {
    with_database(async |world| {
        db_licences(&world).await;
        let olga = world.as_(OWNER_OF_ACME);
        let rows = vec![logger("Logger"); 501];
        assert_eq!(olga.mistake("createAssets", many(&rows)).await["code"], "TOO_MANY");
        assert_eq!(olga.mistake("createAssets", many(&[])).await["code"], "INVALID_INPUT");
        let ids = vec![json!("asset_00041061050r3gg28a1c60t3gf"); 501];
        let input = json!({ "organisationId": id_of(ACME), "assetIds": ids });
        assert_eq!(olga.mistake("deleteAssets", input).await["code"], "TOO_MANY");
    });
}

#[test]
fn an_asset_of_another_organisation_is_unknown() {
    with_database(async |world| {
        db_licences(&world).await;
        buy_seats(&world, 1).await;
        let ids = create_loggers(&world, 1).await;
        let invented = Type::Asset.id(key(NORDIC, 999_998)).0;
        let lars = world.as_(OWNER_OF_LUND);
        let mut answers = Vec::new();
        for id in [&ids[0], &invented] {
            let input = json!({ "organisationId": id_of(LUND), "assetIds": [id] });
            let payload = lars.act("deleteAssets", input, RESULTS).await;
            assert_eq!(results(&payload), ["UNKNOWN"]);
            answers.push(payload);
        }
        assert_eq!(answers[0], answers[1]);
        let stig = world.as_(SOLE_PERSON);
        for id in [&ids[0], &invented] {
            stig.attempt("updateAsset", json!({ "assetId": id, "name": "Mine" }), "").await.refused("NOT_FOUND");
        }
        assert_eq!(db_used(&world).await, 1);
    });
}
