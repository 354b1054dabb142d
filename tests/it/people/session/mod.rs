//! Sessions: listed, revoked one by one or together, and confirmed again.

mod active_organisation;
mod authenticating;
mod logging_in;
mod refreshing;
mod switching;

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::world::accounts::*;
use crate::world::*;

const SESSIONS: &str = "{ viewer { sessions { totalCount edges { node { id isCurrent clientAddress } } } } }";

async fn sessions(world: &World, token: &str) -> Vec<Value> {
    let answer = world.send_as(Some(token), SESSIONS, json!({})).await;
    let list = &answer.ok()["viewer"]["sessions"];
    let nodes: Vec<Value> = list["edges"].as_array().unwrap().iter().map(|edge| edge["node"].clone()).collect();
    assert_eq!(list["totalCount"], nodes.len());
    nodes
}

async fn revoke(world: &World, token: &str, id: &Value) -> Answer {
    let query = "mutation($id: ID!) { revokeSession(input: {sessionId: $id}) { revoked userErrors { code } } }";
    world.send_as(Some(token), query, json!({ "id": id })).await
}

async fn log_in_at(world: &World, who: Caller, address: &str) -> String {
    let input = json!({ "email": who.person().email, "password": PASSWORD });
    access(&log_in_from(world, Some(address), input).await)
}

#[test]
fn users_see_their_open_sessions_and_end_them_at_once() {
    with_database(async |world| {
        let first = log_in_at(&world, SOLE_PERSON, "192.0.2.1").await;
        let second = log_in_at(&world, SOLE_PERSON, "2001:db8::2").await;
        let third = log_in_at(&world, SOLE_PERSON, "::ffff:192.0.2.3").await;
        let listed = sessions(&world, &second).await;
        let addresses: Vec<&Value> = listed.iter().map(|session| &session["clientAddress"]).collect();
        assert_eq!(addresses, ["192.0.2.3", "2001:db8::2", "192.0.2.1"]);
        let current: Vec<&Value> = listed.iter().map(|session| &session["isCurrent"]).collect();
        assert_eq!(current, [&json!(false), &json!(true), &json!(false)]);

        assert_eq!(revoke(&world, &second, &listed[0]["id"]).await.ok()["revokeSession"]["revoked"], true);
        world.send_as(Some(&third), SESSIONS, json!({})).await.refused("UNAUTHENTICATED");
        assert_eq!(sessions(&world, &second).await.len(), 2);
        revoke(&world, &second, &listed[0]["id"]).await.refused("NOT_FOUND");

        let others = "mutation { revokeOtherSessions { count userErrors { code } } }";
        assert_eq!(world.send_as(Some(&second), others, json!({})).await.ok()["revokeOtherSessions"]["count"], 1);
        world.send_as(Some(&first), SESSIONS, json!({})).await.refused("UNAUTHENTICATED");
        assert_eq!(sessions(&world, &second).await.len(), 1);
        world.app.clock.advance(TimeDelta::days(31));
        world.send_as(Some(&second), SESSIONS, json!({})).await.refused("UNAUTHENTICATED");
    });
}

#[test]
fn nobody_sees_or_ends_the_session_of_another() {
    with_database(async |world| {
        let own = log_in_at(&world, SOLE_PERSON, "192.0.2.1").await;
        let other = log_in_at(&world, OWNER_OF_ACME, "192.0.2.2").await;
        let foreign = sessions(&world, &other).await[0]["id"].clone();
        let answer = revoke(&world, &own, &foreign).await;
        answer.refused("NOT_FOUND");
        let invented = tenantry::base::id::Type::Session.id(key(9, 9)).0;
        assert_eq!(answer.text, revoke(&world, &own, &json!(invented)).await.text);
        revoke(&world, &own, &json!("user_01h455vb4pex5vsknk084sn02q")).await.refused("INVALID_INPUT");
        assert_eq!(sessions(&world, &other).await.len(), 1);
        assert_eq!(sessions(&world, &own).await.len(), 1);
        let answer = world.as_(KEY_OF_FJORD).run(SESSIONS, json!({})).await;
        assert_eq!(answer.ok()["viewer"]["sessions"], Value::Null);
    });
}

#[test]
fn sensitive_acts_need_a_fresh_confirmation() {
    with_database(async |world| {
        let move_on = async || ask_to_move(&world, SOLE_PERSON, "stig@new.example").await;
        let prove = async |input: Value| {
            let query = "mutation($input: ConfirmIdentityInput!) { confirmIdentity(input: $input) { \
                 confirmed userErrors { code } } }";
            world.as_(SOLE_PERSON).run(query, json!({ "input": input })).await
        };
        world.as_(SOLE_PERSON).run(SESSIONS, json!({})).await.ok();
        world.app.clock.advance(TimeDelta::minutes(14));
        let elsewhere = access(&log_in(&world, SOLE_PERSON.person().email, PASSWORD).await);
        world.app.clock.advance(TimeDelta::seconds(59));
        assert_eq!(error(&move_on().await), "none");
        world.db_execute("DELETE FROM outgoing_mail", []).await;
        let stale = "UPDATE session SET confirmed_at = NULL WHERE user_id = $1";
        world.db_execute(stale, [SOLE_PERSON.person().id.into()]).await;
        assert_eq!(error(&move_on().await), "CONFIRMATION_REQUIRED");
        assert_eq!(error(&prove(json!({ "password": "wrong" })).await), "WRONG_CREDENTIALS");
        assert_eq!(error(&prove(json!({ "code": "123456" })).await), "INVALID_INPUT");
        assert_eq!(error(&move_on().await), "CONFIRMATION_REQUIRED");
        assert_eq!(world.texts("SELECT subject FROM outgoing_mail").await.len(), 0);
        assert_eq!(error(&prove(json!({ "password": PASSWORD })).await), "none");
        assert_eq!(error(&move_on().await), "none");
        // The confirmation counts for this session only.
        let query = "mutation { changeAddress(input: {newEmail: \"s@new.example\"}) { userErrors { code } } }";
        let other = world.send_as(Some(&elsewhere), query, json!({})).await;
        assert_eq!(error(&other), "CONFIRMATION_REQUIRED");
    });
}
