//! No organisation pays for itself through others: not on any day, and not when two agree at once.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::*;

async fn refused(world: &World, caller: Caller, mutation: &str, input: Value) -> (String, String) {
    let error = world.as_(caller).mistake(mutation, input).await;
    (error["code"].as_str().unwrap().to_owned(), error["message"].as_str().unwrap().to_owned())
}

#[test]
fn a_cycle_is_refused_with_the_visible_part_of_its_path() {
    with_database(async |world| {
        world.db_verify_everybody().await;
        let code = world.code_of(ACME).await;
        agree(&world, MECENAT, SOLO, 0).await;
        let asked = ask(&world, SOLE_PERSON, seeking(SOLO, &code, 5)).await;
        let (code_told, message) = refused(&world, OWNER_OF_ACME, "acceptPayer", named(&asked)).await;
        assert_eq!(code_told, "PAYER_CYCLE");
        let path = "On 2026-03-20 the payers would form a circle in which nobody pays: Solo → Acme → Mecenat → Solo.";
        assert_eq!(message, path);
        // With one between that Acme may not see.
        agree(&world, MECENAT, JARL, 0).await;
        agree(&world, JARL, SOLO, 0).await;
        let (_, message) = refused(&world, OWNER_OF_ACME, "acceptPayer", named(&asked)).await;
        assert!(message.ends_with("Solo → Acme → Mecenat → (hidden) → Solo."), "{message}");
        // Staff sees all of it, and is refused all the same.
        let (code, message) = refused(&world, OWNER_OF_OPERATOR, "requestPayer", asking(SOLO, MECENAT, 0)).await;
        assert_eq!(code, "PAYER_CYCLE");
        assert!(message.ends_with("Solo → Mecenat → Jarl → Solo."), "{message}");
        let node = "query($id: ID!) { node(id: $id) { ... on PayerAgreement { state } } }";
        let waits = world.as_(SOLE_PERSON).run(node, json!({ "id": asked["id"] })).await;
        assert_eq!(waits.at("node/state"), "PENDING", "it waits on");
    });
}

#[test]
fn a_future_cycle_is_refused_unless_another_agreement_prevents_it() {
    with_database(async |world| {
        db_nobody_pays(&world).await;
        agree(&world, ACME, MECENAT, 0).await;
        agree(&world, MECENAT, SOLO, 10).await;
        let (code, message) = refused(&world, OWNER_OF_OPERATOR, "requestPayer", asking(SOLO, ACME, 0)).await;
        assert_eq!(code, "PAYER_CYCLE");
        assert!(message.starts_with("On 2026-03-25 "), "{message}");
        // From the tenth day on, somebody else pays for Solo, so there is no circle before either.
        agree(&world, SOLO, JARL, 10).await;
        let until = agree(&world, SOLO, ACME, 0).await;
        assert_eq!(until["endsOn"], day(10));
        for (offset, chain) in [(0, vec!["Acme", "Mecenat"]), (9, vec!["Acme", "Mecenat"]), (10, vec!["Jarl"])] {
            assert_eq!(chain_on(&world, SOLO, offset).await, chain, "day {offset}");
        }
        assert_eq!(chain_on(&world, ACME, 10).await, ["Mecenat", "Solo", "Jarl"]);
    });
}

#[test]
fn a_chain_has_eight_agreements_at_most() {
    with_database(async |world| {
        db_nobody_pays(&world).await;
        let row = [ACME, MECENAT, SOLO, JARL, KILEN, IVAR, HAMRA, MYR, NORDEN];
        for pair in row.windows(2) {
            agree(&world, pair[0], pair[1], 0).await;
        }
        assert_eq!(chain_on(&world, ACME, 0).await.len(), 8);
        for (organisation, payer) in [(NORDEN, LUND), (LUND, ACME)] {
            let (code, _) = refused(&world, OWNER_OF_OPERATOR, "requestPayer", asking(organisation, payer, 0)).await;
            assert_eq!(code, "PAYER_CHAIN_TOO_LONG");
        }
        agree(&world, LUND, MECENAT, 0).await;
        // Nor does a new client come below it: Fjord pays for it only while it has room itself.
        world.db_verify_everybody().await;
        let new = json!({
            "name": "Bakery", "kind": "COMPANY", "delegation": { "preset": "NONE" }, "recipient": { "reseller": true },
        });
        let create = json!({ "organisationId": id_of(FJORD), "client": new });
        agree(&world, FJORD, MECENAT, 0).await;
        let error = world.as_(OWNER_OF_FJORD).mistake("createClient", create.clone()).await;
        assert_eq!(error["code"], "PAYER_CHAIN_TOO_LONG");
        assert_eq!(error["field"], json!(["input", "client", "recipient"]));
        agree(&world, FJORD, SOLO, 0).await;
        world.as_(OWNER_OF_FJORD).act("createClient", create, "").await;
        let query = "query($id: ID!) { organisation(id: $id) { payer { name } } }";
        let end = world.as_(OWNER_OF_ACME).run(query, json!({ "id": id_of(ACME) })).await;
        assert_eq!(end.at("organisation/payer/name"), "Norden");
    });
}

