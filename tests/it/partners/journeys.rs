//! Typical ways to work with partners, each from beginning to end through the API.

use serde_json::{Value, json};

use super::*;

const INSIDE: &str = "query($id: ID!) { organisation(id: $id) { name members { totalCount } services { totalCount } \
     invoices { totalCount } } }";

async fn switch(world: &World, caller: Caller, id: &Value) -> Answer {
    world.as_(caller).attempt("switchOrganisation", json!({ "organisationId": id }), "organisation { name }").await
}

#[test]
fn an_agency_keeps_accounts_for_its_customers_and_works_inside_them() {
    with_database(async |world| {
        world.db_verify_everybody().await;
        // The customers never sign in: the agency's people manage their accounts.
        let pia = world.as_(MANAGER_OF_FJORD);
        let mut ids = Vec::new();
        for name in ["Bakery", "Brewery"] {
            let new = json!({ "name": name, "kind": "COMPANY", "delegation": { "preset": "FULL" } });
            let made = pia
                .act("createClient", json!({ "organisationId": id_of(FJORD), "client": new }), "client { id }")
                .await;
            ids.push(made["client"]["id"].clone());
        }
        let switched = switch(&world, SUPPORT_OF_FJORD, &ids[0]).await;
        assert_eq!(switched.ok()["switchOrganisation"]["organisation"]["name"], "Bakery", "{}", switched.text);
        let answer = world.as_(SUPPORT_OF_FJORD).run(INSIDE, json!({ "id": ids[1] })).await;
        assert_eq!(answer.ok()["organisation"]["members"]["totalCount"], 1);
        // A new owner of one account gets no access to the other.
        let input = json!({ "organisationId": ids[0], "email": SOLE_PERSON.person().email });
        pia.act("offerOwnership", input, "transfer { id }").await;
        let token = world.link(SOLE_PERSON.person().email).await;
        world
            .as_(SOLE_PERSON)
            .attempt("acceptOwnership", json!({ "token": token }), "organisation { name }")
            .await
            .ok();
        world.as_(SOLE_PERSON).run(INSIDE, json!({ "id": ids[0] })).await.ok();
        world.as_(SOLE_PERSON).run(INSIDE, json!({ "id": ids[1] })).await.refused("NOT_FOUND");
    });
}

#[test]
fn a_reseller_with_full_access_works_for_its_client_who_sees_each_act() {
    with_database(async |world| {
        world.db_verify_everybody().await;
        agreed(&world, "FULL").await;
        let pia = world.as_(MANAGER_OF_FJORD);
        switch(&world, MANAGER_OF_FJORD, &json!(id_of(SOLO))).await.ok();
        let input = json!({ "organisationId": id_of(SOLO), "name": "Solo and sons" });
        pia.act("updateOrganisation", input, "organisation { name }").await;
        let invited =
            json!({ "organisationId": id_of(SOLO), "email": "new@example.org", "roles": [{ "builtIn": "VIEWER" }] });
        pia.act("inviteMember", invited, "invitation { id }").await;
        let log = "query($id: ID!) { organisation(id: $id) { auditEvents(first: 10, filter: { way: PARTNERSHIP }) { edges { node { \
                   action actorName partnership { reseller { name } } } } } } }";
        let log = world.as_(SOLE_PERSON).run(log, json!({ "id": id_of(SOLO) })).await;
        let acts = log.ok()["organisation"]["auditEvents"]["edges"].as_array().unwrap().clone();
        for action in ["updateOrganisation", "inviteMember", "switchOrganisation"] {
            let event = acts.iter().find(|edge| edge["node"]["action"] == action);
            let event = event.unwrap_or_else(|| panic!("{action} is not in {acts:?}"));
            assert_eq!(event["node"]["actorName"], MANAGER_OF_FJORD.name());
            assert_eq!(event["node"]["partnership"]["reseller"]["name"], "Fjord");
        }
        // Acts that are reserved for members are refused.
        let closing = json!({ "organisationId": id_of(SOLO) });
        pia.attempt("closeOrganisation", closing, "").await.refused("FORBIDDEN");
    });
}

