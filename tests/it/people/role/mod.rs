//! Custom roles: created, given, changed, previewed and deleted; nobody gains permissions through them.

mod preview;

use futures_util::future::join;
use serde_json::{Value, json};
use tenantry::access::{Permission, PermissionSet};
use tenantry::base::id::Type;

use crate::world::*;

const INVOICES: &str = "query($id: ID!) { organisation(id: $id) { invoices { totalCount } } }";

/// Creates a role at a tenant. Returns its id.
async fn create(client: Client<'_>, tenant: Tenant, name: &str, own: &[&str], clients: &[&str]) -> String {
    let input = json!({
        "organisationId": id_of(tenant), "name": name, "permissions": own, "clientPermissions": clients
    });
    let made = client.act("createRole", input, "role { id }").await;
    made["role"]["id"].as_str().unwrap().to_owned()
}

async fn give(world: &World, giver: Caller, tenant: Tenant, to: Caller, roles: Value) -> Value {
    let input = json!({ "membershipId": world.membership(tenant, to).await, "roles": roles });
    world.as_(giver).act("updateMember", input, "membership { roles { name } }").await
}

#[test]
fn a_built_in_role_has_one_id_everywhere_and_is_given_by_it() {
    with_database(async |world| {
        let of_member = "query($id: ID!) { node(id: $id) { ... on Membership { roles { id name } } } }";
        let membership = json!({ "id": world.membership(ACME, OWNER_OF_ACME).await });
        let held = world.as_(ADMIN_OF_ACME).run(of_member, membership).await;
        let owner = held.at("node/roles/0/id").clone();
        let viewer = "query($id: ID!) { node(id: $id) { id ... on Role { name builtIn permissions } } }";
        // Somebody who has nothing to do with Acme, and holds the same role in an organisation of his own.
        let found = world.as_(SOLE_PERSON).run(viewer, json!({ "id": owner })).await;
        assert_eq!((&found.ok()["node"]["id"], &found.ok()["node"]["builtIn"]), (&owner, &json!("OWNER")));
        assert!(!found.at("node/permissions").as_array().unwrap().contains(&json!("USER_MANAGE")));
        let own = "{ viewer { memberships(first: 1) { edges { node { roles { id permissions } } } } } }";
        let own = world.as_(SOLE_PERSON).run(own, json!({})).await;
        assert_eq!(own.at("viewer/memberships/edges/0/node/roles/0/id"), &owner);
        // At the operator the owner holds more, so that is another object.
        let staff = "{ viewer { memberships(first: 1) { edges { node { roles { id permissions } } } } } }";
        let staff = world.as_(OWNER_OF_OPERATOR).run(staff, json!({})).await;
        let at_operator = staff.at("viewer/memberships/edges/0/node/roles/0");
        assert_ne!(at_operator["id"], owner);
        assert!(at_operator["permissions"].as_array().unwrap().contains(&json!("USER_MANAGE")));

        let membership = json!({ "id": world.membership(ACME, INVOICES_OF_ACME).await });
        let held = world.as_(OWNER_OF_ACME).run(of_member, membership).await;
        let invoices = held.at("node/roles/0/id").clone();
        let given = give(&world, OWNER_OF_ACME, ACME, MEMBER_OF_ACME, json!([{ "roleId": invoices }])).await;
        assert_eq!(given["membership"]["roles"], json!([{ "name": "INVOICES" }]));
        let olga = world.as_(OWNER_OF_ACME);
        olga.attempt("updateRole", json!({ "roleId": owner, "permissions": [] }), "").await.refused("NOT_FOUND");
        olga.attempt("deleteRole", json!({ "roleId": owner }), "").await.refused("NOT_FOUND");
    });
}

