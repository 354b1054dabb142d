//! Proposing by id, by code and by address, from either side; the answer never reveals whether the other side exists.

use serde_json::{Value, json};

use super::*;

const SENT: &str = "query($id: ID!) { organisation(id: $id) { proposalsSent { totalCount edges { node { \
     state proposedBy addressedTo reseller { name } client { name } message partnership { id } answeredAt } } } } }";
const RECEIVED: &str = "query($id: ID!) { organisation(id: $id) { proposalsReceived(states: [PENDING]) { edges { node { \
     id state addressedTo reseller { name } client { name } message \
     terms { permissions opens { permission description fields } } } } } } }";
const OFFERS: &str = "{ viewer { partnershipOffers { edges { node { id proposedBy maker { name } message \
     terms { permissions opens { permission } } } } } } }";

#[test]
fn a_client_sees_what_a_proposal_would_open_before_accepting() {
    with_database(async |world| {
        let mut input = by_code(&world, FJORD, SOLO, "SUPPORT").await;
        input["message"] = json!("We look after your servers");
        world.as_(MANAGER_OF_FJORD).act("proposePartnership", input, "proposal { id }").await;
        assert_eq!(may(&world).await, Vec::<String>::new(), "nothing is delegated before it is accepted");
        let answer = world.as_(SOLE_PERSON).run(RECEIVED, json!({ "id": id_of(SOLO) })).await;
        let proposal = &answer.ok()["organisation"]["proposalsReceived"]["edges"][0]["node"];
        assert_eq!(proposal["reseller"]["name"], "Fjord");
        assert_eq!(proposal["message"], "We look after your servers");
        assert_eq!(proposal["addressedTo"], Value::Null, "what the proposer typed is hidden from the other side");
        let opens = proposal["terms"]["opens"].as_array().unwrap();
        assert_eq!(opens.len(), proposal["terms"]["permissions"].as_array().unwrap().len());
        let services = opens.iter().find(|one| one["permission"] == "SERVICE_READ").unwrap();
        assert!(services["fields"].as_array().unwrap().contains(&json!("Organisation.services")), "{services}");
        let mail = world.mails(SOLE_PERSON.person().email).await.pop().unwrap();
        assert!(mail.starts_with("“Fjord” proposes a partnership") && !mail.contains("We look after"), "{mail}");
    });
}

/// The answer, and everything that the proposer sees of its proposals, without ids and times.
async fn observe(world: &World, to: Value) -> (Value, Value) {
    let input =
        json!({ "organisationId": id_of(FJORD), "side": "RESELLER", "to": to, "delegation": { "preset": "FULL" } });
    let made = world.as_(MANAGER_OF_FJORD).attempt("proposePartnership", input, PROPOSAL).await;
    let mut made = made.ok().clone();
    made["proposePartnership"]["proposal"]["id"] = Value::Null;
    made["proposePartnership"]["proposal"]["addressedTo"] = Value::Null;
    let sent = world.as_(MANAGER_OF_FJORD).run(SENT, json!({ "id": id_of(FJORD) })).await;
    let mut newest = sent.ok()["organisation"]["proposalsSent"]["edges"][0]["node"].clone();
    newest["addressedTo"] = Value::Null;
    (made, newest)
}

