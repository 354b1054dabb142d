//! Clients that a reseller creates: one, or many from a list.

use serde_json::{Value, json};

use super::*;

fn client(name: &str) -> Value {
    json!({ "name": name, "kind": "COMPANY", "delegation": { "preset": "SUPPORT" } })
}

const RESULTS: &str = "results { index name client { id name } partnership { state reference } \
     userErrors { code field message } }";

#[test]
fn a_created_client_has_a_partnership_and_its_owner_joins_by_the_link() {
    with_database(async |world| {
        let mut new = client("Bakery");
        new["ownerEmail"] = json!("baker@example.org");
        new["reference"] = json!("C-17");
        let pia = world.as_(MANAGER_OF_FJORD);
        let input = json!({ "organisationId": id_of(FJORD), "client": new });
        let select = "client { id name kind viewerPermissions } partnership { state reference delegatedPermissions }";
        let made = pia.act("createClient", input.clone(), select).await;
        assert_eq!(made["client"]["kind"], "COMPANY");
        assert_eq!(made["partnership"]["reference"], "C-17");
        assert!(
            made["client"]["viewerPermissions"].as_array().unwrap().contains(&json!("OWNERSHIP_TRANSFER")),
            "in custody"
        );
        let id = made["client"]["id"].clone();
        let members = "query($id: ID!) { organisation(id: $id) { members { edges { node { user { name } roles { name } custodyOf { name } } } } } }";
        let kept = pia.run(members, json!({ "id": id })).await;
        assert_eq!(kept.at("organisation/members/edges/0/node/custodyOf/name"), "Fjord");
        // Fjord's other people get access through the partnership, as far as it delegates.
        let of_support = world.as_(SUPPORT_OF_FJORD).run(members, json!({ "id": id })).await;
        of_support.ok();

        let token = world.link("baker@example.org").await;
        let signed = json!({ "email": "baker@example.org", "password": PASSWORD, "name": "Baker" });
        world.as_(NOBODY).act("signUp", signed, "accepted").await;
        let verification = world.link("baker@example.org").await;
        world
            .as_(NOBODY)
            .act("verifyAddress", json!({ "token": verification, "password": PASSWORD }), "verified")
            .await;
        let log_in = "mutation($input: LogInInput!) { logIn(input: $input) { tokens { accessToken } } }";
        let answer = world
            .send_as(None, log_in, json!({ "input": { "email": "baker@example.org", "password": PASSWORD } }))
            .await;
        let access = answer.ok()["logIn"]["tokens"]["accessToken"].as_str().unwrap().to_owned();
        let accept = "mutation($input: AcceptOwnershipInput!) { acceptOwnership(input: $input) { \
                      organisation { name viewerPermissions } userErrors { message } } }";
        let accepted = world.send_as(Some(&access), accept, json!({ "input": { "token": token } })).await;
        assert_eq!(accepted.ok()["acceptOwnership"]["organisation"]["name"], "Bakery", "{}", accepted.text);
        let own = world.send_as(Some(&access), members, json!({ "id": id })).await;
        let list = own.ok()["organisation"]["members"]["edges"].as_array().unwrap().clone();
        assert_eq!(list.len(), 1, "custody has ended: {list:?}");
        assert_eq!(list[0]["node"]["custodyOf"], Value::Null);
        let left =
            pia.run("query($id: ID!) { organisation(id: $id) { viewerPermissions } }", json!({ "id": id })).await;
        let left = left.ok()["organisation"]["viewerPermissions"].as_array().unwrap().clone();
        assert!(left.contains(&json!("SERVICE_MANAGE")) && !left.contains(&json!("MEMBER_INVITE")), "{left:?}");
        let log = "query($id: ID!) { organisation(id: $id) { auditEvents(last: 1) { edges { node { \
                   action way partnership { reseller { name } } } } } } }";
        let log = world.send_as(Some(&access), log, json!({ "id": id })).await;
        assert_eq!(
            log.at("organisation/auditEvents/edges/0/node"),
            &json!({ "action": "createClient", "way": "PARTNERSHIP", "partnership": { "reseller": { "name": "Fjord" } } })
        );
        let again = pia.mistake("createClient", input).await;
        assert_eq!((&again["code"], &again["field"]), (&json!("DUPLICATE"), &json!(["input", "client", "reference"])));
    });
}

