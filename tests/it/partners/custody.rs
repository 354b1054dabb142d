//! Custody: one of the reseller's people holds ownership of a new client until its owner joins.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tenantry::base::random::Random;
use tenantry::partners::partnership::keep_up;

use super::*;

/// Pia creates a client for Fjord that delegates nothing. Returns its id.
async fn client(world: &World) -> Value {
    let new = json!({
        "name": "Bakery", "kind": "COMPANY", "delegation": { "preset": "NONE" }, "ownerEmail": "baker@example.org",
    });
    let input = json!({ "organisationId": id_of(FJORD), "client": new });
    world.as_(MANAGER_OF_FJORD).act("createClient", input, "client { id }").await["client"]["id"].clone()
}

#[test]
fn custody_of_a_leaving_member_passes_to_the_longest_standing_owner() {
    with_database(async |world| {
        let id = client(&world).await;
        assert!(owns(&world, MANAGER_OF_FJORD, &id).await && !owns(&world, OWNER_OF_FJORD, &id).await);
        let removal = json!({ "membershipId": world.membership(FJORD, MANAGER_OF_FJORD).await });
        world.as_(OWNER_OF_FJORD).act("removeMember", removal, "removed").await;
        assert!(!owns(&world, MANAGER_OF_FJORD, &id).await && owns(&world, OWNER_OF_FJORD, &id).await);
        let mail = world.mails(OWNER_OF_FJORD.person().email).await.pop().unwrap();
        assert!(mail.starts_with("You now hold ownership of Bakery"), "{mail}");
        // The offers of the member who left are now the successor's.
        let offers = "query($id: ID!) { organisation(id: $id) { ownershipTransfers { edges { node { state offeredBy { name } } } } } }";
        let offers = world.as_(OWNER_OF_FJORD).run(offers, json!({ "id": id })).await;
        assert_eq!(
            offers.at("organisation/ownershipTransfers/edges/0/node"),
            &json!({ "state": "PENDING", "offeredBy": { "name": OWNER_OF_FJORD.name() } })
        );
    });
}

#[test]
fn a_member_who_can_no_longer_create_clients_loses_custody_at_once() {
    with_database(async |world| {
        let id = client(&world).await;
        let lowered = json!({
            "membershipId": world.membership(FJORD, MANAGER_OF_FJORD).await, "roles": [{ "builtIn": "PARTNER_SUPPORT" }],
        });
        world.as_(OWNER_OF_FJORD).act("updateMember", lowered, "membership { id }").await;
        assert!(!owns(&world, MANAGER_OF_FJORD, &id).await && owns(&world, OWNER_OF_FJORD, &id).await);
    });
}

#[test]
fn an_expired_membership_loses_custody_and_the_server_finds_a_successor() {
    with_database(async |world| {
        let id = client(&world).await;
        let until = now() + TimeDelta::minutes(5);
        let input = json!({ "membershipId": world.membership(FJORD, MANAGER_OF_FJORD).await, "expiresAt": until });
        world.as_(OWNER_OF_FJORD).act("updateMember", input, "membership { id }").await;
        assert!(owns(&world, MANAGER_OF_FJORD, &id).await);
        world.wait(TimeDelta::minutes(5));
        assert!(!owns(&world, MANAGER_OF_FJORD, &id).await && !owns(&world, OWNER_OF_FJORD, &id).await);
        let explain =
            "query($id: ID!) { explainAccess(organisationId: $id, permission: MEMBER_READ) { misses { reason } } }";
        world.as_(MANAGER_OF_FJORD).run(explain, json!({ "id": id })).await.refused("NOT_FOUND");
        let done = keep_up(world.db(), &Random::seeded(7), world.app.clock.now()).await.unwrap();
        assert_eq!(done.passed_on, 1);
        assert!(owns(&world, OWNER_OF_FJORD, &id).await);
        let done = keep_up(world.db(), &Random::seeded(9), world.app.clock.now()).await.unwrap();
        assert_eq!(done.passed_on, 0);
    });
}

#[test]
fn erasing_a_user_does_not_orphan_the_client() {
    with_database(async |world| {
        let id = client(&world).await;
        let user = tenantry::base::id::Type::User.id(MANAGER_OF_FJORD.person().id).0;
        let input = json!({ "userId": user, "reason": "Asked us to" });
        world.as_(OWNER_OF_OPERATOR).act("eraseUser", input, "").await;
        assert!(owns(&world, OWNER_OF_FJORD, &id).await);
        let query = "query($id: ID!) { organisation(id: $id) { state } }";
        let state = world.as_(OWNER_OF_FJORD).run(query, json!({ "id": id })).await;
        assert_eq!(state.ok()["organisation"]["state"], "ACTIVE");
    });
}

#[test]
fn the_longest_standing_owner_has_custody_of_clients_created_by_a_key() {
    with_database(async |world| {
        let select = "apiKey { id } secret";
        let input = json!({ "organisationId": id_of(FJORD), "name": "Import", "permissions": ["CLIENT_CREATE"] });
        world.db_verify(OWNER_OF_FJORD).await;
        let made = world.as_(OWNER_OF_FJORD).act("createApiKey", input, select).await;
        let secret = made["secret"].as_str().unwrap().to_owned();
        let query = "mutation($input: CreateClientInput!) { createClient(input: $input) { partnership { client { id } } userErrors { message } } }";
        let new = json!({ "name": "Imported", "kind": "COMPANY", "delegation": { "preset": "NONE" } });
        let input = json!({ "input": { "organisationId": id_of(FJORD), "client": new } });
        let answer = world.send_as(Some(&secret), query, input).await;
        let id = answer.ok()["createClient"]["partnership"]["client"]["id"].clone();
        assert!(owns(&world, OWNER_OF_FJORD, &id).await, "{}", answer.text);
    });
}