#[test]
fn each_change_of_a_role_holds_for_the_next_request() {
    with_database(async |world| {
        let (olga, max) = (world.as_(OWNER_OF_ACME), world.as_(MEMBER_OF_ACME));
        let acme = json!({ "id": id_of(ACME) });
        max.run(INVOICES, acme.clone()).await.refused("FORBIDDEN");
        let role = create(olga, ACME, " Payers ", &["INVOICE_PAY"], &["DOMAIN_READ"]).await;
        let query = "query($id: ID!) { organisation(id: $id) { roles { totalCount edges { node { \
                     id name builtIn permissions clientPermissions } } } } }";
        let listed = olga.run(query, acme.clone()).await;
        let expected = json!({
            "id": role, "name": "Payers", "builtIn": null,
            "permissions": ["ORGANISATION_READ", "INVOICE_READ", "INVOICE_PAY"],
            "clientPermissions": ["ORGANISATION_READ", "DOMAIN_READ"],
        });
        assert_eq!(listed.at("organisation/roles/edges"), &json!([{ "node": expected }]));

        give(&world, OWNER_OF_ACME, ACME, MEMBER_OF_ACME, json!([{ "roleId": role }])).await;
        assert_eq!(max.run(INVOICES, acme.clone()).await.ok()["organisation"]["invoices"]["totalCount"], 2);
        let held = olga.mistake("deleteRole", json!({ "roleId": role })).await;
        assert_eq!(held["code"], "IN_USE");
        assert!(held["message"].as_str().unwrap().contains("Max, member of Acme"), "{held}");

        let input = json!({ "roleId": role, "permissions": ["DOMAIN_READ"] });
        let changed = olga.act("updateRole", input, "role { name permissions clientPermissions }").await;
        assert_eq!(changed["role"]["permissions"], json!(["ORGANISATION_READ", "DOMAIN_READ"]));
        assert_eq!(
            changed["role"]["clientPermissions"],
            json!(["ORGANISATION_READ", "DOMAIN_READ"]),
            "left out, it stays"
        );
        max.run(INVOICES, acme.clone()).await.refused("FORBIDDEN");

        give(&world, OWNER_OF_ACME, ACME, MEMBER_OF_ACME, json!([{ "builtIn": "MEMBER" }])).await;
        assert_eq!(olga.act("deleteRole", json!({ "roleId": role }), "deleted").await["deleted"], true);
        olga.attempt("deleteRole", json!({ "roleId": role }), "").await.refused("NOT_FOUND");
        assert_eq!(olga.run(query, acme).await.ok()["organisation"]["roles"]["totalCount"], 0);
    });
}

#[test]
fn nobody_gains_permissions_by_changing_a_role() {
    with_database(async |world| {
        let (adam, olga) = (world.as_(ADMIN_OF_ACME), world.as_(OWNER_OF_ACME));
        let input = json!({
            "organisationId": id_of(ACME), "name": "More", "permissions": ["OWNERSHIP_TRANSFER", "MEMBER_READ"],
            "clientPermissions": ["ORGANISATION_CLOSE"]
        });
        let error = adam.mistake("createRole", input).await;
        assert_eq!(error["code"], "PERMISSION_NOT_HELD");
        assert_eq!(error["missingPermissions"], json!(["OWNERSHIP_TRANSFER"]));
        assert_eq!(error["missingClientPermissions"], json!(["ORGANISATION_CLOSE"]));

        // An admin can neither change nor delete a role that holds more than the admin does.
        let above = create(olga, ACME, "Closers", &["ORGANISATION_CLOSE"], &[]).await;
        let below = create(adam, ACME, "Readers", &["ROLE_READ"], &[]).await;
        for (mutation, input) in [
            ("updateRole", json!({ "roleId": above, "permissions": [] })),
            ("updateRole", json!({ "roleId": above, "name": "Others" })),
            ("deleteRole", json!({ "roleId": above })),
            ("updateRole", json!({ "roleId": below, "permissions": ["ORGANISATION_CLOSE"] })),
            ("updateRole", json!({ "roleId": below, "clientPermissions": ["OWNERSHIP_TRANSFER"] })),
        ] {
            assert_eq!(
                adam.mistake(mutation, input.clone()).await["code"],
                "PERMISSION_NOT_HELD",
                "{mutation} {input}"
            );
        }
        // The two sets are separate: a permission at the organisation is not one at its clients.
        let own = PermissionSet::of(&[Permission::RoleManage, Permission::InvoicePay]);
        world.db_role(&HUB, own, PermissionSet::of(&[Permission::DomainRead])).await;
        let at_hub = |own: Value, clients: Value| {
            json!({
                "organisationId": Type::Organisation.id(HUB.id()).0, "name": "Probing", "permissions": own,
                "clientPermissions": clients
            })
        };
        let probe = world.as_(HUB.probe);
        let error = probe.mistake("createRole", at_hub(json!(["INVOICE_PAY"]), json!(["INVOICE_PAY"]))).await;
        assert_eq!(error["missingPermissions"], json!([]));
        assert_eq!(error["missingClientPermissions"], json!(["INVOICE_READ", "INVOICE_PAY"]));
        let error = probe.mistake("createRole", at_hub(json!(["DOMAIN_READ"]), json!(["DOMAIN_READ"]))).await;
        assert_eq!(error["missingPermissions"], json!(["DOMAIN_READ"]));
        probe.act("createRole", at_hub(json!(["INVOICE_PAY"]), json!(["DOMAIN_READ"])), "").await;
        // A partner cannot manage roles, whatever the client delegates.
        let at_acme = json!({ "organisationId": id_of(ACME), "name": "Ours", "permissions": [] });
        world.as_(OWNER_OF_FJORD).attempt("createRole", at_acme.clone(), "").await.refused("FORBIDDEN");
        world.as_(OWNER_OF_LUND).attempt("createRole", at_acme, "").await.refused("FORBIDDEN");
        let refused =
            world.texts("SELECT action FROM audit_event WHERE outcome = 'REFUSED' AND action = 'createRole'").await;
        assert!(refused.len() == 3, "{refused:?}");
    });
}