/// The codes of those that were refused, and how many were not.
fn outcome(answers: &[Answer], mutation: &str) -> (usize, Vec<String>) {
    let codes =
        answers.iter().filter_map(|answer| answer.ok()[mutation]["userErrors"][0]["code"].as_str().map(str::to_owned));
    let codes: Vec<String> = codes.collect();
    (answers.len() - codes.len(), codes)
}

#[test]
fn of_concurrent_requests_that_form_a_cycle_one_is_refused() {
    with_database(async |world| {
        let staff = world.as_(OWNER_OF_OPERATOR);
        staff.run("{ viewer { name } }", json!({})).await.ok();
        for round in 0..6 {
            db_nobody_pays(&world).await;
            let pairs: &[(Tenant, Tenant)] = if round % 2 == 0 {
                &[(ACME, SOLO), (SOLO, ACME)]
            } else {
                &[(ACME, SOLO), (SOLO, MECENAT), (MECENAT, JARL), (JARL, ACME)]
            };
            let from = |place: usize| i64::try_from(place).unwrap();
            let requests = pairs.iter().enumerate().map(async |(place, (organisation, payer))| {
                staff.attempt("requestPayer", asking(*organisation, *payer, from(place)), "").await
            });
            let answers = join_all(requests).await;
            assert_eq!(outcome(&answers, "requestPayer"), (pairs.len() - 1, vec!["PAYER_CYCLE".to_owned()]));
            assert_eq!(
                world.texts("SELECT state FROM payer").await.len(),
                pairs.len() - 1,
                "what is refused is not there"
            );
        }
    });
}

#[test]
fn of_concurrent_answers_that_form_a_cycle_one_is_refused() {
    with_database(async |world| {
        world.db_verify_everybody().await;
        for _ in 0..4 {
            db_nobody_pays(&world).await;
            let [acme, solo, mecenat] =
                [world.code_of(ACME).await, world.code_of(SOLO).await, world.code_of(MECENAT).await];
            let one = ask(&world, OWNER_OF_ACME, seeking(ACME, &solo, 0)).await;
            let two = ask(&world, SOLE_PERSON, seeking(SOLO, &mecenat, 0)).await;
            let three = ask(&world, CLERK_OF_MECENAT, seeking(MECENAT, &acme, 0)).await;
            let answers = [(SOLE_PERSON, one), (CLERK_OF_MECENAT, two), (OWNER_OF_ACME, three)];
            let answers = answers
                .iter()
                .map(async |(caller, asked)| world.as_(*caller).attempt("acceptPayer", named(asked), "").await);
            let answers = join_all(answers).await;
            assert_eq!(outcome(&answers, "acceptPayer"), (2, vec!["PAYER_CYCLE".to_owned()]));
        }
    });
}

#[test]
fn of_two_payers_that_accept_at_once_the_later_one_pays() {
    with_database(async |world| {
        world.db_verify_everybody().await;
        db_nobody_pays(&world).await;
        let one = ask(&world, OWNER_OF_ACME, seeking(ACME, &world.code_of(SOLO).await, 0)).await;
        let two = ask(&world, OWNER_OF_ACME, seeking(ACME, &world.code_of(MECENAT).await, 0)).await;
        let (stig, clerk) = (world.as_(SOLE_PERSON), world.as_(CLERK_OF_MECENAT));
        for client in [&stig, &clerk] {
            client.run("{ viewer { name } }", json!({})).await.ok();
        }
        let answers = [stig.attempt("acceptPayer", named(&one), ""), clerk.attempt("acceptPayer", named(&two), "")];
        let answers = join_all(answers).await;
        assert_eq!(outcome(&answers, "acceptPayer").0, 2);
        let mut states = world.texts("SELECT state FROM payer").await;
        states.sort();
        assert_eq!(states, ["ACTIVE", "ENDED"]);
        assert_eq!(chain_on(&world, ACME, 0).await.len(), 1);
    });
}
