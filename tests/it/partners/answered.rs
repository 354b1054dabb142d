//! Accepting, declining and withdrawing proposals.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::*;

#[test]
fn a_client_can_accept_less_and_for_a_shorter_time() {
    with_database(async |world| {
        let id = proposed(&world, "FULL").await;
        let until = now() + TimeDelta::days(400);
        let input = json!({ "proposalId": id, "delegation": { "preset": "OVERVIEW" }, "endsAt": until });
        let accepted = world
            .as_(SOLE_PERSON)
            .act("acceptPartnership", input, "partnership { state endsAt delegatedPermissions }")
            .await;
        assert_eq!(accepted["partnership"]["state"], "ACTIVE");
        let expected = ["LICENCE_READ", "MEMBER_READ", "ORGANISATION_READ", "SUBSCRIPTION_READ", "USAGE_READ"];
        let mut held = may(&world).await;
        held.sort_unstable();
        assert_eq!(held, expected);
        world.wait(TimeDelta::days(400));
        assert_eq!(may(&world).await, Vec::<String>::new());
    });
}

#[test]
fn nobody_accepts_more_than_the_proposal_or_their_own_permissions() {
    with_database(async |world| {
        let id = proposed(&world, "OVERVIEW").await;
        let stig = world.as_(SOLE_PERSON);
        for more in [
            json!({ "delegation": { "preset": "SUPPORT" } }),
            json!({ "delegation": { "preset": "OVERVIEW", "includesUpstream": true } }),
            json!({ "delegation": { "preset": "OVERVIEW", "clientPermissions": ["CLIENT_READ"] } }),
        ] {
            let mut input = json!({ "proposalId": id });
            input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let error = stig.mistake("acceptPartnership", input).await;
            assert_eq!(error["field"], json!(["input", "delegation"]), "{more}");
        }
        let lars = db_manager_of_partnerships(&world).await;
        let error = lars.mistake("acceptPartnership", json!({ "proposalId": id })).await;
        assert_eq!(error["code"], "PERMISSION_NOT_HELD");
        assert_eq!(
            error["missingPermissions"],
            json!(["MEMBER_READ", "SUBSCRIPTION_READ", "LICENCE_READ", "USAGE_READ"])
        );
        let nothing = json!({ "proposalId": id, "delegation": { "preset": "NONE" } });
        lars.act("acceptPartnership", nothing, "partnership { delegatedPermissions }").await;
        assert_eq!(may(&world).await, Vec::<String>::new());
    });
}

#[test]
fn a_proposal_is_answered_once_and_in_time() {
    with_database(async |world| {
        let stig = world.as_(SOLE_PERSON);
        let accept =
            async |id: &str| stig.mistake("acceptPartnership", json!({ "proposalId": id })).await["code"].clone();

        let taken_back = proposed(&world, "FULL").await;
        let pia = world.as_(MANAGER_OF_FJORD);
        let again = by_code(&world, FJORD, SOLO, "FULL").await;
        assert_eq!(pia.mistake("proposePartnership", again.clone()).await["code"], "DUPLICATE", "still pending");
        stig.attempt("withdrawPartnershipProposal", json!({ "proposalId": taken_back }), "").await.refused("NOT_FOUND");
        let input = json!({ "proposalId": taken_back });
        let withdrawn = pia.act("withdrawPartnershipProposal", input.clone(), "proposal { state answeredAt }").await;
        assert_eq!(withdrawn["proposal"]["state"], "WITHDRAWN");
        assert_eq!(accept(&taken_back).await, "STALE_STATE");
        assert_eq!(pia.mistake("withdrawPartnershipProposal", input).await["code"], "STALE_STATE");

        let declined = proposed(&world, "FULL").await;
        pia.attempt("declinePartnership", json!({ "proposalId": declined }), "").await.refused("FORBIDDEN");
        stig.act("declinePartnership", json!({ "proposalId": declined }), "declined").await;
        assert_eq!(accept(&declined).await, "STALE_STATE");
        let mail = world.mails(MANAGER_OF_FJORD.person().email).await;
        assert_eq!(mail, Vec::<String>::new(), "only owners and admins get the mail");
        let notice = world.mails(OWNER_OF_FJORD.person().email).await.pop().unwrap();
        assert!(notice.starts_with("Your proposal was declined") && !notice.contains("Solo"), "{notice}");

        let lapsed = proposed(&world, "FULL").await;
        world.wait(TimeDelta::days(90));
        assert_eq!(accept(&lapsed).await, "TOO_LATE");
        let fresh = proposed(&world, "FULL").await;
        stig.act("acceptPartnership", json!({ "proposalId": fresh }), "partnership { id }").await;
        assert_eq!(accept(&fresh).await, "STALE_STATE", "accepted twice");
    });
}

#[test]
fn a_proposal_is_hidden_from_strangers_and_members_without_permission() {
    with_database(async |world| {
        let id = proposed(&world, "FULL").await;
        let node = "query($id: ID!) { node(id: $id) { ... on PartnershipProposal { state client { name } } } }";
        let invented = tenantry::base::id::Type::PartnershipProposal.id(key(1, 999_999)).0;
        for stranger in [OWNER_OF_LUND, OWNER_OF_ACME, HUB.owner] {
            let client = world.as_(stranger);
            let foreign = client.run(node, json!({ "id": id })).await;
            foreign.refused("NOT_FOUND");
            assert_eq!(foreign.text, client.run(node, json!({ "id": invented })).await.text);
            for mutation in ["acceptPartnership", "declinePartnership", "withdrawPartnershipProposal"] {
                let tried = client.attempt(mutation, json!({ "proposalId": id }), "").await;
                tried.refused("NOT_FOUND");
                let not_there = client.attempt(mutation, json!({ "proposalId": invented }), "").await;
                assert_eq!(tried.text, not_there.text, "{mutation}");
            }
        }
        let of_fjord = world.as_(SUPPORT_OF_FJORD).run(node, json!({ "id": id })).await;
        assert_eq!(of_fjord.ok()["node"], json!({ "state": "PENDING", "client": null }));
        let of_solo = world.as_(SOLE_PERSON).run(node, json!({ "id": id })).await;
        assert_eq!(of_solo.ok()["node"], json!({ "state": "PENDING", "client": { "name": "Solo" } }));
    });
}

#[test]
fn accepting_new_terms_changes_the_existing_partnership() {
    with_database(async |world| {
        let first = agreed(&world, "OVERVIEW").await;
        // By now Fjord sees Solo, so it can ask by id.
        let input = json!({
            "organisationId": id_of(FJORD), "side": "RESELLER", "to": { "organisationId": id_of(SOLO) },
            "delegation": { "preset": "SUPPORT" },
        });
        let pia = world.as_(MANAGER_OF_FJORD);
        let mut same = input.clone();
        same["delegation"] = json!({ "preset": "OVERVIEW" });
        assert_eq!(
            pia.mistake("proposePartnership", same).await["code"],
            "DUPLICATE",
            "they are partners on these terms"
        );
        let asked = pia.act("proposePartnership", input, "proposal { id client { name } partnership { id } }").await;
        assert_eq!(asked["proposal"]["client"]["name"], "Solo");
        assert_eq!(asked["proposal"]["partnership"]["id"], Value::from(first.clone()));
        let input = json!({ "proposalId": asked["proposal"]["id"] });
        let accepted = world.as_(SOLE_PERSON).act("acceptPartnership", input, "partnership { id }").await;
        assert_eq!(accepted["partnership"]["id"], Value::from(first));
        assert!(may(&world).await.contains(&"SERVICE_MANAGE".to_owned()));
    });
}
