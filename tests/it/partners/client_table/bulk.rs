//! Values of many clients at once: each row succeeds or fails on its own, and many rows take as many statements as few.

use super::*;

const SET_ALL: &str = "mutation($input: SetManyClientPropertiesInput!) { tried: setManyClientProperties(input: $input) { \
     results { index partnership { client { name } properties(keys: [\"note\"]) { value } } userErrors { code field message } } \
     userErrors { code field message } } }";

async fn set_all(world: &World, caller: Caller, reseller: &str, rows: Value, dry_run: bool) -> Answer {
    let input = json!({ "resellerId": reseller, "rows": rows, "dryRun": dry_run });
    world.as_(caller).run(SET_ALL, json!({ "input": input })).await
}

fn row(partnership: &str, list: &[(&str, Option<&str>)]) -> Value {
    json!({ "partnershipId": partnership, "properties": properties(list) })
}

#[test]
fn invalid_rows_are_reported_and_do_not_stop_valid_ones() {
    with_database(async |world| {
        define_all(&world).await;
        let reseller = id_of(FJORD);
        let [acme, gran, myr] = [ACME, GRAN, MYR].map(|client| partnership(&world, FJORD, client));
        let (acme, gran, myr) = (acme.await, gran.await, myr.await);
        let of_lund = partnership(&world, LUND, ACME).await;
        let rows = json!([
            row(&acme, &[("note", Some("first")), ("score", Some("1"))]),
            row(&gran, &[("note", Some("second")), ("score", Some("many")), ("nothing", Some("x"))]),
            row(&acme, &[("note", Some("again"))]),
            row(&of_lund, &[("note", Some("foreign"))]),
            row(&Type::Partnership.id(key(NORDIC, 999_999)).0, &[("note", Some("invented"))]),
            row("nonsense", &[("note", Some("x"))]),
            row(&reseller, &[("note", Some("x"))]),
            row(&myr, &[]),
            row(&partnership(&world, FJORD, HAMRA).await, &[("note", Some("last"))]),
        ]);
        let expected = [
            vec![],
            vec!["INVALID_INPUT input.rows.1.properties.1.value", "UNKNOWN input.rows.1.properties.2.key"],
            vec!["DUPLICATE input.rows.2.partnershipId"],
            vec!["UNKNOWN input.rows.3.partnershipId"],
            vec!["UNKNOWN input.rows.4.partnershipId"],
            vec!["INVALID_INPUT input.rows.5.partnershipId"],
            vec!["INVALID_INPUT input.rows.6.partnershipId"],
            vec!["INVALID_INPUT input.rows.7.properties"],
            vec![],
        ];
        let errors = |answer: &Answer| -> Vec<Vec<String>> {
            let results = answer.ok()["tried"]["results"].as_array().unwrap().clone();
            results.iter().enumerate().for_each(|(index, result)| assert_eq!(result["index"], index));
            results.iter().map(mistakes).collect()
        };
        let before = world.db_dump().await;
        let dry = set_all(&world, MANAGER_OF_FJORD, &reseller, rows.clone(), true).await;
        assert_eq!(errors(&dry), expected, "{}", dry.text);
        assert!(dry.ok()["tried"]["results"].as_array().unwrap().iter().all(|result| result["partnership"].is_null()));
        let after = world.db_dump().await;
        for table in ["property_value", "audit_event"] {
            assert_eq!(before[table], after[table], "a dry run wrote into {table}");
        }
        let answer = set_all(&world, MANAGER_OF_FJORD, &reseller, rows, false).await;
        assert_eq!(errors(&answer), expected, "{}", answer.text);
        let written = json!({ "client": { "name": "Acme" }, "properties": [{ "value": "first" }] });
        assert_eq!(answer.ok()["tried"]["results"][0]["partnership"], written);
        assert_eq!(answer.ok()["tried"]["results"][1]["partnership"], Value::Null);
        let notes = "SELECT value FROM property_value WHERE \"key\" = 'note' AND value IS NOT NULL ORDER BY 1";
        assert_eq!(world.texts(notes).await, ["first", "last"]);
        let events = "SELECT action FROM audit_event WHERE action = 'setManyClientProperties'";
        assert_eq!(world.texts(events).await.len(), 2);
    });
}

#[test]
fn an_empty_list_and_a_too_long_one_are_refused() {
    with_database(async |world| {
        define_all(&world).await;
        let one = row(&partnership(&world, FJORD, ACME).await, &[("note", Some("x"))]);
        for (count, code) in [(0, "INVALID_INPUT input.rows"), (501, "TOO_MANY input.rows")] {
            let answer = set_all(&world, OWNER_OF_FJORD, &id_of(FJORD), json!(vec![&one; count]), false).await;
            assert_eq!(mistakes(&answer.ok()["tried"]), [code]);
        }
        let rows = json!([one]);
        set_all(&world, SUPPORT_OF_FJORD, &id_of(FJORD), rows.clone(), false).await.refused("FORBIDDEN");
        set_all(&world, OWNER_OF_LUND, &id_of(FJORD), rows, false).await.refused("NOT_FOUND");
    });
}

#[test]
fn five_hundred_rows_take_as_many_statements_as_two() {
    with_database(async |world| {
        world.db_crowd(&HUB, 0..500).await;
        let sql = "SELECT id FROM partnership WHERE reseller_id = $1 ORDER BY id DESC";
        let rows = world.db().rows(sql, vec![HUB.id().into()]).await.unwrap();
        let ids: Vec<String> =
            rows.iter().map(|row| Type::Partnership.id(row.try_get_by_index(0).unwrap()).0).collect();
        let hub = Type::Reseller.id(HUB.id()).0;
        let set = async |count: usize, region: &str| {
            let rows: Vec<Value> =
                ids.iter().take(count).map(|id| row(id, &[("region", Some(region)), ("score", Some("7"))])).collect();
            let answer = set_all(&world, HUB.owner, &hub, json!(rows), false).await;
            let results = answer.ok()["tried"]["results"].as_array().unwrap();
            assert_eq!(results.len(), count);
            assert!(results.iter().all(|result| result["userErrors"] == json!([])), "{}", answer.text);
            answer.statements
        };
        set(1, "warm").await;
        let (few, many) = (set(2, "few").await, set(500, "many").await);
        assert!(many <= few, "{few} for 2, {many} for 500");
        let written = "SELECT value FROM property_value WHERE value = 'many'";
        assert_eq!(world.texts(written).await.len(), 500);
    });
}