#[test]
fn each_mistake_in_a_role_is_named() {
    with_database(async |world| {
        let olga = world.as_(OWNER_OF_ACME);
        let role = create(olga, ACME, "Readers", &["ROLE_READ"], &[]).await;
        let other = create(olga, ACME, "Writers", &["MEMBER_UPDATE"], &[]).await;
        let create_input =
            |name: &str, own: Value| json!({ "organisationId": id_of(ACME), "name": name, "permissions": own });
        for (mutation, input, code, field) in [
            ("createRole", create_input("readers", json!([])), "DUPLICATE", "name"),
            ("createRole", create_input(" ", json!([])), "INVALID_INPUT", "name"),
            ("createRole", create_input(&"x".repeat(201), json!([])), "INVALID_INPUT", "name"),
            ("createRole", create_input("Partner Manager", json!([])), "BUILT_IN_ROLE", "name"),
            ("createRole", create_input("OWNER", json!([])), "BUILT_IN_ROLE", "name"),
            ("createRole", create_input("Staff", json!(["ORGANISATION_SUSPEND"])), "INVALID_INPUT", "permissions"),
            ("updateRole", json!({ "roleId": other, "name": "READERS" }), "DUPLICATE", "name"),
            ("updateRole", json!({ "roleId": role, "name": "viewer" }), "BUILT_IN_ROLE", "name"),
            (
                "updateRole",
                json!({ "roleId": role, "clientPermissions": ["INVOICE_ISSUE"] }),
                "INVALID_INPUT",
                "clientPermissions",
            ),
        ] {
            let error = olga.mistake(mutation, input.clone()).await;
            assert_eq!((&error["code"], &error["field"][1]), (&json!(code), &json!(field)), "{input}: {error}");
        }
        // Keeping its own name is not a duplicate.
        olga.act("updateRole", json!({ "roleId": role, "name": "READERS" }), "").await;
        for (input, code) in [
            (json!({ "roleId": "OWNER" }), "INVALID_INPUT"),
            (json!({ "roleId": id_of(ACME) }), "INVALID_INPUT"),
            (json!({ "roleId": Type::Role.id(BOREAL.free_role()).0 }), "NOT_FOUND"),
            (json!({ "roleId": Type::Role.id(key(NORDIC, 999_999)).0 }), "NOT_FOUND"),
        ] {
            for mutation in ["updateRole", "deleteRole"] {
                olga.attempt(mutation, input.clone(), "").await.refused(code);
            }
        }
        let unknown = olga.attempt("createRole", create_input("Odd", json!(["FLY"])), "").await;
        assert_eq!(unknown.codes(), ["INVALID_INPUT"]);
        assert!(unknown.text.contains("input"), "{}", unknown.text);
        // Staff can create roles with staff permissions at the operator.
        create(world.as_(OWNER_OF_OPERATOR), OPERATOR, "Guards", &["ORGANISATION_SUSPEND"], &["ORGANISATION_SUSPEND"])
            .await;

        let sql = "UPDATE session SET confirmed_at = $1";
        world.db_execute(sql, [(now() - chrono::TimeDelta::minutes(15)).into()]).await;
        for (mutation, input) in [
            ("createRole", create_input("Late", json!([]))),
            ("updateRole", json!({ "roleId": role })),
            ("deleteRole", json!({ "roleId": role })),
        ] {
            assert_eq!(olga.mistake(mutation, input).await["code"], "CONFIRMATION_REQUIRED", "{mutation}");
        }
    });
}

