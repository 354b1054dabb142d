//! Pages of users.

use std::time::Instant;

use super::groups::db_people;
use super::*;

#[test]
fn a_hundred_pages_name_everybody_once() {
    with_database(async |world| {
        let acme = Provider::of_acme(&world).await;
        db_people(&world, 1_000).await;
        world.db_execute("UPDATE directory_person SET state = 'DELETED' WHERE external_id = 'e7'", []).await;
        let mut seen = Vec::new();
        for page in 0..100 {
            let list = acme.get(&format!("/Users?startIndex={}&count=10", page * 10 + 1)).await;
            assert_eq!((&list["totalResults"], &list["startIndex"]), (&json!(999), &json!(page * 10 + 1)));
            seen.extend(list["Resources"].as_array().unwrap().iter().map(id));
        }
        assert_eq!(seen.len(), 999);
        assert!(seen.is_sorted());
        seen.dedup();
        assert_eq!(seen.len(), 999);
        let none = acme.get("/Users?count=0").await;
        assert_eq!((&none["totalResults"], &none["itemsPerPage"]), (&json!(999), &json!(0)));
        assert_eq!(acme.get("/Users?startIndex=5000").await["Resources"], json!([]));
        assert_eq!(acme.get("/Users?count=100000").await["itemsPerPage"], 500);
    });
}

#[test]
fn a_list_is_asked_for_in_the_body_too() {
    with_database(async |world| {
        let acme = Provider::of_acme(&world).await;
        let ada = acme.person("ada@acme.example").await;
        acme.person("bo@acme.example").await;
        let search = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
            "attributes": ["userName"], "filter": "userName eq \"ada@acme.example\"", "startIndex": 1, "count": 10
        });
        let found = acme.ask("POST", "/Users/.search", Some(search), 200).await;
        let expected = json!([{"schemas": [USER], "id": ada, "userName": "ada@acme.example"}]);
        assert_eq!((&found["totalResults"], &found["Resources"]), (&json!(1), &expected));
        let all = acme.ask("POST", "/Users/.search", Some(json!({"count": 1})), 200).await;
        assert_eq!((&all["totalResults"], &all["itemsPerPage"]), (&json!(2), &json!(1)));
        let groups = acme.ask("POST", "/Groups/.search", Some(json!({})), 200).await;
        assert_eq!(groups["totalResults"], 0);
        let group = id(&acme.post("/Groups", json!({"displayName": "G", "externalId": "g"})).await);
        for (start, count, kinds) in
            [(1, 9, vec!["User", "User", "Group"]), (2, 1, vec!["User"]), (3, 1, vec!["Group"])]
        {
            let page = json!({"startIndex": start, "count": count});
            let page = acme.ask("POST", "/.search", Some(page), 200).await;
            let found = page["Resources"].as_array().unwrap().iter();
            let found: Vec<&str> = found.map(|one| one["meta"]["resourceType"].as_str().unwrap()).collect();
            assert_eq!((&page["totalResults"], found), (&json!(3), kinds));
        }
        for (filter, wanted) in [("externalId eq \"g\"", group), ("userName eq \"ada@acme.example\"", ada)] {
            let found = acme.ask("POST", "/.search", Some(json!({"filter": filter})), 200).await;
            assert_eq!((&found["totalResults"], id(&found["Resources"][0])), (&json!(1), wanted));
        }
        is_error(
            &acme.ask("POST", "/.search", Some(json!({"filter": "title pr"})), 400).await,
            400,
            Some("invalidFilter"),
        );
        is_error(&acme.ask("POST", "/Users/.search", Some(json!([])), 400).await, 400, Some("invalidSyntax"));
        let wrong = json!({"filter": "userName co \"a\""});
        is_error(&acme.ask("POST", "/Users/.search", Some(wrong), 400).await, 400, Some("invalidFilter"));
    });
}

/// Prints how long a page takes at the start and at the end of 100,000 people.
#[test]
#[ignore = "measures"]
fn a_late_page_is_about_as_fast_as_the_first() {
    with_database(async |world| {
        let acme = Provider::of_acme(&world).await;
        db_people(&world, 100_000).await;
        world.db_execute("ANALYZE", []).await;
        for start in [1, 50_001, 99_901] {
            let mut times = Vec::new();
            for _ in 0..20 {
                let began = Instant::now();
                acme.get(&format!("/Users?startIndex={start}&count=100")).await;
                times.push(began.elapsed());
            }
            times.sort();
            println!("page at {start}: median {:?}", times[10]);
        }
        let began = Instant::now();
        acme.found("/Users", "userName eq \"e99999\"").await;
        println!("by userName: {:?}", began.elapsed());
    });
}
