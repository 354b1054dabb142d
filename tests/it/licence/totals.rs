//! Seats in the figures of an organisation, and in those of a reseller over its clients.

use chrono::TimeDelta;
use entity::usage_day;

use super::*;

/// The figures of a feature so many days ago: this many granted, and one less of each further figure.
fn counted(number: u32, organisation: Tenant, feature: Uuid, days_ago: i64, granted: i64) -> usage_day::Model {
    usage_day::Model {
        id: key(NORDIC, 701_000 + number),
        organisation_id: organisation.id,
        feature_id: feature,
        day: now().date_naive() - TimeDelta::days(days_ago),
        granted,
        assigned: granted - 1,
        active_7: 0,
        active_30: granted - 2,
        never: granted - 3,
    }
}

const FIGURES: &str = "granted assigned active30 never";

async fn seats_of_acme(world: &World, caller: Caller) -> Answer {
    let query = format!(
        "query($id: ID!) {{ organisation(id: $id) {{ name overview {{ memberCount seats {{ {FIGURES} }} }} }} }}"
    );
    world.as_(caller).run(&query, json!({ "id": id_of(ACME) })).await
}

#[test]
fn the_seats_of_an_organisation_are_those_of_the_day_that_was_counted_last() {
    with_database(async |world| {
        db_licences(&world).await;
        let nothing = json!({ "granted": "0", "assigned": "0", "active30": "0", "never": "0" });
        assert_eq!(seats_of_acme(&world, OWNER_OF_ACME).await.at("organisation/overview/seats"), &nothing);
        let phone = entity::feature::Model {
            id: key(NORDIC, 700_304),
            organisation_id: OPERATOR.id,
            key: "phone".to_owned(),
            name: "Phones".to_owned(),
            name_key: collation::sort_key("Phones"),
            kind: Kind::Seat,
            family: None,
            created_at: now(),
        };
        let phones = phone.id;
        db_insert(world.db().writer(), vec![phone]).await;
        let days = vec![
            counted(1, ACME, MAILBOX, 3, 100),
            counted(2, ACME, MAILBOX, 2, 10),
            counted(3, ACME, phones, 2, 5),
            // A quota has no seats.
            counted(4, ACME, LOGGER, 2, 1_000),
            counted(5, EKEN, MAILBOX, 0, 50),
        ];
        db_insert(world.db().writer(), days).await;
        let total = json!({ "granted": "15", "assigned": "13", "active30": "11", "never": "9" });
        assert_eq!(seats_of_acme(&world, OWNER_OF_ACME).await.at("organisation/overview/seats"), &total);
        let refused = seats_of_acme(&world, MEMBER_OF_ACME).await;
        assert!(refused.text.contains("USAGE_READ") && refused.at("organisation/overview/seats").is_null());
    });
}

#[test]
fn the_seats_of_a_reseller_are_those_of_the_clients_that_delegate_them() {
    with_database(async |world| {
        db_licences(&world).await;
        let clients =
            world.texts("SELECT DISTINCT o.name FROM organisation o JOIN partnership p ON p.client_id = o.id").await;
        assert!(clients.len() > 5);
        let query = "INSERT INTO usage_day (id, organisation_id, feature_id, day, granted, assigned, active_7, active_30, never) \
                     SELECT p.id, p.client_id, $1, $2, 7, 6, 5, 4, 3 FROM partnership p \
                     WHERE p.id = (SELECT MIN(q.id) FROM partnership q WHERE q.client_id = p.client_id)";
        let query = if world.db().backend() == sea_orm::DbBackend::Postgres {
            query.replace("MIN(q.id)", "MIN(q.id::text)::uuid")
        } else {
            query.to_owned()
        };
        world.db_execute(&query, [MAILBOX.into(), now().date_naive().into()]).await;
        let mut included = std::collections::BTreeSet::new();
        for (caller, reseller) in
            [(OWNER_OF_FJORD, FJORD), (KEY_OF_FJORD, FJORD), (OWNER_OF_NORDEN, NORDEN), (OWNER_OF_OPERATOR, FJORD)]
        {
            let query = format!(
                "query($id: ID!) {{ reseller(id: $id) {{ \
                   summary {{ seats {{ total {{ {FIGURES} }} clients ofClients }} }} \
                   clients(first: 100, filter: {{partnershipState: [ACTIVE]}}) {{ edges {{ node {{ \
                     overview {{ seats {{ {FIGURES} }} }} }} }} }} }} }}"
            );
            let answer = world.as_(caller).run(&query, json!({ "id": id_of(reseller) })).await;
            let edges = answer.at("reseller/clients/edges").as_array().unwrap();
            let seen = edges.iter().filter(|edge| edge["node"]["overview"]["seats"].is_object());
            let seen = i64::try_from(seen.count()).unwrap();
            let [granted, assigned, active, never] = [7, 6, 4, 3].map(|each: i64| (each * seen).to_string());
            let expected = json!({ "clients": seen, "ofClients": edges.len(), "total": {
                "granted": granted, "assigned": assigned, "active30": active, "never": never } });
            assert_eq!(answer.at("reseller/summary/seats"), &expected, "{}", caller.name());
            included.insert(seen);
        }
        assert!(included.len() > 1, "they see different clients: {included:?}");
    });
}
