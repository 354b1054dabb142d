//! Creating organisations, and the one that a session works in.

use chrono::TimeDelta;
use entity::partnership::{self, State};
use sea_orm::{EntityTrait, Set};
use serde_json::{Value, json};
use uuid::Uuid;

use super::authenticating::add_key;
use super::world::{SignedIn, World, code, user_code};
use crate::access::{DelegationPreset, Permission, PermissionSet};
use crate::base::id::Type;

/// A reseller with Ada in it, and its client, an organisation of Bob's, with a delegation.
struct Partners {
    world: World,
    ada: SignedIn,
    client: Uuid,
}

impl Partners {
    async fn with(delegated: PermissionSet) -> Self {
        let world = World::new().await;
        let ada = world.person("ada@example.org").await;
        let bob = world.person("bob@example.org").await;
        let reseller = world.organisation_of(&ada.access, "Resellers").await;
        let client = world.organisation_of(&bob.access, "Bakers").await;
        let row = partnership::ActiveModel {
            id: Set(Uuid::from_u128(7)),
            reseller_id: Set(reseller),
            client_id: Set(client),
            client_name: Set("Bakers".to_owned()),
            delegated: Set(delegated.to_stored()),
            client_delegated: Set(0),
            includes_upstream: Set(false),
            state: Set(State::Active),
            starts_at: Set(world.now()),
            ends_at: Set(None),
            ended_at: Set(None),
            created_at: Set(world.now()),
            ended_by: Set(None),
            reminded_days: Set(None),
            reference: Set(None),
            template_id: Set(None),
        };
        partnership::Entity::insert(row).exec_without_returning(world.app.db.writer()).await.unwrap();
        Self { world, ada, client }
    }
}

fn not_found(answer: &Value) -> bool {
    code(answer) == "NOT_FOUND" && answer["data"]["switchOrganisation"].is_null()
}

#[tokio::test]
async fn who_makes_an_organisation_owns_it() {
    let world = World::new().await;
    let ada = world.person("ada@example.org").await;
    world.organisation_of(&ada.access, "  Engines ").await;
    assert_eq!(world.db_count("organisation WHERE name = 'Engines' AND kind = 'COMPANY'").await, 1);
    let input = json!({ "name": "", "kind": "COMPANY" });
    let payload = world.mutate(Some(&ada.access), "createOrganisation", input, "userErrors { code field }").await;
    assert_eq!(payload["userErrors"], json!([{ "code": "INVALID_INPUT", "field": ["input", "name"] }]));
    let query = "mutation { createOrganisation(input: {name: \"A\", kind: COMPANY}) { organisation { id } } }";
    assert_eq!(code(&world.run(None, query, json!({})).await), "UNAUTHENTICATED");
    assert_eq!(world.db_count("organisation").await, 2);
}

#[tokio::test]
async fn a_member_switches_and_another_session_stays() {
    let world = World::new().await;
    let ada = world.person("ada@example.org").await;
    let engines = world.organisation_of(&ada.access, "Engines").await;
    let other = world.log_in_again("ada@example.org").await;
    let answer = world.switch(&ada.access, engines).await;
    let expected = json!({ "organisation": { "id": Type::Organisation.id(engines) }, "userErrors": [] });
    assert_eq!(answer["data"]["switchOrganisation"], expected, "{answer}");
    assert_eq!(world.viewer(&ada.access).await["data"]["viewer"]["activeOrganisation"]["name"], json!("Engines"));
    assert_eq!(world.viewer(&other.access).await["data"]["viewer"]["activeOrganisation"], json!(null));
}

#[tokio::test]
async fn a_member_who_only_reads_switches_until_the_membership_ends() {
    let world = World::new().await;
    let ada = world.person("ada@example.org").await;
    let engines = world.organisation_of(&ada.access, "Engines").await;
    world.db_run("UPDATE membership_role SET builtin = 'VIEWER'").await;
    assert_eq!(world.switch(&ada.access, engines).await["data"]["switchOrganisation"]["userErrors"], json!([]));
    let end = world.now() + TimeDelta::hours(1);
    let sql = format!("UPDATE membership SET expires_at = '{}'", end.to_rfc3339());
    assert_eq!(world.db_run(&sql).await, 2);
    assert_eq!(world.viewer(&ada.access).await["data"]["viewer"]["activeOrganisation"]["name"], json!("Engines"));
    world.advance(TimeDelta::hours(1));
    let next = world.refresh(&ada.refresh).await["tokens"]["accessToken"].as_str().unwrap().to_owned();
    let lost = world.viewer(&next).await;
    assert_eq!((code(&lost), &lost["errors"][0]["path"]), ("CONTEXT_LOST", &json!(["viewer", "activeOrganisation"])));
    assert_eq!(lost["data"]["viewer"]["name"], json!("Ada Lovelace"), "others go on");
    assert!(not_found(&world.switch(&next, engines).await));
}

