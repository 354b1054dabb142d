//! What explanations show, and what they hide.

use serde_json::{Value, json};
use tenantry::base::id::Type;

use crate::world::*;

const EXPLAIN: &str = "query($at: ID!, $permission: Permission!, $user: ID, $invoice: ID) {
  explainAccess(organisationId: $at, permission: $permission, userId: $user, invoiceId: $invoice) {
    granted paths { at sentence } misses { reason sentence steps { sentence role organisation { name } } }
  }
}";

fn person(caller: Caller) -> String {
    Type::User.id(caller.person().id).0
}

/// Ids of the invoices of Acme, of which Mecenat pays one.
async fn invoices(world: &World) -> Vec<(String, String)> {
    let query = "query($id: ID!) { organisation(id: $id) { invoices { edges { node { id payer { name } } } } } }";
    let answer = world.as_(OWNER_OF_ACME).run(query, json!({ "id": id_of(ACME) })).await;
    let edges = answer.ok()["organisation"]["invoices"]["edges"].as_array().unwrap().clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    edges.iter().map(|edge| (text(&edge["node"]["id"]), text(&edge["node"]["payer"]["name"]))).collect()
}

#[test]
fn an_invoice_is_explained_by_its_payer_and_only_what_counts_there() {
    with_database(async |world| {
        let invoices = invoices(&world).await;
        let (paid_by_mecenat, _) = invoices.iter().find(|(_, payer)| payer == MECENAT.name).unwrap();
        let clerk = world.as_(CLERK_OF_MECENAT);
        let node = clerk.run("query($id: ID!) { node(id: $id) { id } }", json!({ "id": paid_by_mecenat })).await;
        assert_eq!(node.ok()["node"]["id"], **paid_by_mecenat);

        let admin = world.as_(ADMIN_OF_ACME);
        let ask = |permission: &str, user: Option<String>| json!({ "at": id_of(ACME), "permission": permission, "user": user, "invoice": paid_by_mecenat });
        let own = admin.run(EXPLAIN, ask("INVOICE_READ", None)).await;
        assert_eq!(own.ok()["explainAccess"]["granted"], true);
        // Access at the payer is hidden from the people of the organisation that it pays for.
        let of_clerk = admin.run(EXPLAIN, ask("INVOICE_READ", Some(person(CLERK_OF_MECENAT)))).await;
        assert_eq!(of_clerk.ok()["explainAccess"]["granted"], false, "{}", of_clerk.text);
        assert!(!of_clerk.text.contains("BILLING"), "{}", of_clerk.text);
        admin.run(EXPLAIN, ask("MEMBER_INVITE", None)).await.refused("INVALID_INPUT");
    });
}

#[test]
fn each_permission_of_the_catalogue_opens_something() {
    with_database(async |world| {
        let answer = world.as_(OWNER_OF_ACME).run("{ permissionCatalogue { permission fields } }", json!({})).await;
        for one in answer.ok()["permissionCatalogue"].as_array().unwrap() {
            assert_ne!(one["fields"], json!([]), "{one}");
        }
    });
}

#[test]
fn explaining_ones_own_access_needs_no_permission() {
    with_database(async |world| {
        let asked = json!({
            "at": id_of(ACME), "permission": "INVOICE_READ", "user": person(INVOICES_OF_ACME),
        });
        let answer = world.as_(INVOICES_OF_ACME).run(EXPLAIN, asked).await;
        assert_eq!(answer.ok()["explainAccess"]["granted"], true);
        let asked = json!({ "at": id_of(ACME), "permission": "INVOICE_READ", "user": person(OWNER_OF_ACME) });
        world.as_(INVOICES_OF_ACME).run(EXPLAIN, asked).await.refused("FORBIDDEN");
    });
}

#[test]
fn explaining_a_stranger_does_not_reveal_memberships_elsewhere() {
    with_database(async |world| {
        // Of its own people an organisation learns what stops them.
        let of_member = json!({ "at": id_of(ACME), "permission": "INVOICE_PAY", "user": person(MEMBER_OF_ACME) });
        let answer = world.as_(OWNER_OF_ACME).run(EXPLAIN, of_member).await;
        assert_eq!(answer.ok()["explainAccess"]["misses"][0]["reason"], "ROLE_LACKS_PERMISSION", "{}", answer.text);
        // Of a partner's people it learns nothing but that they have no access.
        for of in [OWNER_OF_FJORD, SUPPORT_OF_FJORD, OWNER_OF_OPERATOR, SOLE_PERSON] {
            let asked = json!({ "at": id_of(ACME), "permission": "OWNERSHIP_TRANSFER", "user": person(of) });
            let answer = world.as_(ADMIN_OF_ACME).run(EXPLAIN, asked).await;
            let found = &answer.ok()["explainAccess"];
            if found["granted"] == false {
                assert_eq!(found["misses"][0]["reason"], "NOT_A_MEMBER", "{}", answer.text);
                assert_eq!(found["misses"][0]["steps"], json!([]), "{}", answer.text);
            }
        }
    });
}

