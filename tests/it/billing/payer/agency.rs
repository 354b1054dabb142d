//! An agency receives the invoices of its clients: its people set up a contact in each client.

use serde_json::{Value, json};
use tenantry::access::DelegationPreset;

use super::*;

const RECIPIENT: &str =
    "billing { recipient { __typename ... on OrganisationCard { name } ... on BillingContact { id name email } } }";

fn agency(tenant: Tenant) -> Value {
    json!({ "organisationId": id_of(tenant), "name": "Fjord, accounts", "address": "Kaj 4\n5003 Bergen", "country": "NO",
            "email": "accounts@fjord.example" })
}

/// Acme and Hamra let Fjord do everything that can be delegated.
async fn db_delegate(world: &World) {
    let sql = "UPDATE partnership SET delegated = $1, ends_at = NULL WHERE reseller_id = $2 AND client_id IN ($3, $4)";
    let full = DelegationPreset::Full.set().to_stored();
    world.db_execute(sql, [full.into(), FJORD.id.into(), ACME.id.into(), HAMRA.id.into()]).await;
}

async fn invoices(world: &World, tenant: Tenant) -> Vec<String> {
    let sql = "SELECT recipient_name || ' ' || recipient_address || ' ' || id FROM invoice WHERE organisation_id = $1 ORDER BY id";
    let sql = if world.db().backend() == sea_orm::DbBackend::Sqlite {
        sql.replace("|| id", "|| hex(id)")
    } else {
        sql.to_owned()
    };
    let rows = world.db().rows(sql, vec![tenant.id.into()]).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

#[test]
fn a_partner_sets_up_the_contact_that_receives_the_invoices_of_each_client() {
    with_database(async |world| {
        db_delegate(&world).await;
        db_nobody_pays(&world).await;
        let pia = world.as_(MANAGER_OF_FJORD);
        let issued = [invoices(&world, ACME).await, invoices(&world, HAMRA).await];
        assert!(issued.iter().all(|invoices| !invoices.is_empty()));
        for tenant in [ACME, HAMRA] {
            let contact = pia.act("createBillingContact", agency(tenant), "contact { id name country }").await;
            assert_eq!(contact["contact"]["country"], "NO");
            let id = contact["contact"]["id"].clone();
            let set = json!({ "organisationId": id_of(tenant), "contactId": id });
            let set = pia.act("setBillingRecipient", set, RECIPIENT).await;
            let expected = json!({ "__typename": "BillingContact", "id": id, "name": "Fjord, accounts",
                                   "email": "accounts@fjord.example" });
            assert_eq!(set["billing"]["recipient"], expected);
            let refused = pia.mistake("deleteBillingContact", json!({ "contactId": id })).await;
            assert_eq!(refused["code"], "IN_USE");
            let explain = "query($id: ID!) { explainPayer(organisationId: $id) { sentence steps { sentence } \
                           payer { name } recipient { __typename ... on BillingContact { name } } nextChange { on } } }";
            let explained = pia.run(explain, json!({ "id": id_of(tenant) })).await;
            let explained = &explained.ok()["explainPayer"];
            let name = tenant.name;
            assert_eq!(
                explained["sentence"],
                format!("On 2026-03-15, {name} pays for itself; its invoices go to its contact Fjord, accounts.")
            );
            assert_eq!(explained["recipient"], json!({ "__typename": "BillingContact", "name": "Fjord, accounts" }));
            assert_eq!((&explained["steps"], &explained["nextChange"]), (&json!([]), &Value::Null));
        }
        // The client sees the act of its partner, and whose contact it is.
        let query = "query($id: ID!) { organisation(id: $id) { billingContacts(first: 5) { edges { node { name } } } \
                     auditEvents(first: 2) { edges { node { action way partnership { reseller { name } } } } } } }";
        let seen = world.as_(OWNER_OF_ACME).run(query, json!({ "id": id_of(ACME) })).await;
        let contacts = seen.ok()["organisation"]["billingContacts"]["edges"].clone();
        assert_eq!(contacts, json!([{ "node": { "name": "Fjord, accounts" } }]));
        let events = seen.at("organisation/auditEvents/edges");
        for (place, action) in ["setBillingRecipient", "createBillingContact"].iter().enumerate() {
            let by =
                json!({ "action": action, "way": "PARTNERSHIP", "partnership": { "reseller": { "name": "Fjord" } } });
            assert_eq!(events[place]["node"], by);
        }
        assert_eq!(issued, [invoices(&world, ACME).await, invoices(&world, HAMRA).await], "what is issued stays");
    });
}

#[test]
fn an_issued_invoice_never_changes() {
    with_database(async |world| {
        let before = invoices(&world, ACME).await;
        let olga = world.as_(OWNER_OF_ACME);
        let contact = olga.act("createBillingContact", agency(ACME), "contact { id }").await["contact"]["id"].clone();
        let set = json!({ "organisationId": id_of(ACME), "contactId": contact });
        olga.act("setBillingRecipient", set, "").await;
        let update = json!({ "contactId": contact, "name": "Fjord", "address": "Elsewhere" });
        let updated = olga.act("updateBillingContact", update, "contact { name address country }").await;
        assert_eq!(updated["contact"], json!({ "name": "Fjord", "address": "Elsewhere", "country": "NO" }));
        let details = json!({ "organisationId": id_of(ACME), "legalName": "Acme Holding", "address": "Elsewhere" });
        olga.act("updateBillingDetails", details, "").await;
        agree(&world, ACME, SOLO, 0).await;
        assert_eq!(invoices(&world, ACME).await, before);
        let query = "query($id: ID!) { organisation(id: $id) { payer { name } \
                     invoices(first: 5) { edges { node { recipientName payer { name } } } } } }";
        let seen = olga.run(query, json!({ "id": id_of(ACME) })).await;
        assert_eq!(seen.ok()["organisation"]["payer"]["name"], "Solo");
        let mut payers: Vec<String> = seen
            .at("organisation/invoices/edges")
            .as_array()
            .unwrap()
            .iter()
            .map(|edge| format!("{} {}", edge["node"]["recipientName"], edge["node"]["payer"]["name"]))
            .collect();
        payers.sort();
        assert_eq!(payers, ["\"Acme\" \"Acme\"", "\"Mecenat\" \"Mecenat\""]);
    });
}

#[test]
fn a_foreign_contact_looks_like_one_that_does_not_exist() {
    with_database(async |world| {
        let olga = world.as_(OWNER_OF_ACME);
        let mine = olga.act("createBillingContact", agency(ACME), "contact { id }").await["contact"]["id"].clone();
        let stig = world.as_(SOLE_PERSON);
        let theirs = stig.act("createBillingContact", agency(SOLO), "contact { id }").await["contact"]["id"].clone();
        let invented = tenantry::base::id::Type::BillingContact.id(key(NORDIC, 999_999)).0;
        for (mutation, input) in [
            ("setBillingRecipient", json!({ "organisationId": id_of(ACME) })),
            ("updateBillingContact", json!({ "name": "Mine" })),
            ("deleteBillingContact", json!({})),
        ] {
            let with = |id: &Value| {
                let mut input = input.clone();
                input["contactId"] = id.clone();
                input
            };
            let foreign = olga.attempt(mutation, with(&theirs), "").await;
            foreign.refused("NOT_FOUND");
            assert_eq!(foreign.text, olga.attempt(mutation, with(&json!(invented)), "").await.text);
        }
        // A viewer of both organisations sees more.
        db_role_at(&world, 760_000, OWNER_OF_ACME, SOLO, BuiltinRole::Billing).await;
        let set = json!({ "organisationId": id_of(ACME), "contactId": theirs });
        assert_eq!(olga.mistake("setBillingRecipient", set).await["code"], "UNKNOWN");
        // A viewer who can only read is refused.
        let input = json!({ "contactId": mine, "name": "Another" });
        world.as_(VIEWER_OF_ACME).attempt("updateBillingContact", input, "").await.refused("FORBIDDEN");
        olga.act("deleteBillingContact", json!({ "contactId": mine }), "deleted").await;
        olga.attempt("deleteBillingContact", json!({ "contactId": mine }), "").await.refused("NOT_FOUND");
        let nowhere = json!({ "organisationId": id_of(MECENAT), "contactId": null });
        let clerk = world.as_(CLERK_OF_MECENAT).mistake("setBillingRecipient", nowhere).await;
        assert_eq!(clerk["code"], "INVALID_INPUT", "there are no details yet");
    });
}
