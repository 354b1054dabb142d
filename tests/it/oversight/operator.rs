//! Staff of the operator: they search people and organisations, explain access, and disable users.

use entity::organisation::Kind;
use serde_json::{Value, json};
use tenantry::access::{Permission, PermissionSet};
use tenantry::base::id::Type;

use crate::world::*;

const DISABLE: &str = "mutation($input: DisableUserInput!) { changed: disableUser(input: $input) { \
     account { state } userErrors { code field missingPermissions } } }";
const ENABLE: &str = "mutation($input: EnableUserInput!) { changed: enableUser(input: $input) { \
     account { state } userErrors { code field missingPermissions } } }";
const VIEWER: &str = "{ viewer { name } }";

fn user(caller: Caller) -> String {
    Type::User.id(caller.person().id).0
}

async fn found(world: &World, list: &str, arguments: &str) -> Vec<String> {
    let selection = if list == "users" { "email" } else { "name" };
    let query =
        format!("{{ operator {{ {list}(first: 100, {arguments}) {{ edges {{ node {{ it: {selection} }} }} }} }} }}");
    let answer = world.as_(OWNER_OF_OPERATOR).run(&query, json!({})).await;
    answer.ok();
    let edges = answer.at(&format!("operator/{list}/edges")).as_array().unwrap().clone();
    edges.iter().map(|edge| edge["node"]["it"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn staff_find_people_and_organisations_by_a_part_of_the_name() {
    with_database(async |world| {
        for (search, expected) in [
            ("olga@", &["olga@acme.example"][..]),
            ("OLGA, o", &["olga@acme.example"]),
            (" olga@acme.example ", &["olga@acme.example"]),
            ("nils", &["nils@navet.example"]),
            ("navet n", &["nils@navet.example"]),
            ("%", &[]),
            ("_lga", &[]),
            ("lga@acm", &["olga@acme.example"]),
            ("@navet.exam", &["bill@navet.example", "nils@navet.example", "petra@navet.example", "tina@navet.example"]),
        ] {
            assert_eq!(found(&world, "users", &format!("search: {search:?}")).await, expected, "{search}");
        }
        for (search, expected) in [
            ("acm", &["Acme"][..]),
            ("ACME", &["Acme"]),
            ("cme", &["Acme"]),
            ("boreal 1", &["Boreal 10", "Boreal 11", "Boreal 12", "Boreal 13", "Boreal 14", "Boreal 15", "Boreal 16"]),
        ] {
            assert_eq!(found(&world, "organisations", &format!("search: {search:?}")).await, expected, "{search}");
        }
        let code = world.texts("SELECT code FROM organisation WHERE name = 'Acme'").await.remove(0);
        assert_eq!(found(&world, "organisations", &format!("search: {code:?}")).await, ["Acme"]);
        let long = "a".repeat(201);
        let query = "query($search: String) { operator { users(search: $search) { totalCount } } }";
        let answer = world.as_(OWNER_OF_OPERATOR).run(query, json!({ "search": long })).await;
        assert_eq!(answer.codes(), ["INVALID_INPUT"]);
    });
}

#[test]
fn a_search_for_people_is_in_the_log_of_the_operator() {
    with_database(async |world| {
        found(&world, "users", "search: \"olga\"").await;
        let details = world.texts("SELECT details FROM audit_event WHERE action = 'operator.users'").await;
        let [details] = &details[..] else { panic!("{details:?}") };
        let details: Value = serde_json::from_str(details).unwrap();
        assert_eq!(details["after"], json!({ "search": "olga", "found": 1 }));
        assert_eq!(details["actor"], OWNER_OF_OPERATOR.name());
    });
}

#[test]
fn only_staff_can_search() {
    with_database(async |world| {
        let query = "{ operator { users(search: \"olga\") { totalCount } organisations { totalCount } } }";
        for caller in [OWNER_OF_ACME, OWNER_OF_NORDEN, KEY_OF_FJORD] {
            world.as_(caller).run(query, json!({})).await.refused("NOT_FOUND");
        }
        world.as_(NOBODY).run(query, json!({})).await.refused("UNAUTHENTICATED");
        // A reader of the operator's clients finds organisations, and no people.
        world.db_role(&HUB, PermissionSet::of(&[Permission::ClientRead]), PermissionSet::EMPTY).await;
        let answer = world.as_(HUB.probe).run(query, json!({})).await;
        assert_eq!(answer.codes(), ["FORBIDDEN"]);
        assert!(answer.at("operator/organisations/totalCount").as_u64() > Some(10));
    });
}

#[test]
fn an_organisation_whose_owner_cannot_sign_in_waits_for_recovery() {
    with_database(async |world| {
        let orphans = async || found(&world, "organisations", "withoutOwner: true").await;
        let before = orphans().await;
        assert!(!before.contains(&"Lund".to_owned()), "{before:?}");
        let input = json!({ "input": { "userId": user(OWNER_OF_LUND), "reason": "Left the firm" } });
        world.as_(OWNER_OF_OPERATOR).run(DISABLE, input).await.ok();
        let after = orphans().await;
        assert_eq!(after.len(), before.len() + 1);
        assert!(after.contains(&"Lund".to_owned()), "{after:?}");
    });
}

#[test]
fn a_disabled_user_is_refused_until_enabled_again() {
    with_database(async |world| {
        let staff = world.as_(OWNER_OF_OPERATOR);
        world.as_(OWNER_OF_ACME).run(VIEWER, json!({})).await.ok();
        let input = json!({ "input": { "userId": user(OWNER_OF_ACME), "reason": "Lost the laptop" } });
        let answer = staff.run(DISABLE, input.clone()).await;
        assert_eq!(answer.ok()["changed"], json!({ "account": { "state": "DISABLED" }, "userErrors": [] }));
        world.as_(OWNER_OF_ACME).run(VIEWER, json!({})).await.refused("UNAUTHENTICATED");
        // Why the person cannot get in is explained to staff.
        let explain = "query($organisation: ID!, $user: ID!) { explainAccess(organisationId: $organisation, \
             userId: $user, permission: ORGANISATION_READ) { granted misses { reason } } }";
        let about = json!({ "organisation": Type::Organisation.id(ACME.id).0, "user": user(OWNER_OF_ACME) });
        let explained = staff.run(explain, about).await;
        let expected = json!({ "granted": false, "misses": [{ "reason": "USER_DISABLED" }] });
        assert_eq!(explained.ok()["explainAccess"], expected);
        let again = staff.run(DISABLE, input).await;
        assert_eq!(again.ok()["changed"]["userErrors"][0]["code"], "STALE_STATE");

        let answer = staff.run(ENABLE, json!({ "input": { "userId": user(OWNER_OF_ACME) } })).await;
        assert_eq!(answer.ok()["changed"]["account"]["state"], "ACTIVE");
        // The old sessions stay ended.
        world.as_(OWNER_OF_ACME).run(VIEWER, json!({})).await.refused("UNAUTHENTICATED");
        let log_in = "mutation($input: LogInInput!) { logIn(input: $input) { tokens { accessToken } } }";
        let input = json!({ "input": { "email": OWNER_OF_ACME.person().email, "password": PASSWORD } });
        assert!(world.as_(NOBODY).run(log_in, input).await.ok()["logIn"]["tokens"].is_object());
        let told = world.texts("SELECT action FROM audit_event WHERE action LIKE '%User' ORDER BY sequence").await;
        assert_eq!(told, ["disableUser", "enableUser"]);
    });
}

#[test]
fn nobody_disables_themselves_or_somebody_with_more_permissions() {
    with_database(async |world| {
        let disable = async |by: Caller, whom: Caller| {
            let input = json!({ "input": { "userId": user(whom), "reason": "x" } });
            world.as_(by).run(DISABLE, input).await
        };
        let own = disable(OWNER_OF_OPERATOR, OWNER_OF_OPERATOR).await;
        assert_eq!(own.ok()["changed"]["userErrors"][0]["code"], "INVALID_INPUT");
        world.db_role(&HUB, PermissionSet::of(&[Permission::UserManage]), PermissionSet::EMPTY).await;
        let stronger = disable(HUB.probe, OWNER_OF_OPERATOR).await;
        let error = &stronger.ok()["changed"]["userErrors"][0];
        assert_eq!(error["code"], "PERMISSION_NOT_HELD");
        assert!(error["missingPermissions"].as_array().unwrap().contains(&json!("OWNERSHIP_TRANSFER")));
        assert_eq!(disable(HUB.probe, OWNER_OF_ACME).await.ok()["changed"]["account"]["state"], "DISABLED");
        disable(OWNER_OF_NORDEN, OWNER_OF_LUND).await.refused("NOT_FOUND");
        disable(AGENT_OF_OPERATOR, OWNER_OF_LUND).await.refused("FORBIDDEN");
        let unknown = json!({ "input": { "userId": Type::User.id(HUB.id()).0, "reason": "x" } });
        world.as_(OWNER_OF_OPERATOR).run(DISABLE, unknown).await.refused("NOT_FOUND");
    });
}

#[test]
fn a_search_with_too_many_results_asks_for_more_letters() {
    with_database(async |world| {
        let rows = (0..1_001_u32).map(|number| entity::organisation::Model {
            id: key(9, number),
            name: format!("Many {number:04}"),
            kind: Kind::Company,
            state: entity::organisation::State::Active,
            code: format!("MANY-{number:04}"),
            created_at: now(),
        });
        db_insert(world.db().writer(), rows.collect()).await;
        migration::fill(world.db().writer()).await.unwrap();
        let query = "{ operator { organisations(search: \"many\") { totalCount } } }";
        world.as_(OWNER_OF_OPERATOR).run(query, json!({})).await.refused("LIMITED");
        assert_eq!(found(&world, "organisations", "search: \"many 09\"").await.len(), 100);
    });
}

#[test]
fn a_look_by_staff_is_in_the_log_of_the_organisation() {
    with_database(async |world| {
        let explain = "query($organisation: ID!, $user: ID!) { explainAccess(organisationId: $organisation, \
             userId: $user, permission: INVOICE_READ) { granted } }";
        let about = json!({ "organisation": Type::Organisation.id(ACME.id).0, "user": user(INVOICES_OF_ACME) });
        // Its own people, and those of its partner, look without leaving anything.
        for caller in [OWNER_OF_ACME, VIEWER_OF_ACME, OWNER_OF_FJORD, OWNER_OF_OPERATOR] {
            assert_eq!(world.as_(caller).run(explain, about.clone()).await.ok()["explainAccess"]["granted"], true);
        }
        let sql = "SELECT way || ' ' || object_id FROM audit_event WHERE action = 'explainAccess'";
        assert_eq!(world.texts(sql).await, [format!("OPERATOR {}", user(INVOICES_OF_ACME))]);
    });
}

#[test]
fn staff_erase_a_user_and_leave_no_organisation_without_an_owner() {
    with_database(async |world| {
        let erase = "mutation($input: EraseUserInput!) { eraseUser(input: $input) { \
             account { state email erasedAt user { name } } userErrors { code message } } }";
        let run = async |whom: Caller| {
            let input = json!({ "userId": user(whom), "reason": "Asked us by letter" });
            world.as_(OWNER_OF_OPERATOR).run(erase, json!({ "input": input })).await
        };
        let owner = run(OWNER_OF_ACME).await;
        let error = &owner.ok()["eraseUser"]["userErrors"][0];
        assert_eq!(error["code"], "LAST_OWNER");
        assert!(error["message"].as_str().unwrap().contains("Acme"), "{error}");
        let done = run(INVOICES_OF_ACME).await;
        let account = &done.ok()["eraseUser"]["account"];
        assert_eq!((&account["state"], &account["user"]["name"]), (&json!("DISABLED"), &json!("Erased user")));
        assert!(account["email"].as_str().unwrap().ends_with("@erased.invalid") && !account["erasedAt"].is_null());
        assert_eq!(run(INVOICES_OF_ACME).await.ok()["eraseUser"]["userErrors"][0]["code"], "STALE_STATE");
        let enable = json!({ "input": { "userId": user(INVOICES_OF_ACME) } });
        let enabled = world.as_(OWNER_OF_OPERATOR).run(ENABLE, enable).await;
        assert_eq!(enabled.ok()["changed"]["userErrors"][0]["code"], "STALE_STATE");
    });
}

#[test]
fn two_owners_of_the_operator_cannot_disable_each_other_at_once() {
    with_database(async |world| {
        let sql = "UPDATE membership_role SET builtin = 'OWNER', role_id = NULL WHERE membership_id = \
             (SELECT id FROM membership WHERE user_id = $1 AND organisation_id = $2)";
        world.db_execute(sql, [AGENT_OF_OPERATOR.person().id.into(), OPERATOR.id.into()]).await;
        let staff = [OWNER_OF_OPERATOR, AGENT_OF_OPERATOR];
        for caller in staff {
            world.as_(caller).run(VIEWER, json!({})).await.ok();
        }
        let input = |whom: Caller| json!({ "input": { "userId": user(whom), "reason": "x" } });
        let [one, other] = staff;
        let (first, second) = (world.as_(one), world.as_(other));
        futures_util::join!(first.run(DISABLE, input(other)), second.run(DISABLE, input(one)));
        let sql = "SELECT name FROM \"user\" WHERE state = 'ACTIVE' AND email LIKE '%@operator.example'";
        assert_eq!(world.texts(sql).await.len(), 1);
    });
}
