//! Pins go before all rules.

use super::*;

fn pinning(person: &str, feature: Uuid, none: bool) -> Value {
    json!({
        "organisationId": id_of(ACME), "personId": person, "featureId": id_of_feature(feature), "none": none,
        "note": "Asked for it",
    })
}

#[test]
fn a_pin_gives_or_keeps_away_until_its_day() {
    with_database(async |world| {
        db_seats(&world, 5, 5).await;
        let people = hire(&world, 3, "/Sales").await;
        save(&world, "office", 0, &[rule("Sales", Some(BASIC), &[in_unit("/Sales")])]).await;
        let owner = world.as_(OWNER_OF_ACME);
        let mut input = pinning(&people[0], FULL, false);
        input["until"] = json!(day(10));
        let pin = owner.act("pinLicence", input, "pin { id family feature { name } person { name } }").await;
        assert_eq!((&pin["pin"]["family"], &pin["pin"]["feature"]["name"]), (&json!("office"), &json!("Office full")));
        owner.act("pinLicence", pinning(&people[1], BASIC, true), "pin { feature { name } }").await;
        assert_eq!(
            apply(&world, "office").await,
            ["Person 000: ASSIGN Office full", "Person 002: ASSIGN Office basic"]
        );
        world.wait(chrono::TimeDelta::days(10));
        assert_eq!(apply(&world, "office").await, ["Person 000: CHANGE Office basic"]);
        // Another pin takes the place of the first.
        owner.act("pinLicence", pinning(&people[1], FULL, false), "pin { id }").await;
        assert_eq!(world.texts("SELECT family FROM licence_pin WHERE family = 'office'").await.len(), 2);
        assert_eq!(apply(&world, "office").await, ["Person 001: ASSIGN Office full"]);
        let list =
            "query($id: ID!) { organisation(id: $id) { licencePins(first: 5, family: \"office\") { edges { node {
          id person { name } } } } } }";
        let answer = owner.run(list, json!({ "id": id_of(ACME) })).await;
        let newest = answer.ok()["organisation"]["licencePins"]["edges"][0]["node"].clone();
        assert_eq!(newest["person"]["name"], "Person 001");
        owner.act("unpinLicence", json!({ "pinId": newest["id"] }), "pinId").await;
        assert_eq!(apply(&world, "office").await, ["Person 001: CHANGE Office basic"]);
    });
}

#[test]
fn a_pin_of_a_suspended_person_waits_for_their_return() {
    with_database(async |world| {
        db_seats(&world, 5, 0).await;
        let mut absent = person(0, "");
        absent["isActive"] = json!(false);
        let people = sync(&world, &[absent], &[]).await;
        save(&world, "office", 0, &[]).await;
        world.as_(OWNER_OF_ACME).act("pinLicence", pinning(&people[0], BASIC, false), "pin { id }").await;
        assert_eq!(apply(&world, "office").await, Vec::<String>::new());
        sync(&world, &[person(0, "")], &[]).await;
        assert_eq!(apply(&world, "office").await, ["Person 000: ASSIGN Office basic"]);
    });
}
