//! A holding pays for its daughters from an agreed day, after it has consented, and its people see what they pay.

use serde_json::{Value, json};

use super::*;

/// Solo is the holding of Mecenat, which pays for Acme.
async fn holding(world: &World) {
    world.db_verify_everybody().await;
    db_nobody_pays(world).await;
    let (olga, clerk, stig) = (OWNER_OF_ACME, CLERK_OF_MECENAT, SOLE_PERSON);
    let code = world.code_of(MECENAT).await;
    let asked = ask(world, olga, seeking(ACME, &code, 0)).await;
    world.as_(clerk).act("acceptPayer", named(&asked), AGREEMENT).await;
    let asked = ask(world, clerk, seeking(MECENAT, &world.code_of(SOLO).await, 10)).await;
    world.as_(stig).act("acceptPayer", named(&asked), AGREEMENT).await;
}

const EXPLAIN: &str = "query($id: ID!, $on: NaiveDate) { explainPayer(organisationId: $id, on: $on) { on sentence \
    organisation { name } payer { name organisation { id } } recipient { __typename ... on OrganisationCard { name } } \
    steps { organisation { name } payer { name } startsOn endsOn consentedAt consentedBy { name } agreement { state } sentence } \
    nextChange { on sentence payer { name } } } }";

#[test]
fn a_chain_leads_to_the_final_payer_of_each_day() {
    with_database(async |world| {
        holding(&world).await;
        let olga = world.as_(OWNER_OF_ACME);
        let today = olga.run(EXPLAIN, json!({ "id": id_of(ACME) })).await.ok()["explainPayer"].clone();
        assert_eq!(today["payer"], json!({ "name": "Mecenat", "organisation": null }));
        assert_eq!(today["steps"].as_array().unwrap().len(), 1);
        assert_eq!(today["steps"][0]["consentedBy"]["name"], CLERK_OF_MECENAT.name());
        assert_eq!(today["steps"][0]["agreement"]["state"], "ACTIVE");
        // What the two others have agreed for later is theirs until then.
        let hidden = "From 2026-03-25 on, an organisation that you may not see pays for Acme.";
        assert_eq!(today["nextChange"], json!({ "on": "2026-03-25", "sentence": hidden, "payer": null }));
        assert_eq!(
            today["sentence"],
            "On 2026-03-15, Mecenat pays for Acme; the invoices go to Mecenat. \
             Mecenat pays for Acme from 2026-03-15 on. \
             From 2026-03-25 on, an organisation that you may not see pays for Acme."
        );
        let clerk = world.as_(CLERK_OF_MECENAT).run(EXPLAIN, json!({ "id": id_of(MECENAT) })).await;
        let change = json!({ "on": "2026-03-25", "sentence": "From 2026-03-25 on, Solo pays for Mecenat.",
                             "payer": { "name": "Solo" } });
        assert_eq!(*clerk.at("explainPayer/nextChange"), change);
        let later = olga.run(EXPLAIN, json!({ "id": id_of(ACME), "on": day(10) })).await.ok()["explainPayer"].clone();
        assert_eq!(later["payer"]["name"], "Solo");
        assert_eq!(later["recipient"], json!({ "__typename": "OrganisationCard", "name": "Solo" }));
        // Of the agreement between the two others, Acme learns no more than who pays.
        let second = &later["steps"][1];
        assert_eq!(second["payer"]["name"], "Solo");
        for hidden in ["startsOn", "consentedAt", "consentedBy", "agreement"] {
            assert_eq!(second[hidden], Value::Null, "{hidden}");
        }
        let query = "query($id: ID!) { organisation(id: $id) { payer { name } } }";
        assert_eq!(olga.run(query, json!({ "id": id_of(ACME) })).await.at("organisation/payer/name"), "Mecenat");
        // The same field, when the day has come.
        let moved = "UPDATE payer SET starts_on = $1";
        world.db_execute(moved, [now().date_naive().into()]).await;
        assert_eq!(olga.run(query, json!({ "id": id_of(ACME) })).await.at("organisation/payer/name"), "Solo");
        world.db_execute("UPDATE payer SET ends_on = $1", [now().date_naive().into()]).await;
        assert_eq!(olga.run(query, json!({ "id": id_of(ACME) })).await.at("organisation/payer"), &Value::Null);
    });
}

