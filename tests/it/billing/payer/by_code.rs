//! A payer named by its code: nothing reveals whether the code exists until its organisation answers.

use serde_json::{Value, json};

use super::*;

/// Everything that the requesting side sees of its request. Fields of one document share statements or not, depending on
/// how fast the database answers, and the statements are counted: so these are documents of their own.
const SEEN: [&str; 4] = [
    "query($id: ID!) { organisation(id: $id) { name payer { name } } }",
    "query($id: ID!) { organisation(id: $id) { payerRequests(first: 5) { totalCount edges { cursor node { \
        id state soughtCode payer { name } organisation { name } startsOn endsOn requestedAt requestedBy { name } \
        expiresAt answeredAt answeredBy { name } } } } } }",
    "query($id: ID!) { organisation(id: $id) { \
        auditEvents(first: 5) { edges { node { action actorName way before after } } } } }",
    "query($id: ID!) { explainPayer(organisationId: $id, on: \"2026-06-01\") { sentence } }",
];

/// Without ids, which are drawn anew, and the cursors and places that hold them.
fn without_ids(text: &str, ids: &[&Value]) -> String {
    let mut text = text.to_owned();
    for id in ids {
        text = text.replace(id.as_str().unwrap(), "ID");
    }
    let mut value: Value = serde_json::from_str(&text).unwrap();
    if let Some(edges) = value.pointer_mut("/data/organisation/payerRequests/edges").and_then(Value::as_array_mut) {
        for edge in edges {
            edge["cursor"] = json!("cursor");
        }
    }
    value.to_string()
}

async fn see(client: &Client<'_>, answers: &mut Vec<(String, u64)>) {
    for query in SEEN {
        let seen = client.run(query, json!({ "id": id_of(ACME) })).await;
        assert!(seen.errors().is_empty(), "{}", seen.text);
        answers.push((seen.text.clone(), seen.statements));
    }
}

/// The answer to a request for a payer and its number of statements, up to the withdrawal.
async fn told(world: &World, code: &str, last: &str) -> Vec<(String, u64)> {
    let client = world.as_(OWNER_OF_ACME);
    client.run("{ viewer { name } }", json!({})).await.ok();
    let selection = "agreement { id state soughtCode payer { name } startsOn endsOn requestedAt expiresAt }";
    let asked = client.attempt("requestPayer", seeking(ACME, code, 30), selection).await;
    let id = asked.at("requestPayer/agreement/id").clone();
    assert!(id.is_string(), "{}", asked.text);
    let named = json!({ "agreementId": id });
    let mut answers = vec![(asked.text.clone(), 0)];
    let again = client.attempt("requestPayer", seeking(ACME, code, 30), selection).await;
    answers.push((again.text.clone(), again.statements));
    let other_day = client.attempt("requestPayer", seeking(ACME, code, 31), selection).await;
    answers.push((other_day.text.clone(), other_day.statements));
    for mutation in ["acceptPayer", "declinePayer", "endPayer"] {
        let answer = client.attempt(mutation, named.clone(), selection).await;
        answers.push((answer.text.clone(), answer.statements));
    }
    let node = "query($id: ID!) { node(id: $id) { ... on PayerAgreement { id state soughtCode payer { name } } } }";
    let node = client.run(node, json!({ "id": id })).await;
    answers.push((node.text.clone(), node.statements));
    see(&client, &mut answers).await;
    let withdrawn = client.attempt(last, named, selection).await;
    answers.push((withdrawn.text.clone(), withdrawn.statements));
    see(&client, &mut answers).await;
    answers.into_iter().map(|(text, statements)| (without_ids(&text, &[&id]), statements)).collect()
}

#[test]
fn a_request_by_code_does_not_reveal_whether_the_code_exists() {
    with_database(async |world| {
        let world = world.with_one_connection().await;
        let mut found: Vec<Vec<(String, u64)>> = Vec::new();
        let solo = world.code_of(SOLO).await;
        // Acme's own code, one of a suspended organisation, and one that the viewer can see anyway.
        let [own, eken, norden] = [world.code_of(ACME).await, world.code_of(EKEN).await, world.code_of(NORDEN).await];
        for code in ["NOBO-DYXX".to_owned(), solo, own, eken, norden] {
            world.db_reset().await;
            world.db_verify_everybody().await;
            db_role_at(&world, 760_000, OWNER_OF_ACME, NORDEN, BuiltinRole::Member).await;
            let told = told(&world, &code, "withdrawPayerRequest").await;
            found.push(told.into_iter().map(|(text, statements)| (text.replace(&code, "CODE"), statements)).collect());
        }
        let (nobody, others) = found.split_first().unwrap();
        for other in others {
            for (one, same) in nobody.iter().zip(other) {
                assert_eq!(one, same);
            }
        }
        assert!(
            nobody[0].0.contains("\"state\":\"PENDING\"") && nobody[0].0.contains("\"payer\":null"),
            "{}",
            nobody[0].0
        );
    });
}

