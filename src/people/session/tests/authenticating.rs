//! From a credential to the actor.

use chrono::TimeDelta;
use sea_orm::{EntityTrait, Set};
use serde_json::json;
use uuid::Uuid;

use super::world::{SignedIn, World, code};
use crate::access::{Permission, PermissionSet};
use crate::base::random::hash;

/// A key of the organisation with these scopes.
pub async fn add_key(world: &World, organisation: Uuid, secret: &str, own: PermissionSet) -> String {
    let key = format!("tenantry_key_{secret}");
    let row = entity::api_key::ActiveModel {
        id: Set(Uuid::from_u128(u128::from(secret.len() as u64))),
        organisation_id: Set(organisation),
        name: Set("The till".to_owned()),
        secret_hash: Set(hash(&key)),
        permissions: Set(own.to_stored()),
        client_permissions: Set(0),
        expires_at: Set(Some(world.now() + TimeDelta::days(1))),
        revoked_at: Set(None),
        created_at: Set(world.now()),
        prefix: Set(String::new()),
        created_by_id: Set(None),
        last_used_at: Set(None),
        previous_hash: Set(None),
        previous_until: Set(None),
    };
    entity::api_key::Entity::insert(row).exec_without_returning(world.app.db.writer()).await.unwrap();
    key
}

async fn refusal(world: &World, bearer: &str) -> String {
    let answer = world.viewer(bearer).await;
    assert_eq!(code(&answer), "UNAUTHENTICATED", "{answer}");
    answer["errors"][0]["message"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_user_who_is_disabled_is_refused_by_the_next_request() {
    let world = World::new().await;
    let SignedIn { access, .. } = world.person("ada@example.org").await;
    assert_eq!(world.viewer(&access).await["data"]["viewer"]["name"], json!("Ada Lovelace"));
    world.db_run("UPDATE \"user\" SET state = 'DISABLED'").await;
    assert!(refusal(&world, &access).await.starts_with("This account is disabled."));
}

#[tokio::test]
async fn finding_out_who_asks_takes_one_statement() {
    let world = World::new().await;
    let ada = world.person("ada@example.org").await;
    let before = world.app.db.statements();
    crate::people::session::authenticate(&world.app.db, &world.app.tokens, Some(&ada.access), world.now())
        .await
        .unwrap();
    assert_eq!(world.app.db.statements() - before, 1);
}

#[tokio::test]
async fn an_api_key_acts_for_its_organisation_until_it_ends() {
    let world = World::new().await;
    let ada = world.person("ada@example.org").await;
    let organisation = world.organisation_of(&ada.access, "Engines").await;
    let key = add_key(&world, organisation, "secret", PermissionSet::of(&[Permission::InvoiceRead])).await;
    let viewer = world.viewer(&key).await;
    assert_eq!(viewer["data"]["viewer"]["name"], json!("The till"), "{viewer}");
    assert_eq!(viewer["data"]["viewer"]["activeOrganisation"]["name"], json!("Engines"));
    let unknown = refusal(&world, "tenantry_key_invented").await;
    world.advance(TimeDelta::days(1));
    assert!(refusal(&world, &key).await.starts_with("This API key has expired."));
    world.db_run("UPDATE api_key SET revoked_at = created_at").await;
    assert_eq!(refusal(&world, &key).await, unknown);
}

#[tokio::test]
async fn an_api_key_does_nothing_that_needs_a_person() {
    let world = World::new().await;
    let ada = world.person("ada@example.org").await;
    let organisation = world.organisation_of(&ada.access, "Engines").await;
    let key = add_key(&world, organisation, "secret", PermissionSet::ORDINARY).await;
    let log_out = world.run(Some(&key), "mutation { logOut { ended userErrors { code } } }", json!({})).await;
    let refused = json!([{ "code": "FOR_PEOPLE_ONLY" }]);
    assert_eq!(log_out["data"]["logOut"], json!({ "ended": false, "userErrors": refused }), "{log_out}");
    let input = json!({ "name": "Another", "kind": "COMPANY" });
    let fields = "organisation { id } userErrors { code }";
    let payload = world.mutate(Some(&key), "createOrganisation", input, fields).await;
    assert_eq!(payload, json!({ "organisation": null, "userErrors": refused }));
    let switched = world.switch(&key, organisation).await;
    assert_eq!(switched["data"]["switchOrganisation"]["userErrors"][0]["code"], json!("FOR_PEOPLE_ONLY"));
    assert_eq!(world.db_count("organisation").await, 2);
}