#[test]
fn an_invalid_row_says_why_and_does_not_stop_the_others() {
    with_database(async |world| {
        let pia = world.as_(MANAGER_OF_FJORD);
        let numbered = |name: &str, reference: &str| {
            let mut new = client(name);
            new["reference"] = json!(reference);
            new
        };
        let mut rows = vec![numbered("One", "1"), client(" "), numbered("Three", "3"), numbered("Four", "3")];
        let mut wrong = client("Five");
        wrong["ownerEmail"] = json!("nobody");
        let mut both = client("Six");
        both["delegation"] = json!({ "preset": "FULL", "permissions": ["MEMBER_READ"] });
        let mut over = client("Seven");
        over["endsAt"] = json!(now());
        rows.extend([wrong, both, over]);
        let input = json!({ "organisationId": id_of(FJORD), "clients": rows, "dryRun": true });
        pia.run("{ viewer { name } }", json!({})).await.ok();
        let before = world.db_dump().await;
        let dry = pia.act("createClients", input.clone(), RESULTS).await["results"].clone();
        assert_eq!(before, world.db_dump().await, "a dry run writes nothing");
        let mut input = input;
        input["dryRun"] = json!(false);
        let made = pia.act("createClients", input.clone(), RESULTS).await["results"].clone();
        let expected = [
            (0, None),
            (1, Some("name")),
            (2, None),
            (3, Some("reference")),
            (4, Some("ownerEmail")),
            (5, Some("delegation")),
            (6, Some("endsAt")),
        ];
        for (index, field) in expected {
            let (result, tried) = (&made[index], &dry[index]);
            assert_eq!(result["userErrors"], tried["userErrors"], "a dry run says the same");
            assert_eq!(tried["client"], Value::Null);
            match field {
                None => assert!(
                    result["client"]["id"].is_string() && result["partnership"]["state"] == "ACTIVE",
                    "{result}"
                ),
                Some(field) => {
                    assert_eq!(result["client"], Value::Null, "{result}");
                    let path = json!(["input", "clients", index.to_string(), field]);
                    assert_eq!(result["userErrors"][0]["field"], path, "{result}");
                }
            }
        }
        // Sending the same list again creates nothing twice.
        let again = pia.act("createClients", input, RESULTS).await["results"].clone();
        assert_eq!(again[0]["userErrors"][0]["code"], "DUPLICATE");
        assert!(again[0]["userErrors"][0]["message"].as_str().unwrap().contains("One"));
    });
}

#[test]
fn many_clients_take_as_many_statements_as_one() {
    with_database(async |world| {
        let pia = world.as_(MANAGER_OF_FJORD);
        pia.run("{ viewer { name } }", json!({})).await.ok();
        let mut counted = Vec::new();
        for (round, count) in [1, 500].into_iter().enumerate() {
            let rows: Vec<Value> = (0..count)
                .map(|number| {
                    let mut new = client(&format!("Client {number}"));
                    new["ownerEmail"] = json!(format!("owner{number}@example.org"));
                    new["reference"] = json!(format!("{round}-{number}"));
                    new
                })
                .collect();
            let input = json!({ "organisationId": id_of(FJORD), "clients": rows });
            let answer = pia.attempt("createClients", input, "results { client { id } }").await;
            let made = answer.ok()["createClients"]["results"].as_array().unwrap().clone();
            assert!(made.len() == count && made.iter().all(|result| result["client"]["id"].is_string()));
            counted.push(answer.statements);
        }
        assert!(counted[1] <= counted[0] + 3, "{counted:?}");
        let valid = "query($id: ID!) { organisation(id: $id) { auditVerification { valid events } } }";
        let valid = world.as_(OWNER_OF_FJORD).run(valid, json!({ "id": id_of(FJORD) })).await;
        assert_eq!(valid.ok()["organisation"]["auditVerification"], json!({ "valid": true, "events": 501 }));
    });
}