#[test]
fn a_proposal_does_not_reveal_whether_a_code_or_address_exists() {
    with_database(async |world| {
        let known = observe(&world, json!({ "code": world.code_of(SOLO).await })).await;
        assert_eq!(known.0["proposePartnership"]["userErrors"], json!([]));
        assert_eq!(known.1["client"], Value::Null, "the card stays hidden until the other side accepts");
        for other in [
            json!({ "code": "ZZZZ-9999" }),
            json!({ "code": world.code_of(GRAN).await }),
            json!({ "code": world.code_of(OPERATOR).await }),
            json!({ "email": SOLE_PERSON.person().email }),
            json!({ "email": "nobody@example.org" }),
        ] {
            assert_eq!(observe(&world, other.clone()).await, known, "{other}");
        }
        let client = world.as_(MANAGER_OF_FJORD);
        for tenant in [SOLO, MECENAT] {
            let to = json!({ "organisationId": id_of(tenant) });
            let input = json!({ "organisationId": id_of(FJORD), "side": "RESELLER", "to": to, "delegation": { "preset": "FULL" } });
            client.attempt("proposePartnership", input, "").await.refused("NOT_FOUND");
        }
        let log = world
            .texts("SELECT details FROM audit_event WHERE action = 'proposePartnership' AND outcome = 'DONE'")
            .await;
        assert_eq!(log.len(), 6);
        assert!(log.iter().all(|details| !details.contains("Solo") && !details.contains('@')), "{log:?}");
    });
}

#[test]
fn a_person_invited_by_address_chooses_the_organisation() {
    with_database(async |world| {
        let email = OWNER_OF_ACME.person().email;
        let input = json!({
            "organisationId": id_of(LUND), "side": "RESELLER", "to": { "email": email.to_uppercase() },
            "delegation": { "preset": "OVERVIEW" }, "message": "Let us talk",
        });
        world.as_(OWNER_OF_LUND).act("proposePartnership", input, PROPOSAL).await;
        let olga = world.as_(OWNER_OF_ACME);
        let offers = olga.run(OFFERS, json!({})).await;
        let offer = offers.ok()["viewer"]["partnershipOffers"]["edges"][0]["node"].clone();
        assert_eq!((&offer["maker"]["name"], &offer["message"]), (&json!("Lund"), &json!("Let us talk")));
        let node = "query($id: ID!) { node(id: $id) { ... on PartnershipProposal { id state reseller { name } client { name } \
                    addressedTo } } }";
        let seen = olga.run(node, json!({ "id": offer["id"] })).await;
        let expected = json!({ "id": offer["id"], "state": "PENDING", "reseller": { "name": "Lund" }, "client": null,
                               "addressedTo": null });
        assert_eq!(seen.ok()["node"], expected);
        world.as_(ADMIN_OF_ACME).run(node, json!({ "id": offer["id"] })).await.refused("NOT_FOUND");
        let withdraw = json!({ "proposalId": offer["id"] });
        olga.attempt("withdrawPartnershipProposal", withdraw, "").await.refused("NOT_FOUND");
        let others = world.as_(ADMIN_OF_ACME).run(OFFERS, json!({})).await;
        assert_eq!(others.ok()["viewer"]["partnershipOffers"]["edges"], json!([]), "it goes to one person");

        let created =
            olga.act("createOrganisation", json!({ "name": "Side", "kind": "PROJECT" }), "organisation { id }").await;
        let side = created["organisation"]["id"].clone();
        let input = json!({ "proposalId": offer["id"], "organisationId": side });
        let adam = world.as_(ADMIN_OF_ACME).attempt("acceptPartnership", input.clone(), "").await;
        adam.refused("NOT_FOUND");
        let accepted =
            olga.act("acceptPartnership", input, "partnership { state reseller { name } client { name } }").await;
        assert_eq!(
            accepted["partnership"],
            json!({ "state": "ACTIVE", "reseller": { "name": "Lund" }, "client": { "name": "Side" } })
        );
        let sent = world.as_(OWNER_OF_LUND).run(SENT, json!({ "id": id_of(LUND) })).await;
        let newest = &sent.ok()["organisation"]["proposalsSent"]["edges"][0]["node"];
        assert_eq!((&newest["state"], &newest["client"]["name"]), (&json!("ACCEPTED"), &json!("Side")));
    });
}