#[test]
fn the_organisation_with_the_code_learns_of_the_request_and_answers() {
    with_database(async |world| {
        world.db_verify_everybody().await;
        let code = world.code_of(SOLO).await;
        for (number, answer, state) in [(0, "declinePayer", "DECLINED"), (1, "acceptPayer", "SCHEDULED")] {
            let asked = ask(&world, OWNER_OF_ACME, seeking(ACME, &format!(" {} ", code.to_lowercase()), 30)).await;
            assert_eq!((&asked["soughtCode"], &asked["payer"]), (&json!(code), &Value::Null));
            assert_eq!(world.mails(SOLE_PERSON.person().email).await.len(), 1 + number, "it is told");
            let query = "query($id: ID!) { organisation(id: $id) { requestsToPay(first: 5) { edges { node { \
                         organisation { name organisation { id } } payer { name } requestedBy { name } } } } } }";
            let waits = world.as_(SOLE_PERSON).run(query, json!({ "id": id_of(SOLO) })).await;
            let expected = json!({ "organisation": { "name": "Acme", "organisation": null }, "payer": { "name": "Solo" },
                                   "requestedBy": { "name": OWNER_OF_ACME.name() } });
            assert_eq!(waits.ok()["organisation"]["requestsToPay"]["edges"], json!([{ "node": expected }]));
            let answered = world.as_(SOLE_PERSON).act(answer, named(&asked), AGREEMENT).await;
            assert_eq!(answered["agreement"]["state"], state);
            let node = "query($id: ID!) { node(id: $id) { ... on PayerAgreement { state payer { name } answeredBy { name } } } }";
            let seen = world.as_(OWNER_OF_ACME).run(node, json!({ "id": asked["id"] })).await;
            let expected =
                json!({ "state": state, "payer": { "name": "Solo" }, "answeredBy": { "name": SOLE_PERSON.name() } });
            assert_eq!(seen.ok()["node"], expected);
        }
    });
}

#[test]
fn an_invisible_organisation_looks_like_one_that_does_not_exist() {
    with_database(async |world| {
        world.db_verify_everybody().await;
        let olga = world.as_(OWNER_OF_ACME);
        olga.run("{ viewer { name } }", json!({})).await.ok();
        let invented = tenantry::base::id::Type::Organisation.id(key(NORDIC, 999_999)).0;
        let by_id = |id: String| json!({ "organisationId": id_of(ACME), "payer": { "organisationId": id }, "startsOn": day(0) });
        let foreign = olga.attempt("requestPayer", by_id(id_of(SOLO)), "agreement { id }").await;
        foreign.refused("NOT_FOUND");
        assert_eq!(foreign.text, olga.attempt("requestPayer", by_id(invented.clone()), "agreement { id }").await.text);
        assert!(world.mails(SOLE_PERSON.person().email).await.is_empty());
        let at = |id: String| json!({ "organisationId": id, "payer": { "code": "NOBO-DYXX" }, "startsOn": day(0) });
        let foreign = olga.attempt("requestPayer", at(id_of(SOLO)), "agreement { id }").await;
        assert_eq!(foreign.text, olga.attempt("requestPayer", at(invented.clone()), "agreement { id }").await.text);
        let query = "query($id: ID!) { explainPayer(organisationId: $id) { sentence } }";
        let foreign = olga.run(query, json!({ "id": id_of(SOLO) })).await;
        foreign.refused("NOT_FOUND");
        assert_eq!(foreign.text, olga.run(query, json!({ "id": invented })).await.text);
        // An agreement of others is like none too.
        let theirs = agree(&world, SOLO, JARL, 0).await;
        let none = tenantry::base::id::Type::PayerAgreement.id(key(NORDIC, 999_999)).0;
        for mutation in ["acceptPayer", "declinePayer", "withdrawPayerRequest", "endPayer"] {
            let foreign = olga.attempt(mutation, named(&theirs), "agreement { id }").await;
            foreign.refused("NOT_FOUND");
            let invented = olga.attempt(mutation, json!({ "agreementId": none }), "agreement { id }").await;
            assert_eq!(foreign.text, invented.text, "{mutation}");
        }
    });
}
