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