#[tokio::test]
async fn a_foreign_and_an_invented_organisation_answer_alike() {
    let world = World::new().await;
    let ada = world.person("ada@example.org").await;
    let bob = world.person("bob@example.org").await;
    let foreign = world.organisation_of(&bob.access, "Bakers").await;
    let invented = Uuid::from_u128(42);
    let answer = world.switch(&ada.access, foreign).await;
    assert!(not_found(&answer), "{answer}");
    assert_eq!(answer, world.switch(&ada.access, invented).await);
    let viewer = "{ viewer { name activeOrganisation { id } } }";
    let by_header = world.run_in(Some(&ada.access), Some(foreign), viewer, json!({})).await;
    assert_eq!(code(&by_header), "CONTEXT_LOST");
    assert_eq!(by_header, world.run_in(Some(&ada.access), Some(invented), viewer, json!({})).await);
    let of_a_user = json!({ "input": { "organisationId": Type::User.id(invented) } });
    let query =
        "mutation($input: SwitchOrganisationInput!) { switchOrganisation(input: $input) { userErrors { code } } }";
    assert_eq!(code(&world.run(Some(&ada.access), query, of_a_user).await), "INVALID_INPUT");
}

#[tokio::test]
async fn a_partner_who_only_sees_cannot_switch_in() {
    let Partners { world, ada, client } = Partners::with(DelegationPreset::Overview.set()).await;
    let answer = world.switch(&ada.access, client).await;
    let payload = &answer["data"]["switchOrganisation"];
    assert_eq!(user_code(payload), "NOT_SWITCHABLE", "{answer}");
    assert_eq!(payload["userErrors"][0]["field"], json!(["input", "organisationId"]));
    let viewer = "{ viewer { activeOrganisation { id } } }";
    assert_eq!(code(&world.run_in(Some(&ada.access), Some(client), viewer, json!({})).await), "CONTEXT_LOST");
}

#[tokio::test]
async fn a_partner_who_may_change_something_switches_in_until_the_partnership_ends() {
    let Partners { world, ada, client } = Partners::with(DelegationPreset::Support.set()).await;
    let viewer = "{ viewer { activeOrganisation { name } } }";
    let by_header = world.run_in(Some(&ada.access), Some(client), viewer, json!({})).await;
    assert_eq!(by_header["data"]["viewer"]["activeOrganisation"]["name"], json!("Bakers"), "{by_header}");
    assert_eq!(world.viewer(&ada.access).await["data"]["viewer"]["activeOrganisation"]["name"], json!("Ada Lovelace"));
    assert_eq!(world.switch(&ada.access, client).await["data"]["switchOrganisation"]["userErrors"], json!([]));
    world.db_run("UPDATE partnership SET state = 'ENDED', ended_at = starts_at").await;
    let lost = world.viewer(&ada.access).await;
    assert_eq!((code(&lost), &lost["data"]["viewer"]["name"]), ("CONTEXT_LOST", &json!("Ada Lovelace")));
}

#[tokio::test]
async fn nobody_works_in_a_closed_organisation() {
    let world = World::new().await;
    let ada = world.person("ada@example.org").await;
    let engines = world.organisation_of(&ada.access, "Engines").await;
    let key = add_key(&world, engines, "secret", PermissionSet::of(&[Permission::InvoiceRead])).await;
    world.db_run("UPDATE organisation SET state = 'CLOSED'").await;
    let answer = world.switch(&ada.access, engines).await;
    assert_eq!(user_code(&answer["data"]["switchOrganisation"]), "NOT_SWITCHABLE", "{answer}");
    for bearer in [&ada.access, &key] {
        assert_eq!(code(&world.viewer(bearer).await), "CONTEXT_LOST");
    }
    world.db_run("UPDATE organisation SET state = 'SUSPENDED'").await;
    assert_eq!(world.switch(&ada.access, engines).await["data"]["switchOrganisation"]["userErrors"], json!([]));
}

#[tokio::test]
async fn mutations_after_a_switch_in_the_same_request_work_in_the_new_organisation() {
    let world = World::new().await;
    let ada = world.person("ada@example.org").await;
    let engines = world.organisation_of(&ada.access, "Engines").await;
    let actor = crate::people::session::authenticate(&world.app.db, &world.app.tokens, Some(&ada.access), world.now())
        .await
        .unwrap();
    let request = world.app.request(actor);
    let active = async || crate::people::session::active_organisation(&request).await.unwrap().map(|found| found.id());
    assert_ne!(active().await, Some(engines));
    request.switch_to(engines);
    assert_eq!(active().await, Some(engines));
}