#[test]
fn only_an_active_reseller_creates_clients() {
    with_database(async |world| {
        let input = json!({ "organisationId": id_of(FJORD), "client": client("New") });
        world.as_(SUPPORT_OF_FJORD).attempt("createClient", input.clone(), "").await.refused("FORBIDDEN");
        world.as_(OWNER_OF_LUND).attempt("createClient", input.clone(), "").await.refused("NOT_FOUND");
        let elsewhere = json!({ "organisationId": id_of(ACME), "client": client("New") });
        assert_eq!(world.as_(OWNER_OF_ACME).mistake("createClient", elsewhere).await["code"], "NOT_A_RESELLER");
        let pia = world.as_(MANAGER_OF_FJORD);
        let many: Vec<Value> = (0..501).map(|_| client("New")).collect();
        let error = pia.mistake("createClients", json!({ "organisationId": id_of(FJORD), "clients": many })).await;
        assert_eq!(error["code"], "TOO_MANY");
        world.db_execute("UPDATE organisation SET state = 'SUSPENDED' WHERE id = $1", [FJORD.id.into()]).await;
        pia.attempt("createClient", input, "").await.refused("FORBIDDEN");
    });
}

#[test]
fn the_invoices_of_a_new_client_go_where_its_creator_says() {
    with_database(async |world| {
        let recipient = "query($id: ID!) { organisation(id: $id) { payer { name } billing { legalName currency recipient { __typename \
                         ... on BillingContact { name email } ... on OrganisationCard { name } } } } }";
        let pia = world.as_(MANAGER_OF_FJORD);
        let mut new = client("Bakery");
        new["delegation"] = json!({ "preset": "FULL" });
        let contact = json!({
            "name": "Bakery, c/o Fjord", "address": "Storgatan 1", "country": "SE", "email": "bakery@fjord.example",
            "currency": "SEK",
        });
        new["recipient"] = json!({ "contact": contact });
        let made =
            pia.act("createClient", json!({ "organisationId": id_of(FJORD), "client": new }), "client { id }").await;
        let answer = pia.run(recipient, json!({ "id": made["client"]["id"] })).await;
        let billing = &answer.ok()["organisation"]["billing"];
        assert_eq!(billing["recipient"]["name"], "Bakery, c/o Fjord");
        assert_eq!((&billing["legalName"], &billing["currency"]), (&json!("Bakery"), &json!("SEK")));
        let mut wrong = new.clone();
        wrong["recipient"]["contact"]["currency"] = json!("XXX1");
        let error = pia.mistake("createClient", json!({ "organisationId": id_of(FJORD), "client": wrong })).await;
        assert_eq!(error["field"], json!(["input", "client", "recipient", "contact", "currency"]));
        // A person has to consent for the reseller.
        let mut paid = client("Brewery");
        paid["delegation"] = json!({ "preset": "FULL" });
        paid["recipient"] = json!({ "reseller": true });
        let input = json!({ "organisationId": id_of(FJORD), "client": paid });
        let error = pia.mistake("createClient", input.clone()).await;
        assert_eq!(error["missingPermissions"], json!(["BILLING_READ", "BILLING_UPDATE"]));
        world.db_verify(OWNER_OF_FJORD).await;
        let frida = world.as_(OWNER_OF_FJORD);
        let made = frida.act("createClient", input, "client { id }").await;
        let answer = frida.run(recipient, json!({ "id": made["client"]["id"] })).await;
        assert_eq!(answer.ok()["organisation"]["payer"]["name"], "Fjord");
    });
}
