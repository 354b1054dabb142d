//! Groups with many members, and groups in groups.

use std::fmt::Write;

use super::*;

/// Writes so many people into the directory of Acme, and returns their ids.
pub async fn db_people(world: &World, count: u32) -> Vec<String> {
    use tenantry::base::id::Type;
    let mut ids = Vec::new();
    for start in (0..count).step_by(1_000) {
        let mut sql =
            "INSERT INTO directory_person (id, organisation_id, external_id, name, name_key, search_text, unit_path, \
                       state, joined_on, created_at, updated_at) VALUES "
                .to_owned();
        for number in start..count.min(start + 1_000) {
            let id = key(77, number);
            ids.push(Type::DirectoryPerson.id(id).0);
            let id = literal(world, id);
            let (acme, at) = (literal(world, ACME.id), "'2026-03-01 10:00:00+00:00'");
            let comma = if number == start { "" } else { "," };
            write!(
                sql,
                "{comma}({id}, {acme}, 'e{number}', 'Person {number}', 'k{number}', 'p', '', 'ACTIVE', '2026-03-01', {at}, {at})"
            )
            .unwrap();
        }
        world.db_execute(&sql, []).await;
    }
    ids
}

fn literal(world: &World, id: uuid::Uuid) -> String {
    match world.db().backend() {
        sea_orm::DbBackend::Sqlite => format!("X'{}'", id.simple()),
        _ => format!("'{id}'"),
    }
}

fn values(ids: &[String]) -> Vec<Value> {
    ids.iter().map(|id| json!({ "value": id })).collect()
}

#[test]
fn six_thousand_members_come_and_go_in_a_few_statements() {
    with_database(async |world| {
        let acme = Provider::of_acme(&world).await;
        let people = db_people(&world, 6_000).await;
        let group = id(&acme.post("/Groups", json!({"displayName": "All"})).await);
        let path = format!("/Groups/{group}");
        let quiet = format!("{path}?excludedAttributes=members");
        let put = async |members: &[String]| {
            let before = world.db().statements();
            let body = json!({"schemas": [GROUP], "displayName": "All", "members": values(members)});
            acme.ask("PUT", &quiet, Some(body), 200).await;
            world.db().statements() - before
        };
        let (few, many) = (put(&people[..500]).await, put(&people).await);
        assert!(many - few <= 5 * (6_000 / 500), "{few} and {many} statements");
        assert_eq!(members(&acme.get(&path).await).len(), 6_000);
        put(&people[..1]).await;
        let before = world.db().statements();
        acme.patch(&quiet, json!([{"op": "add", "path": "members", "value": values(&people)}])).await;
        let added = world.db().statements() - before;
        assert!(added <= 30 + 5 * (6_000 / 500), "{added} statements");
        let before = world.db().statements();
        let one = json!([{"op": "remove", "path": format!("members[value eq \"{}\"]", people[7])}]);
        acme.patch(&quiet, one).await;
        assert!(world.db().statements() - before <= 20);
        let listed = acme.get("/Groups").await;
        assert_eq!(members(&listed["Resources"][0]).len(), 5_999);
        let gone = json!([{"op": "remove", "path": "members"}]);
        assert!(members(&acme.patch(&path, gone).await).is_empty());
    });
}

#[test]
fn a_page_of_groups_ends_before_it_has_too_many_members() {
    with_database(async |world| {
        let acme = Provider::of_acme(&world).await;
        let people = db_people(&world, 9_000).await;
        for name in ["A", "B", "C"] {
            acme.ask(
                "POST",
                "/Groups?excludedAttributes=members",
                Some(json!({"displayName": name, "members": values(&people)})),
                201,
            )
            .await;
        }
        let first = acme.get("/Groups").await;
        assert_eq!((&first["totalResults"], &first["itemsPerPage"]), (&json!(3), &json!(2)));
        let rest = acme.get("/Groups?startIndex=3").await;
        assert_eq!((&rest["itemsPerPage"], members(&rest["Resources"][0]).len()), (&json!(1), 9_000));
        assert_eq!(acme.get("/Groups?excludedAttributes=members").await["itemsPerPage"], 3);
        let many: Vec<Value> = (0..20_001)
            .map(|number| json!({"value": tenantry::base::id::Type::DirectoryPerson.id(key(78, number)).0}))
            .collect();
        let body = json!({"displayName": "D", "members": many});
        is_error(&acme.ask("POST", "/Groups", Some(body), 413).await, 413, Some("tooMany"));
    });
}

#[test]
fn groups_are_members_of_groups() {
    with_database(async |world| {
        let acme = Provider::of_acme(&world).await;
        let ada = acme.person("ada@acme.example").await;
        let inner = id(&acme.post("/Groups", json!({"displayName": "Inner", "members": [{"value": ada}]})).await);
        let outer = acme
            .post(
                "/Groups",
                json!({"displayName": "Outer", "members": [{"value": inner, "type": "Group"}, {"value": ada}]}),
            )
            .await;
        let kinds: Vec<&str> =
            outer["members"].as_array().unwrap().iter().map(|one| one["type"].as_str().unwrap()).collect();
        assert!(kinds.contains(&"Group") && kinds.contains(&"User"), "{outer}");
        assert_eq!(acme.found("/Groups", &format!("members.value eq \"{inner}\"")).await, [id(&outer)]);
        assert_eq!(acme.found("/Groups", &format!("members[value eq \"{ada}\"]")).await.len(), 2);
        let path = format!("/Groups/{}", id(&outer));
        let add = json!([{"op": "add", "path": "members", "value": [{"value": id(&outer).replace('0', "1")}]}]);
        acme.refuse(&path, add, 400, "invalidValue").await;
        acme.ask("DELETE", &format!("/Groups/{inner}"), None, 204).await;
        assert_eq!(members(&acme.get(&path).await), ids([&ada]));
        let event = world
            .texts("SELECT details FROM audit_event WHERE action = 'scim.createGroup' ORDER BY sequence DESC")
            .await;
        assert!(event[0].contains("\"membersAdded\":2"), "{event:?}");
    });
}
