//! Concurrent acts on one proposal or partnership: one succeeds, and the other gets a correct answer.

use futures_util::future::{join, join_all};
use serde_json::{Value, json};

use super::*;

/// The upper reseller proposes to the lower one. Returns the id of the proposal.
async fn propose(world: &World, caller: Caller, reseller: Tenant, client: Tenant) -> Value {
    let input = by_code(world, reseller, client, "OVERVIEW").await;
    world.as_(caller).act("proposePartnership", input, "proposal { id }").await["proposal"]["id"].clone()
}

#[test]
fn of_two_concurrent_proposals_that_form_a_cycle_one_is_refused() {
    with_database(async |world| {
        world.db_verify_everybody().await;
        world.db_execute("UPDATE organisation SET kind = 'RESELLER' WHERE id = $1", [SOLO.id.into()]).await;
        for round in 0..5 {
            world
                .db_execute(
                    "DELETE FROM partnership_proposal WHERE organisation_id = $1 OR addressee_id = $1",
                    [SOLO.id.into()],
                )
                .await;
            world
                .db_execute("DELETE FROM partnership WHERE reseller_id = $1 OR client_id = $1", [SOLO.id.into()])
                .await;
            let down = propose(&world, OWNER_OF_LUND, LUND, SOLO).await;
            let up = propose(&world, SOLE_PERSON, SOLO, LUND).await;
            let (stig, lars) = (world.as_(SOLE_PERSON), world.as_(OWNER_OF_LUND));
            let select = "partnership { id }";
            let (one, other) = join(
                stig.attempt("acceptPartnership", json!({ "proposalId": down }), select),
                lars.attempt("acceptPartnership", json!({ "proposalId": up }), select),
            )
            .await;
            let outcomes = [one, other].map(|answer| answer.ok()["acceptPartnership"].clone());
            let made = outcomes.iter().filter(|outcome| outcome["partnership"]["id"].is_string()).count();
            assert_eq!(made, 1, "round {round}: {outcomes:?}");
            let refused = outcomes.iter().find(|outcome| outcome["partnership"].is_null()).unwrap();
            assert_eq!(refused["userErrors"][0]["code"], "CYCLE", "{refused}");
            let alive = "SELECT state FROM partnership WHERE state <> 'ENDED' AND reseller_id <> client_id";
            assert!(!world.texts(alive).await.is_empty());
        }
    });
}

#[test]
fn of_many_concurrent_acceptances_one_makes_the_partnership() {
    with_database(async |world| {
        let id = proposed(&world, "FULL").await;
        let stig = world.as_(SOLE_PERSON);
        stig.credential().await;
        let answers =
            join_all((0..6).map(async |_| {
                stig.attempt("acceptPartnership", json!({ "proposalId": id }), "partnership { id }").await
            }))
            .await;
        let made: Vec<&Answer> =
            answers.iter().filter(|answer| answer.at("acceptPartnership/partnership/id").is_string()).collect();
        assert_eq!(made.len(), 1);
        let rows =
            world.texts("SELECT client_name FROM partnership WHERE client_name = 'Solo' AND state = 'ACTIVE'").await;
        assert_eq!(rows.len(), 1);
    });
}

#[test]
fn a_proposal_withdrawn_while_accepted_is_one_or_the_other() {
    with_database(async |world| {
        for _ in 0..5 {
            let id = proposed(&world, "OVERVIEW").await;
            let input = json!({ "proposalId": id });
            let (stig, pia) = (world.as_(SOLE_PERSON), world.as_(MANAGER_OF_FJORD));
            let (accepted, withdrawn) = join(
                stig.attempt("acceptPartnership", input.clone(), "partnership { id }"),
                pia.attempt("withdrawPartnershipProposal", input, "proposal { state }"),
            )
            .await;
            let is_made = accepted.at("acceptPartnership/partnership/id").is_string();
            let is_back = withdrawn.at("withdrawPartnershipProposal/proposal/state").is_string();
            assert!(is_made != is_back, "{}\n{}", accepted.text, withdrawn.text);
            assert_eq!(!may(&world).await.is_empty(), is_made);
            if is_made {
                let id = accepted.at("acceptPartnership/partnership/id").clone();
                stig.act("endPartnership", json!({ "partnershipId": id }), "partnership { id }").await;
            }
        }
    });
}

#[test]
fn clients_created_at_the_same_time_have_unique_references() {
    with_database(async |world| {
        let pia = world.as_(MANAGER_OF_FJORD);
        pia.credential().await;
        let new = json!({ "name": "Twin", "kind": "COMPANY", "delegation": { "preset": "NONE" }, "reference": "T-1" });
        let input = json!({ "organisationId": id_of(FJORD), "client": new });
        let answers =
            join_all((0..5).map(async |_| pia.attempt("createClient", input.clone(), "client { id }").await)).await;
        let made = answers.iter().filter(|answer| answer.at("createClient/client/id").is_string()).count();
        assert_eq!(made, 1);
        assert_eq!(world.texts("SELECT name FROM organisation WHERE name = 'Twin'").await.len(), 1);
    });
}