#[test]
fn a_partner_with_an_overview_sees_the_data_and_works_inside_only_where_it_is_made_a_member() {
    with_database(async |world| {
        world.db_verify_everybody().await;
        agreed(&world, "OVERVIEW").await;
        let per = world.as_(SUPPORT_OF_FJORD);
        let answer = per.run(INSIDE, json!({ "id": id_of(SOLO) })).await;
        assert_eq!(answer.codes(), ["FORBIDDEN", "FORBIDDEN"], "services and invoices are not delegated");
        assert_eq!(answer.at("organisation/members/totalCount"), 1);
        let refused = switch(&world, SUPPORT_OF_FJORD, &json!(id_of(SOLO))).await;
        let error = &refused.ok()["switchOrganisation"]["userErrors"][0];
        assert_eq!(error["code"], "NOT_SWITCHABLE");
        assert!(error["message"].as_str().unwrap().contains("may only read"), "{error}");
        // The client itself makes one of the partner's people a member.
        let email = SUPPORT_OF_FJORD.person().email;
        let input = json!({ "organisationId": id_of(SOLO), "email": email, "roles": [{ "builtIn": "TECHNICAL" }] });
        world.as_(SOLE_PERSON).act("inviteMember", input, "invitation { id }").await;
        let token = world.link(email).await;
        per.act("acceptInvitation", json!({ "token": token }), "organisation { name }").await;
        switch(&world, SUPPORT_OF_FJORD, &json!(id_of(SOLO))).await.ok();
        per.run("query($id: ID!) { organisation(id: $id) { services { totalCount } } }", json!({ "id": id_of(SOLO) }))
            .await
            .ok();
        // The client gave the membership, so it outlives the partnership.
        let id = world
            .as_(SOLE_PERSON)
            .run(
                "query($id: ID!) { organisation(id: $id) { partnerships { edges { node { id } } } } }",
                json!({ "id": id_of(SOLO) }),
            )
            .await;
        let id = id.at("organisation/partnerships/edges/0/node/id").clone();
        world.as_(SOLE_PERSON).act("endPartnership", json!({ "partnershipId": id }), "partnership { id }").await;
        per.run("query($id: ID!) { organisation(id: $id) { services { totalCount } } }", json!({ "id": id_of(SOLO) }))
            .await
            .ok();
    });
}

#[test]
fn a_distributor_reaches_indirect_clients_only_where_every_link_consents() {
    with_database(async |world| {
        world.db_verify_everybody().await;
        let id = agreed(&world, "SUPPORT").await;
        let nora = world.as_(OWNER_OF_NORDEN);
        assert_eq!(nora.may_at(SOLO).await, Vec::<String>::new(), "Solo has agreed to Fjord alone");
        let upstream = json!({
            "partnershipId": id, "delegation": { "preset": "OVERVIEW", "includesUpstream": true },
        });
        world.as_(SOLE_PERSON).act("updatePartnership", upstream, "partnership { id }").await;
        assert!(nora.may_at(SOLO).await.contains(&"MEMBER_READ".to_owned()));
        // Fjord, in the middle, decides whether its distributor reaches its clients.
        let rows =
            world.db().rows("SELECT id FROM partnership WHERE client_id = $1", vec![FJORD.id.into()]).await.unwrap();
        let above = tenantry::base::id::Type::Partnership.id(rows[0].try_get_by_index(0).unwrap()).0;
        let closed = json!({ "partnershipId": above, "delegation": { "preset": "FULL" } });
        world.as_(OWNER_OF_FJORD).act("updatePartnership", closed, "partnership { clientDelegatedPermissions }").await;
        assert_eq!(nora.may_at(SOLO).await, Vec::<String>::new());
        let open =
            json!({ "partnershipId": above, "delegation": { "preset": "FULL", "clientPermissions": ["MEMBER_READ"] } });
        world.as_(OWNER_OF_FJORD).act("updatePartnership", open, "partnership { id }").await;
        assert_eq!(nora.may_at(SOLO).await, ["ORGANISATION_READ", "MEMBER_READ"]);
        assert!(
            world.as_(SUPPORT_OF_FJORD).may_at(SOLO).await.contains(&"LICENCE_READ".to_owned()),
            "Fjord's own are as before"
        );
    });
}

#[test]
fn a_customer_narrows_its_partner_step_by_step_until_it_only_earns_commission() {
    with_database(async |world| {
        world.db_verify_everybody().await;
        let id = agreed(&world, "FULL").await;
        let per = world.as_(SUPPORT_OF_FJORD);
        let mut before = usize::MAX;
        for preset in ["SUPPORT", "OVERVIEW", "NONE"] {
            let input = json!({ "partnershipId": id, "delegation": { "preset": preset } });
            world.as_(SOLE_PERSON).act("updatePartnership", input, "partnership { id }").await;
            let held = per.may_at(SOLO).await.len();
            assert!(held < before, "{preset}: {held} of {before}");
            before = held;
        }
        assert_eq!(before, 0);
        let clients =
            "query($id: ID!) { reseller(id: $id) { clients(first: 100) { edges { client { name } node { name } } } } }";
        let clients = per.run(clients, json!({ "id": id_of(FJORD) })).await;
        let list = clients.ok()["reseller"]["clients"]["edges"].as_array().unwrap().clone();
        let solo = list.iter().find(|edge| edge["client"]["name"] == "Solo").unwrap();
        assert_eq!(solo["node"], Value::Null, "only the card is visible");
    });
}
