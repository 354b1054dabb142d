//! Customers that the operator sells to directly: created like a reseller's clients, but without a partnership.

use serde_json::{Value, json};

use super::*;

fn customer(name: &str) -> Value {
    json!({ "organisationId": id_of(OPERATOR), "client": { "name": name, "kind": "COMPANY" } })
}

/// The members of the client, each as `name, custody`.
async fn members(world: &World, id: &Value) -> Vec<String> {
    let query = "query($id: ID!) { organisation(id: $id) { members(first: 9) { edges { node { \
                 user { name } custodyOf { name } } } } } }";
    let answer = world.as_(OWNER_OF_OPERATOR).run(query, json!({ "id": id })).await;
    let edges = answer.ok()["organisation"]["members"]["edges"].as_array().unwrap().clone();
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    edges
        .iter()
        .map(|edge| text(&edge["node"]["user"]["name"]) + ", " + &text(&edge["node"]["custodyOf"]["name"]))
        .collect()
}

#[test]
fn staff_create_a_customer_of_the_operator_whose_owner_joins_by_the_link() {
    with_database(async |world| {
        let oskar = world.as_(OWNER_OF_OPERATOR);
        world.db_verify_everybody().await;
        let mut input = customer("Bakery");
        input["client"]["ownerEmail"] = json!(SOLE_PERSON.person().email);
        input["idempotencyKey"] = json!("k");
        let select =
            "client { id name viewerPermissions partnerships(first: 1) { edges { cursor } } } partnership { id }";
        let made = oskar.act("createClient", input.clone(), select).await;
        assert_eq!((&made["partnership"], &made["client"]["partnerships"]["edges"]), (&Value::Null, &json!([])));
        assert_eq!(oskar.act("createClient", input, select).await, made, "with the key it is the same client");
        let id = made["client"]["id"].clone();
        assert_eq!(members(&world, &id).await, [format!("{}, Operator", OWNER_OF_OPERATOR.name())]);
        let log = "query($id: ID!) { organisation(id: $id) { auditEvents(first: 3) { edges { node { action way actorName } } } } }";
        let first = oskar.run(log, json!({ "id": id })).await;
        let event = json!({ "action": "createClient", "way": "OPERATOR", "actorName": OWNER_OF_OPERATOR.name() });
        assert_eq!(first.at("organisation/auditEvents/edges/0/node"), &event);

        let token = world.link(SOLE_PERSON.person().email).await;
        world.as_(SOLE_PERSON).act("acceptOwnership", json!({ "token": token }), "organisation { name }").await;
        assert_eq!(members(&world, &id).await, [format!("{}, -", SOLE_PERSON.name())], "custody has ended");
    });
}

#[test]
fn custody_for_the_operator_passes_on_with_the_right_to_create_clients() {
    with_database(async |world| {
        world.db_verify_everybody().await;
        let sql = "UPDATE membership_role SET builtin = 'ADMIN', role_id = NULL WHERE membership_id IN \
                   (SELECT id FROM membership WHERE user_id = $1)";
        world.db_execute(sql, [AGENT_OF_OPERATOR.person().id.into()]).await;
        let agnes = world.as_(AGENT_OF_OPERATOR);
        let rows = json!({ "organisationId": id_of(OPERATOR), "clients": [customer("Bakery")["client"], { "name": " ", "kind": "COMPANY" }] });
        let select = "results { client { id } partnership { id } userErrors { field } }";
        let made = agnes.act("createClients", rows, select).await["results"].clone();
        assert_eq!(made[1]["userErrors"][0]["field"], json!(["input", "clients", "1", "name"]));
        let id = made[0]["client"]["id"].clone();
        assert_eq!(members(&world, &id).await, [format!("{}, Operator", AGENT_OF_OPERATOR.name())]);
        let membership = world.membership(OPERATOR, AGENT_OF_OPERATOR).await;
        let lowered = json!({ "membershipId": membership, "roles": [{ "builtIn": "MEMBER" }] });
        world.as_(OWNER_OF_OPERATOR).act("updateMember", lowered, "membership { id }").await;
        assert_eq!(members(&world, &id).await, [format!("{}, Operator", OWNER_OF_OPERATOR.name())]);
        assert!(!owns(&world, AGENT_OF_OPERATOR, &id).await);
        agnes.attempt("createClient", customer("Another"), "client { id }").await.refused("FORBIDDEN");
    });
}