#[test]
fn a_role_at_a_hidden_organisation_and_a_key_of_a_partner_are_not_named() {
    with_database(async |world| {
        let query = "query($id: ID!) { organisation(id: $id) { accessors(permission: SERVICE_READ, first: 100) {
            totalCount edges { node { actor { __typename ... on User { name } } paths { sentence } } } } } }";
        let answer = world.as_(OWNER_OF_ACME).run(query, json!({ "id": id_of(ACME) })).await;
        let edges = answer.ok()["organisation"]["accessors"]["edges"].as_array().unwrap().clone();
        let sentences: Vec<String> =
            edges.iter().map(|edge| edge["node"]["paths"][0]["sentence"].as_str().unwrap().to_owned()).collect();
        assert!(sentences.iter().any(|text| text.contains("Has the role PARTNER_SUPPORT at Fjord")), "{sentences:?}");
        let hidden: Vec<&String> = sentences.iter().filter(|text| text.contains("may not see")).collect();
        assert!(!hidden.is_empty(), "{sentences:?}");
        assert!(hidden.iter().all(|text| !text.contains("Has the role OWNER at an organisation")), "{hidden:?}");
        let keys: Vec<&Value> = edges
            .iter()
            .map(|edge| &edge["node"])
            .filter(|node| node["paths"][0]["sentence"].as_str().unwrap().starts_with("Is a key of"))
            .collect();
        assert!(keys.iter().all(|node| node["actor"].is_null()), "{keys:?}");
    });
}

#[test]
fn one_list_in_two_orders_in_one_request_is_two_lists() {
    with_database(async |world| {
        let query = "query($id: ID!) { reseller(id: $id) {
            up: clients(orderBy: {field: NAME, direction: ASC}) { edges { client { name } } }
            down: clients(orderBy: {field: NAME, direction: DESC}) { edges { client { name } } } } }";
        let answer = world.as_(OWNER_OF_FJORD).run(query, json!({ "id": id_of(FJORD) })).await;
        let up = answer.ok()["reseller"]["up"]["edges"].as_array().unwrap().clone();
        let mut down = answer.ok()["reseller"]["down"]["edges"].as_array().unwrap().clone();
        assert!(up.len() > 2);
        assert_ne!(up, down);
        down.reverse();
        assert_eq!(up, down);
    });
}

#[test]
fn a_state_requested_a_thousand_times_is_read_once() {
    with_database(async |world| {
        let states = vec!["ACTIVE"; 1100].join(", ");
        let query = format!(
            "query($id: ID!) {{ reseller(id: $id) {{ clients(filter: {{partnershipState: [{states}]}}) {{ totalCount }} }} }}"
        );
        let answer = world.as_(OWNER_OF_FJORD).run(&query, json!({ "id": id_of(FJORD) })).await;
        assert!(answer.ok()["reseller"]["clients"]["totalCount"].as_i64().unwrap() >= 1);
    });
}

#[test]
fn a_card_is_enough_to_ask_about_ones_own_side() {
    with_database(async |world| {
        let ask = async |caller: Caller, tenant: Tenant, permission: &str| {
            world.as_(caller).run(EXPLAIN, json!({ "at": id_of(tenant), "permission": permission })).await
        };
        for (tenant, reason) in
            [(MYR, "PARTNERSHIP_LACKS_PERMISSION"), (HAMRA, "PARTNERSHIP_EXPIRED"), (JARL, "PARTNERSHIP_ENDED")]
        {
            let answer = ask(SUPPORT_OF_FJORD, tenant, "INVOICE_READ").await;
            let found = &answer.ok()["explainAccess"];
            assert_eq!(
                (&found["granted"], &found["misses"][0]["reason"]),
                (&json!(false), &json!(reason)),
                "{}",
                answer.text
            );
            ask(SOLE_PERSON, tenant, "INVOICE_READ").await.refused("NOT_FOUND");
        }
        // The own role, and the own key.
        let answer = ask(SUPPORT_OF_FJORD, JARL, "INVOICE_PAY").await;
        assert_eq!(answer.ok()["explainAccess"]["misses"][0]["reason"], "ROLE_LACKS_PERMISSION", "{}", answer.text);
        world
            .db_execute("UPDATE api_key SET client_permissions = 0 WHERE organisation_id = $1", [FJORD.id.into()])
            .await;
        let answer = ask(KEY_OF_FJORD, ACME, "SERVICE_READ").await;
        assert_eq!(answer.ok()["explainAccess"]["misses"][0]["reason"], "KEY_SCOPE", "{}", answer.text);
        // Others are none of the asker's business there, and neither is the state of the client.
        let of_owner = json!({ "at": id_of(MYR), "permission": "INVOICE_READ", "user": person(OWNER_OF_FJORD) });
        world.as_(SUPPORT_OF_FJORD).run(EXPLAIN, of_owner).await.refused("NOT_FOUND");
        world.db_execute("UPDATE organisation SET state = 'CLOSED' WHERE id = $1", [MYR.id.into()]).await;
        let answer = ask(SUPPORT_OF_FJORD, MYR, "INVOICE_READ").await;
        assert!(!answer.text.contains("CLOSED"), "{}", answer.text);
    });
}

#[test]
fn a_person_of_whom_one_sees_nothing_is_as_good_as_invented_disabled_or_not() {
    with_database(async |world| {
        let ask = async |user: String| {
            let asked = json!({ "at": id_of(ACME), "permission": "SERVICE_READ", "user": user });
            world.as_(OWNER_OF_ACME).run(EXPLAIN, asked).await.text
        };
        let invented = ask(Type::User.id(uuid::Uuid::from_u128(7)).0).await;
        for partner in [SUPPORT_OF_FJORD, OWNER_OF_FJORD, OWNER_OF_OPERATOR] {
            let sql = "UPDATE \"user\" SET state = 'DISABLED' WHERE id = $1";
            world.db_execute(sql, [partner.person().id.into()]).await;
            assert_eq!(ask(person(partner)).await, invented, "{}", partner.name());
        }
        assert!(ask(person(DISABLED_AT_ACME)).await.contains("USER_DISABLED"), "a member is known");
    });
}
