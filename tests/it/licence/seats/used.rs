//! Figures of use, and licences that nobody uses.

use tenantry::access::Actor;
use tenantry::licence::usage::count;

use super::*;

#[test]
fn each_day_has_its_figures_and_unused_licences_say_what_they_cost() {
    with_database(async |world| {
        db_seats(&world, 4, 0).await;
        let people = hire(&world, 3, "").await;
        assign(&world, BASIC, &people).await;
        log_in(&world, [0].into_iter(), 3).await;
        log_in(&world, [1].into_iter(), 20).await;
        let request = || world.app.request(Actor::Anonymous);
        count(&request()).await.unwrap();
        // Counted again on the same day, the figures take the place of the earlier ones.
        count(&request()).await.unwrap();
        world.wait(chrono::TimeDelta::days(10));
        count(&request()).await.unwrap();
        let query = "query($id: ID!, $from: NaiveDate!, $feature: ID) { organisation(id: $id) {
          usage(from: $from, featureId: $feature) { day granted assigned active7 active30 never feature { key } } } }";
        let variables = json!({ "id": id_of(ACME), "from": day(0), "feature": id_of_feature(BASIC) });
        let answer = world.as_(OWNER_OF_ACME).run(query, variables).await;
        let figure = |on: i64, numbers: [&str; 5]| {
            let [granted, assigned, active_7, active_30, never] = numbers;
            json!({ "day": day(on), "granted": granted, "assigned": assigned, "active7": active_7, "active30": active_30,
                    "never": never, "feature": { "key": "basic" } })
        };
        let expected = json!([figure(0, ["4", "3", "1", "2", "1"]), figure(10, ["4", "3", "0", "2", "1"])]);
        assert_eq!(answer.ok()["organisation"]["usage"], expected);

        let query =
            "query($id: ID!) { organisation(id: $id) { unusedLicences(first: 5, days: 25) { totalCount edges { node {
          lastLogInAt price { amount { amountMinor } interval } assignment { id person { name } } } } } } }";
        let answer = world.as_(OWNER_OF_ACME).run(query, json!({ "id": id_of(ACME) })).await;
        let unused = &answer.ok()["organisation"]["unusedLicences"];
        assert_eq!(unused["totalCount"], 2);
        let names: Vec<&Value> = unused["edges"]
            .as_array()
            .unwrap()
            .iter()
            .map(|edge| &edge["node"]["assignment"]["person"]["name"])
            .collect();
        assert!(names.contains(&&json!("Person 001")) && names.contains(&&json!("Person 002")), "{names:?}");
        let price = json!({ "amount": { "amountMinor": "10000" }, "interval": "MONTH" });
        assert_eq!(unused["edges"][0]["node"]["price"], price);
        for wrong in ["unusedLicences(first: 1, days: 0) { totalCount }", "usage(from: \"2020-01-01\") { day }"] {
            let query = format!("query($id: ID!) {{ organisation(id: $id) {{ {wrong} }} }}");
            let answer = world.as_(OWNER_OF_ACME).run(&query, json!({ "id": id_of(ACME) })).await;
            assert!(answer.text.contains("INVALID_INPUT"), "{}", answer.text);
        }
    });
}
