//! A year of a school: pupils come by group, leavers are inactive, some wait, and some come back.

use chrono::TimeDelta;
use tenantry::access::Actor;
use tenantry::licence::assignment::settling::settle_all;

use super::*;

fn class(numbers: std::ops::Range<usize>, removed: &[usize]) -> Value {
    let members = numbers
        .map(|number| json!({ "personExternalId": format!("p{number:03}"), "isRemoved": removed.contains(&number) }));
    json!({ "externalId": "class", "name": "Class 7", "members": members.collect::<Vec<_>>() })
}

async fn group(world: &World, name: &str) -> Value {
    let query =
        "query($id: ID!, $search: String) { organisation(id: $id) { groups(first: 1, search: $search) { edges { node {
      id } } } } }";
    let answer = world.as_(OWNER_OF_ACME).run(query, json!({ "id": id_of(ACME), "search": name })).await;
    answer.ok()["organisation"]["groups"]["edges"][0]["node"]["id"].clone()
}

#[test]
fn a_school_year() {
    with_database(async |world| {
        db_seats(&world, 5, 0).await;
        // August: six pupils, one of them through the group of newcomers within the class.
        let people: Vec<Value> = (0..6).map(|number| person(number, "/School")).collect();
        let newcomers =
            json!({ "externalId": "new", "name": "Newcomers", "members": [{ "personExternalId": "p005" }] });
        let mut seventh = class(0..5, &[]);
        seventh["members"].as_array_mut().unwrap().push(json!({ "groupExternalId": "new" }));
        sync(&world, &people, &[newcomers, seventh]).await;
        log_in(&world, 0..4, 1).await;
        let in_class = json!({ "kind": "GROUP", "groupId": group(&world, "Class 7").await });
        let rules = [rule("Leavers", None, &[inactive(60)]), rule("Class", Some(BASIC), &[in_class])];
        save(&world, "office", 0, &rules).await;
        let first = apply(&world, "office").await;
        assert_eq!(first.iter().filter(|row| row.contains("ASSIGN")).count(), 5);
        assert_eq!(first.last().unwrap(), "Person 005: UNMET Office basic #1", "those with log-ins come first");

        // November: one has not been there for 60 days. The licence is kept for a week, and then the next one has it.
        world.wait(TimeDelta::days(61));
        log_in(&world, (0..3).chain(4..6), 1).await;
        let november = apply(&world, "office").await;
        assert_eq!(november[0], format!("Person 003: RECLAIM until {}", day(68)));
        assert_eq!(november[1], "Person 005: UNMET Office basic #1");
        world.wait(TimeDelta::days(7));
        log_in(&world, std::iter::empty(), 0).await;
        assert_eq!(apply(&world, "office").await, ["Person 005: ASSIGN Office basic"]);
        assert_eq!(
            settle_all(&world.app.request(Actor::Anonymous)).await.unwrap(),
            0,
            "the application has settled it"
        );

        // The leaver comes back, and waits. One who leaves the class makes room, but only after the days of grace, and takes
        // it up again within them.
        log_in(&world, [3].into_iter(), 0).await;
        assert_eq!(apply(&world, "office").await, ["Person 003: UNMET Office basic #1"]);
        sync(&world, &[], &[class(0..1, &[0])]).await;
        let left = apply(&world, "office").await;
        assert_eq!(
            left,
            [format!("Person 000: RECLAIM until {}", day(75)), "Person 003: UNMET Office basic #1".to_owned()]
        );
        sync(&world, &[], &[class(0..1, &[])]).await;
        assert_eq!(
            apply(&world, "office").await,
            ["Person 000: RESUME Office basic", "Person 003: UNMET Office basic #1"]
        );

        // A deleted pupil loses the licence, too, with a row that says so.
        let mut gone = person(1, "/School");
        gone["isDeleted"] = json!(true);
        sync(&world, &[gone], &[]).await;
        let deleted = apply(&world, "office").await;
        assert!(deleted[0].starts_with("Person 001: RECLAIM"), "{deleted:?}");
        let reason = world.texts("SELECT reason FROM licence_assignment WHERE state = 'ENDING'").await;
        assert!(reason[0].contains("suspended or deleted"), "{reason:?}");
        world.wait(TimeDelta::days(7));
        assert_eq!(settle_all(&world.app.request(Actor::Anonymous)).await.unwrap(), 1);
        log_in(&world, std::iter::empty(), 0).await;
        assert_eq!(apply(&world, "office").await, ["Person 003: ASSIGN Office basic"]);
        assert_eq!(pool(&world, "Office basic").await, (5, 5));
    });
}

#[test]
fn a_base_seat_and_an_add_on_are_separate_questions() {
    with_database(async |world| {
        db_seats(&world, 3, 0).await;
        hire(&world, 2, "/Sales").await;
        save(&world, "office", 0, &[rule("All", Some(BASIC), &[])]).await;
        save(&world, "scan", 0, &[rule("Sales", Some(SCAN), &[in_unit("/Sales")])]).await;
        apply(&world, "office").await;
        assert_eq!(apply(&world, "scan").await.len(), 2);
        assert_eq!(holders(&world).await.len(), 4);
        save(&world, "scan", 1, &[]).await;
        assert_eq!(apply(&world, "scan").await.iter().filter(|row| row.contains("RECLAIM")).count(), 2);
        assert_eq!(pool(&world, "Office basic").await, (2, 3));
    });
}
