//! From a credential to the actor.

use chrono::TimeDelta;
use serde_json::json;

use crate::world::accounts::begin_session;
use crate::world::*;

const VIEWER: &str = "{ viewer { name activeOrganisation { name } } }";

/// The error message that the caller gets.
async fn refusal(world: &World, caller: Caller) -> String {
    let answer = world.as_(caller).run(VIEWER, json!({})).await;
    answer.refused("UNAUTHENTICATED");
    answer.errors()[0]["message"].as_str().unwrap().to_owned()
}

#[test]
fn the_next_request_of_a_disabled_user_is_refused() {
    with_database(async |world| {
        let stig = world.as_(SOLE_PERSON);
        assert_eq!(stig.run(VIEWER, json!({})).await.ok()["viewer"]["name"], SOLE_PERSON.name());
        let disable = "UPDATE \"user\" SET state = 'DISABLED' WHERE id = $1";
        world.db_execute(disable, [SOLE_PERSON.person().id.into()]).await;
        assert!(refusal(&world, SOLE_PERSON).await.starts_with("This account is disabled."));
    });
}

#[test]
fn authenticating_a_session_takes_one_statement() {
    with_database(async |world| {
        let (token, _) = begin_session(&world, SOLE_PERSON.person().email).await;
        assert_eq!(world.send_as(Some(&token), "{ __typename }", json!({})).await.statements, 1);
    });
}

#[test]
fn an_api_key_acts_for_its_organisation_until_it_expires_or_is_revoked() {
    with_database(async |world| {
        let key = world.as_(KEY_OF_FJORD).run(VIEWER, json!({})).await;
        let expected = json!({ "name": KEY_OF_FJORD.name(), "activeOrganisation": { "name": "Fjord" } });
        assert_eq!(key.ok()["viewer"], expected);
        let invented = world.send_as(Some("tenantry_key_invented"), VIEWER, json!({})).await;
        invented.refused("UNAUTHENTICATED");

        world.db_execute("UPDATE api_key SET expires_at = $1", [(now() + TimeDelta::days(1)).into()]).await;
        world.as_(KEY_OF_FJORD).run(VIEWER, json!({})).await.ok();
        world.wait(TimeDelta::days(1));
        assert!(refusal(&world, KEY_OF_FJORD).await.starts_with("This API key has expired."));
        world.db_execute("UPDATE api_key SET revoked_at = created_at", []).await;
        assert_eq!(refusal(&world, KEY_OF_FJORD).await, invented.errors()[0]["message"]);
    });
}

#[test]
fn an_api_key_does_nothing_that_needs_a_person() {
    with_database(async |world| {
        let key = world.as_(KEY_OF_FJORD);
        let before = world.db_count("organisation").await;
        let ended = key.run("mutation { logOut { ended userErrors { code } } }", json!({})).await;
        assert_eq!(ended.user_codes(), ["FOR_PEOPLE_ONLY"]);
        assert_eq!(ended.at("logOut/ended"), false);
        for (mutation, input) in [
            ("createOrganisation", json!({ "name": "Another", "kind": "COMPANY" })),
            ("switchOrganisation", json!({ "organisationId": id_of(FJORD) })),
        ] {
            assert_eq!(key.mistake(mutation, input).await["code"], "FOR_PEOPLE_ONLY", "{mutation}");
        }
        assert_eq!(world.db_count("organisation").await, before);
    });
}