#[test]
fn an_unverified_address_gets_no_proposal() {
    with_database(async |world| {
        let email = SOLE_PERSON.person().email;
        world.db_execute("UPDATE \"user\" SET email_verified_at = NULL WHERE email = $1", [email.into()]).await;
        let input = json!({
            "organisationId": id_of(LUND), "side": "RESELLER", "to": { "email": email }, "delegation": { "preset": "OVERVIEW" },
        });
        let made = world.as_(OWNER_OF_LUND).act("proposePartnership", input, PROPOSAL).await;
        let stig = world.as_(SOLE_PERSON);
        assert_eq!(stig.run(OFFERS, json!({})).await.ok()["viewer"]["partnershipOffers"]["edges"], json!([]));
        let input = json!({ "proposalId": made["proposal"]["id"], "organisationId": id_of(SOLO) });
        stig.attempt("acceptPartnership", input.clone(), "").await.refused("NOT_FOUND");
        world.db_verify(SOLE_PERSON).await;
        stig.act("acceptPartnership", input, "partnership { id }").await;
    });
}

#[test]
fn a_client_proposes_to_a_reseller_which_gets_only_what_is_offered() {
    with_database(async |world| {
        world.db_verify(SOLE_PERSON).await;
        let code = world.code_of(FJORD).await;
        let input = json!({
            "organisationId": id_of(SOLO), "side": "CLIENT", "to": { "code": code.to_lowercase() },
            "delegation": { "permissions": ["SERVICE_MANAGE"] },
        });
        let made = world.as_(SOLE_PERSON).act("proposePartnership", input.clone(), PROPOSAL).await;
        let id = made["proposal"]["id"].clone();
        let pia = world.as_(MANAGER_OF_FJORD);
        let more = json!({ "proposalId": id, "delegation": { "preset": "FULL" } });
        assert_eq!(pia.mistake("acceptPartnership", more).await["code"], "INVALID_INPUT");
        world
            .as_(SUPPORT_OF_FJORD)
            .attempt("acceptPartnership", json!({ "proposalId": id }), "")
            .await
            .refused("FORBIDDEN");
        pia.act("acceptPartnership", json!({ "proposalId": id }), "partnership { delegatedPermissions }").await;
        let mut expected = vec!["ORGANISATION_READ", "SERVICE_READ", "SERVICE_MANAGE"];
        expected.sort_unstable();
        let mut held = may(&world).await;
        held.sort_unstable();
        assert_eq!(held, expected);
        let mail = world.mails(SOLE_PERSON.person().email).await.pop().unwrap();
        assert!(mail.starts_with("“Fjord” is now your partner"), "{mail}");
        // Only a reseller can get such a proposal.
        let by_id = json!({
            "organisationId": id_of(SOLO), "side": "CLIENT", "to": { "organisationId": id_of(SOLO) },
            "delegation": { "permissions": [] },
        });
        assert_eq!(world.as_(SOLE_PERSON).mistake("proposePartnership", by_id).await["field"], json!(["input", "to"]));
    });
}

#[test]
fn an_offer_that_the_client_can_no_longer_give_is_not_accepted() {
    with_database(async |world| {
        let code = world.code_of(FJORD).await;
        let input = json!({
            "organisationId": id_of(ACME), "side": "CLIENT", "to": { "code": code }, "delegation": { "preset": "FULL" },
        });
        let made = world.as_(ADMIN_OF_ACME).act("proposePartnership", input, PROPOSAL).await;
        let removal = json!({ "membershipId": world.membership(ACME, ADMIN_OF_ACME).await });
        world.as_(OWNER_OF_ACME).act("removeMember", removal, "removed").await;
        let before = world.as_(MANAGER_OF_FJORD).may_at(ACME).await;
        let input = json!({ "proposalId": made["proposal"]["id"] });
        assert_eq!(world.as_(MANAGER_OF_FJORD).mistake("acceptPartnership", input).await["code"], "STALE_STATE");
        assert_eq!(world.as_(MANAGER_OF_FJORD).may_at(ACME).await, before);
    });
}