#[test]
fn a_customer_of_the_operator_has_no_terms_of_a_partnership() {
    with_database(async |world| {
        let oskar = world.as_(OWNER_OF_OPERATOR);
        for (field, value) in [
            ("delegation", json!({ "preset": "FULL" })),
            ("delegationTemplateId", json!("template_01h455vb4pex5vsknk084sn02q")),
            ("endsAt", json!("2030-01-01T00:00:00Z")),
            ("reference", json!("C-1")),
        ] {
            let mut input = customer("Bakery");
            input["client"][field] = value;
            let error = oskar.mistake("createClient", input).await;
            let expected = (&json!("INVALID_INPUT"), &json!(["input", "client", field]));
            assert_eq!((&error["code"], &error["field"]), expected, "{field}");
        }
        // Staff who see everything but may not create clients at the operator are refused.
        world
            .as_(AGENT_OF_OPERATOR)
            .attempt("createClient", customer("Bakery"), "client { id }")
            .await
            .refused("FORBIDDEN");
    });
}

#[test]
fn staff_import_500_customers_at_once_after_a_dry_run() {
    with_database(async |world| {
        world.db_verify_everybody().await;
        let oskar = world.as_(OWNER_OF_OPERATOR);
        let rows: Vec<Value> = (1..=500)
            .map(|number| {
                let contact = json!({ "name": format!("Customer {number}"), "address": "Storgatan 1", "country": "SE",
                    "email": format!("invoices{number}@customers.example"), "currency": "SEK" });
                json!({ "name": format!("Customer {number}"), "kind": "COMPANY", "recipient": { "contact": contact },
                    "ownerEmail": format!("owner{number}@customers.example") })
            })
            .collect();
        let input = |dry: bool, rows: &[Value]| json!({ "organisationId": id_of(OPERATOR), "clients": rows, "dryRun": dry, "idempotencyKey": "import-1" });
        let select = "results { name client { id } userErrors { code field message } }";
        let wrong = |results: &Value| {
            results.as_array().unwrap().iter().filter(|row| row["userErrors"] != json!([])).cloned().collect::<Vec<_>>()
        };
        let customers = "organisation WHERE name LIKE 'Customer %'";
        let tried = oskar.act("createClients", input(true, &rows), select).await["results"].clone();
        assert_eq!((wrong(&tried), world.db_count(customers).await), (Vec::new(), 0), "nothing was created");
        let mut with_a_mistake = rows.clone();
        with_a_mistake[17]["name"] = json!(" ");
        let tried = oskar.act("createClients", input(true, &with_a_mistake), select).await["results"].clone();
        let mistakes = wrong(&tried);
        assert_eq!(mistakes.len(), 1);
        assert_eq!(mistakes[0]["userErrors"][0]["field"], json!(["input", "clients", "17", "name"]));
        let made = oskar.act("createClients", input(false, &rows), select).await["results"].clone();
        assert_eq!((wrong(&made), world.db_count(customers).await), (Vec::new(), 500));
        assert_eq!(oskar.act("createClients", input(false, &rows), select).await["results"], made, "sent again");
        assert_eq!(world.db_count(customers).await, 500);
        // They can be invoiced, so staff can order for them.
        let query = "query($id: ID!) { organisation(id: $id) { billing { currency } viewerCan(permission: SUBSCRIPTION_ORDER) } }";
        let seen = oskar.run(query, json!({ "id": made[499]["client"]["id"] })).await;
        assert_eq!(seen.at("organisation/viewerCan"), true, "{}", seen.text);
        assert_eq!(seen.at("organisation/billing/currency"), "SEK", "{}", seen.text);
        let many = vec![rows[0].clone(); 501];
        assert_eq!(oskar.mistake("createClients", input(true, &many)).await["code"], "TOO_MANY");
    });
}