#[test]
fn the_middle_of_a_chain_is_hidden_from_viewers_without_access() {
    with_database(async |world| {
        holding(&world).await;
        agree(&world, SOLO, JARL, 10).await;
        let ask = json!({ "id": id_of(ACME), "on": day(20) });
        let seen = world.as_(OWNER_OF_ACME).run(EXPLAIN, ask.clone()).await.ok()["explainPayer"].clone();
        let names = |side: &str| -> Vec<Value> {
            seen["steps"].as_array().unwrap().iter().map(|step| step[side]["name"].clone()).collect()
        };
        assert_eq!(names("organisation"), [json!("Acme"), json!("Mecenat"), Value::Null]);
        assert_eq!(names("payer"), [json!("Mecenat"), Value::Null, json!("Jarl")]);
        assert_eq!(seen["steps"][1]["sentence"], "An organisation that you may not see pays for Mecenat.");
        assert!(!seen.to_string().contains("Solo"), "{seen}");
        // Who may act for Mecenat sees who pays for it, and who that is for.
        let clerk = world.as_(CLERK_OF_MECENAT);
        clerk.run(EXPLAIN, ask).await.refused("NOT_FOUND");
        let seen = clerk.run(EXPLAIN, json!({ "id": id_of(MECENAT), "on": day(20) })).await;
        assert_eq!(seen.at("explainPayer/steps/0/payer/name"), "Solo");
        assert_eq!(seen.at("explainPayer/payer/name"), "Jarl");
    });
}

#[test]
fn the_payers_people_see_its_invoices_but_only_the_card_of_the_organisation() {
    with_database(async |world| {
        holding(&world).await;
        let query = "query($id: ID!) { organisation(id: $id) { \
                     paysFor(first: 5) { edges { node { name kind organisation { name } } } } \
                     invoicesToPay(first: 5) { edges { node { recipientName organisation { name organisation { name } } } } } } }";
        let seen = world.as_(CLERK_OF_MECENAT).run(query, json!({ "id": id_of(MECENAT) })).await;
        let card = json!({ "node": { "name": "Acme", "kind": "COMPANY", "organisation": null } });
        assert_eq!(seen.ok()["organisation"]["paysFor"]["edges"], json!([card]));
        let invoice =
            json!({ "node": { "recipientName": "Mecenat", "organisation": { "name": "Acme", "organisation": null } } });
        assert_eq!(seen.at("organisation/invoicesToPay/edges"), &json!([invoice]));
        let direct = "query($id: ID!) { organisation(id: $id) { name } }";
        world.as_(CLERK_OF_MECENAT).run(direct, json!({ "id": id_of(ACME) })).await.refused("NOT_FOUND");
    });
}

#[test]
fn both_sides_are_informed_by_mail_and_in_their_logs() {
    with_database(async |world| {
        let olga = world.as_(OWNER_OF_ACME);
        world.db_verify_everybody().await;
        let role = json!({ "organisationId": id_of(ACME), "name": "Payments", "permissions": ["BILLING_UPDATE"] });
        let role = olga.act("createRole", role, "role { id }").await["role"]["id"].clone();
        let member = world.membership(ACME, MEMBER_OF_ACME).await;
        let member = json!({ "membershipId": member, "roles": [{ "roleId": role }] });
        olga.act("updateMember", member, "").await;
        holding(&world).await;
        let by_role = world.mails(MEMBER_OF_ACME.person().email).await;
        assert!(by_role.last().unwrap().contains("“Mecenat” pays for “Acme”"), "{by_role:?}");
        let asked = world.mails(CLERK_OF_MECENAT.person().email).await;
        assert!(
            asked[0].contains("“Acme” asks you to pay its invoices") && asked[0].contains("from 2026-03-15 on"),
            "{asked:?}"
        );
        assert!(asked[0].contains("until 2026-06-13"), "{asked:?}");
        let agreed = world.mails(BILLING_OF_ACME.person().email).await;
        assert!(agreed.last().unwrap().contains("“Mecenat” pays for “Acme”"), "{agreed:?}");
        assert!(world.mails(VIEWER_OF_ACME.person().email).await.is_empty(), "who may not change it is not told");
        for (tenant, caller, logged) in
            [(ACME, OWNER_OF_ACME, ["acceptPayer", "requestPayer"]), (SOLO, SOLE_PERSON, ["acceptPayer", ""])]
        {
            let query = "query($id: ID!) { organisation(id: $id) { auditEvents(first: 5) { edges { node { action actorName after } } } } }";
            let log = world.as_(caller).run(query, json!({ "id": id_of(tenant) })).await;
            for (place, action) in logged.iter().filter(|action| !action.is_empty()).enumerate() {
                let event = log.at(&format!("organisation/auditEvents/edges/{place}/node"));
                assert_eq!(event["action"], *action, "{}", log.text);
            }
        }
        let clerk = world.as_(CLERK_OF_MECENAT);
        let requests = "query($id: ID!) { organisation(id: $id) { requestsToPay(first: 5, states: [ACTIVE]) { edges { node { id } } } } }";
        let active = clerk.run(requests, json!({ "id": id_of(MECENAT) })).await;
        let id = active.at("organisation/requestsToPay/edges/0/node/id").clone();
        let end = json!({ "agreementId": id, "on": day(3) });
        clerk.act("endPayer", end, AGREEMENT).await;
        let ended = world.mails(OWNER_OF_ACME.person().email).await;
        assert!(ended.last().unwrap().contains("From 2026-03-18 on, “Mecenat” no longer pays"), "{ended:?}");
    });
}
