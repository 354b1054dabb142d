//! Sign-up.

use futures_util::future::join_all;
use serde_json::json;

use super::world::{PASSWORD, World, user_code};

#[tokio::test]
async fn signing_up_makes_a_user_who_owns_an_organisation_of_the_same_name() {
    let world = World::new().await;
    let ada = world.person(" Ada@Example.org").await;
    let viewer = world.viewer(&ada.access).await;
    assert_eq!(viewer["data"]["viewer"]["email"], json!("ada@example.org"), "{viewer}");
    assert_eq!(viewer["data"]["viewer"]["activeOrganisation"]["name"], json!("Ada Lovelace"));
    let memberships = "{ viewer { memberships { edges { node { organisation { kind } roles { name } } } } } }";
    let answer = world.run(Some(&ada.access), memberships, json!({})).await;
    let member = &answer["data"]["viewer"]["memberships"]["edges"][0]["node"];
    assert_eq!(member["organisation"]["kind"], json!("PERSON"), "{answer}");
    assert_eq!(member["roles"][0]["name"], json!("OWNER"), "{answer}");
    assert_eq!(world.mails().await, ["ada@example.org: Welcome"]);
}

#[tokio::test]
async fn signing_up_with_a_company_makes_one() {
    let world = World::new().await;
    let input = json!({ "email": "ada@example.org", "password": PASSWORD, "name": "Ada", "organisationName": " Engines ", "organisationKind": "COMPANY" });
    world.mutate(None, "signUp", input, "accepted").await;
    assert_eq!(world.db_count("organisation WHERE name = 'Engines' AND kind = 'COMPANY'").await, 1);
    assert_eq!(world.db_count("organisation").await, 1);
}

#[tokio::test]
async fn a_known_address_gets_the_same_answer_and_changes_nothing() {
    let world = World::new().await;
    let first = world.sign_up("ada@example.org").await;
    let input = json!({ "email": "ADA@example.org", "password": "another good password", "name": "Mallory" });
    let second = world.mutate(None, "signUp", input, "accepted userErrors { code field message }").await;
    assert_eq!(first, second);
    assert_eq!(world.db_count("\"user\"").await, 1);
    assert_eq!(world.db_count("organisation").await, 1);
    let refused = world.log_in("ada@example.org", "another good password").await;
    assert_eq!(user_code(&refused), "WRONG_CREDENTIALS");
    world.log_in_again("ada@example.org").await;
    let mails = world.mails().await;
    assert_eq!(mails, ["ada@example.org: Welcome", "ada@example.org: You already have an account"]);
    assert_eq!(world.db_count("outgoing_mail WHERE body_text LIKE '%Mallory%'").await, 0);
}

#[tokio::test]
async fn concurrent_sign_ups_with_one_address_make_one_user() {
    let world = World::new().await;
    let answers = join_all((0..8).map(|_| world.sign_up("ada@example.org"))).await;
    assert!(answers.iter().all(|answer| answer["accepted"] == json!(true)), "{answers:?}");
    assert_eq!(world.db_count("\"user\"").await, 1);
    assert_eq!(world.db_count("organisation").await, 1);
    assert_eq!(world.db_count("membership_role").await, 1);
    assert_eq!(world.mails().await.iter().filter(|mail| mail.contains(": Welcome")).count(), 1);
    // Nobody is flooded with mail.
    assert_eq!(world.mails().await.len(), 5);
}

#[tokio::test]
async fn each_mistake_is_named_and_nothing_is_written() {
    let world = World::new().await;
    let input = json!({ "email": "ada", "password": "short", "name": " ", "organisationName": "a\nb" });
    let payload = world.mutate(None, "signUp", input, "accepted userErrors { code field }").await;
    let errors = json!([
        { "code": "INVALID_INPUT", "field": ["input", "email"] },
        { "code": "WEAK_PASSWORD", "field": ["input", "password"] },
        { "code": "INVALID_INPUT", "field": ["input", "name"] },
        { "code": "INVALID_INPUT", "field": ["input", "organisationName"] },
    ]);
    assert_eq!(payload, json!({ "accepted": false, "userErrors": errors }));
    let input = json!({ "email": "lovelace@example.org", "password": "Lovelace@example.org", "name": "Ada" });
    let payload = world.mutate(None, "signUp", input, "accepted userErrors { code }").await;
    assert_eq!(user_code(&payload), "WEAK_PASSWORD");
    assert_eq!(world.db_count("\"user\"").await, 0);
    assert_eq!(world.mails().await.len(), 0);
}

#[tokio::test]
async fn nobody_signs_up_as_a_reseller_or_the_operator() {
    let world = World::new().await;
    for kind in ["RESELLER", "OPERATOR"] {
        let input =
            json!({ "email": "ada@example.org", "password": PASSWORD, "name": "Ada", "organisationKind": kind });
        let query = "mutation($input: SignUpInput!) { signUp(input: $input) { accepted } }";
        let answer = world.run(None, query, json!({ "input": input })).await;
        assert!(answer["errors"][0]["message"].as_str().unwrap().contains("NewOrganisationKind"), "{answer}");
    }
    assert_eq!(world.db_count("organisation").await, 0);
}
