//! Recording log-ins.

use chrono::TimeDelta;

use super::*;

async fn record(world: &World, log_ins: Value, until: Option<&str>) -> Value {
    let input = json!({ "organisationId": id_of(ACME), "logIns": log_ins, "completeUntil": until });
    world.as_(OWNER_OF_ACME).act("recordLogIns", input, "results { index personId userErrors { code field } }").await
}

/// The first and the last log-in of a person, and until when all are known.
async fn known(world: &World, external_id: &str) -> [Value; 3] {
    let query = "query($id: ID!, $search: String) { organisation(id: $id) { directory { logInsUntil } \
         people(first: 1, filter: {search: $search}) { edges { node { firstLogInAt lastLogInAt } } } } }";
    let variables = json!({ "id": id_of(ACME), "search": external_id });
    let answer = world.as_(OWNER_OF_ACME).run(query, variables).await;
    let node = answer.at("organisation/people/edges/0/node");
    [node["firstLogInAt"].clone(), node["lastLogInAt"].clone(), answer.at("organisation/directory/logInsUntil").clone()]
}

#[test]
fn the_first_and_the_last_log_in_of_each_person_are_kept() {
    with_database(async |world| {
        sync(&world, part("1", "PATCH", &people(0..3))).await;
        let [early, middle, late] = ["2026-01-01T08:00:00Z", "2026-02-01T08:00:00Z", "2026-03-01T08:00:00Z"];
        let list = json!([
            { "externalId": " p0 ", "at": middle },
            { "email": "P1@acme.example", "at": late },
            { "email": "p0@acme.example", "at": late },
            { "externalId": "p0", "at": early },
        ]);
        let done = record(&world, list.clone(), None).await;
        let ids: Vec<&Value> = done["results"].as_array().unwrap().iter().map(|one| &one["personId"]).collect();
        assert!(ids.iter().all(|id| id.is_string()) && ids[0] == ids[2] && ids[0] != ids[1], "{done}");
        let shown = |time: &str| json!(time.replace('Z', "+00:00"));
        let found = known(&world, "p0").await;
        let is = |value: &Value, time: &str| *value == json!(time) || *value == shown(time);
        assert!(is(&found[0], early) && is(&found[1], late) && found[2].is_null(), "{found:?}");
        // An older one changes nothing, and neither do the same ones once more.
        record(&world, list, None).await;
        record(&world, json!([{ "externalId": "p0", "at": middle }]), Some(late)).await;
        let found = known(&world, "p0").await;
        assert!(is(&found[0], early) && is(&found[1], late) && is(&found[2], late), "{found:?}");
        // The moment until which all are known never goes back, and stays when it is not given.
        record(&world, json!([]), Some(early)).await;
        record(&world, json!([]), None).await;
        assert!(is(&known(&world, "p0").await[2], late));
        assert_eq!(known(&world, "p2").await[..2], [Value::Null, Value::Null]);
        // A synchronisation does not touch them.
        sync(&world, part("2", "FULL", &[person("p0", "new@acme.example")])).await;
        let found = known(&world, "p0").await;
        assert!(is(&found[0], early) && is(&found[1], late) && is(&found[2], late), "{found:?}");
    });
}

#[test]
fn log_ins_of_unknown_people_and_of_the_future_are_refused_one_by_one() {
    with_database(async |world| {
        sync(&world, part("1", "PATCH", &people(0..2))).await;
        let gone = with(person("p1", "p1@acme.example"), "isDeleted", true);
        sync(&world, part("2", "PATCH", &[gone])).await;
        let (past, future) = (now() - TimeDelta::days(1), now() + TimeDelta::seconds(1));
        let list = json!([
            { "externalId": "nobody", "at": past },
            { "email": "nobody@acme.example", "at": past },
            { "externalId": "p0", "at": future },
            { "at": past },
            { "externalId": "p0", "email": "p0@acme.example", "at": past },
            { "email": "p1@acme.example", "at": past },
            { "email": "nonsense", "at": past },
            { "externalId": "p0", "at": past },
        ]);
        let done = record(&world, list, None).await;
        let codes: Vec<&str> = done["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["userErrors"][0]["code"].as_str().unwrap_or(""))
            .collect();
        let (unknown, invalid) = ("UNKNOWN", "INVALID_INPUT");
        assert_eq!(codes, [unknown, unknown, invalid, invalid, invalid, unknown, invalid, ""], "{done}");
        let mistake = async |log_ins: Value, until: Option<String>| {
            let input = json!({ "organisationId": id_of(ACME), "logIns": log_ins, "completeUntil": until });
            world.as_(OWNER_OF_ACME).mistake("recordLogIns", input).await["code"].as_str().unwrap().to_owned()
        };
        assert_eq!(mistake(json!([]), Some(future.to_rfc3339())).await, "INVALID_INPUT");
        let many = vec![json!({ "externalId": "p0", "at": past }); 501];
        assert_eq!(mistake(json!(many), None).await, "TOO_MANY");
    });
}