#[test]
fn a_role_in_a_pending_invitation_cannot_be_deleted() {
    with_database(async |world| {
        let olga = world.as_(OWNER_OF_ACME);
        let role = create(olga, ACME, "Readers", &["ROLE_READ"], &[]).await;
        let role_key = Type::Role.parse(&role.clone().into()).unwrap();
        let invitation = key(NORDIC, 700_000);
        let sql = "INSERT INTO invitation (id, organisation_id, email, mailbox, locale, state, token_hash, inviter_user_id, \
                   times_sent, sent_at, expires_at, created_at) VALUES ($1, $2, 'x@example.org', 'x@example.org', 'EN', 'PENDING', 'x', $3, 1, $4, $4, $4)";
        let inviter = OWNER_OF_ACME.person().id;
        world.db_execute(sql, [invitation.into(), ACME.id.into(), inviter.into(), now().into()]).await;
        let sql = "INSERT INTO invitation_role (id, organisation_id, invitation_id, role_id) VALUES ($1, $2, $1, $3)";
        world.db_execute(sql, [invitation.into(), ACME.id.into(), role_key.into()]).await;
        let error = olga.mistake("deleteRole", json!({ "roleId": role })).await;
        assert_eq!(error["code"], "IN_USE");
        assert!(error["message"].as_str().unwrap().contains("1 open invitation"), "{error}");
        world.db_execute("UPDATE invitation SET state = 'REVOKED' WHERE id = $1", [invitation.into()]).await;
        olga.act("deleteRole", json!({ "roleId": role }), "deleted").await;
    });
}

#[test]
fn of_concurrently_giving_and_deleting_a_role_one_succeeds() {
    with_database(async |world| {
        let (olga, adam) = (world.as_(OWNER_OF_ACME), world.as_(ADMIN_OF_ACME));
        let membership = world.membership(ACME, MEMBER_OF_ACME).await;
        for number in 0..6 {
            let role = create(olga, ACME, &format!("Role {number}"), &["ROLE_READ"], &[]).await;
            adam.run("{ viewer { name } }", json!({})).await.ok();
            let delete = olga.attempt("deleteRole", json!({ "roleId": role }), "deleted");
            let input = json!({ "membershipId": membership, "roles": [{ "roleId": role }] });
            let give = adam.attempt("updateMember", input, "membership { id }");
            let (deleted, given) = if number % 2 == 0 {
                join(delete, give).await
            } else {
                let (b, a) = join(give, delete).await;
                (a, b)
            };
            let deleted = deleted.ok()["deleteRole"]["deleted"] == true;
            let given = given.ok()["updateMember"]["userErrors"] == json!([]);
            assert!(deleted != given, "deleted {deleted}, given {given}");
            let kept = world.texts(&format!("SELECT name FROM role WHERE name = 'Role {number}'")).await;
            assert_eq!(kept.is_empty(), deleted);
            give_back(&world).await;
        }
    });
}

async fn give_back(world: &World) {
    give(world, OWNER_OF_ACME, ACME, MEMBER_OF_ACME, json!([{ "builtIn": "MEMBER" }])).await;
}
