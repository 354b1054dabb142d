//! Previews of changes to roles.

use serde_json::{Value, json};
use tenantry::access::BuiltinRole;
use tenantry::base::id::Type;

use super::{create, give};
use crate::world::*;

const PREVIEW: &str = "query($id: ID!, $own: [Permission!], $clients: [Permission!]) { \
     previewRoleChange(roleId: $id, permissions: $own, clientPermissions: $clients) { \
     effects { totalCount edges { node { user { name } gained lost gainedAtClients lostAtClients } } } } }";

#[test]
fn a_preview_shows_the_outcome_and_changes_nothing() {
    with_database(async |world| {
        let olga = world.as_(OWNER_OF_ACME);
        let role = create(olga, ACME, "Various", &["DOMAIN_READ", "INVOICE_READ"], &["DOMAIN_READ"]).await;
        let role_key = Type::Role.parse(&role.clone().into()).unwrap();
        // A member with this role alone, one with another role, one with access through a partner, and a former member.
        let held = |other| [Held::Builtin(other), Held::Custom(role_key)];
        let domains = DOMAINS_OF_ACME.person().id;
        world.db_execute("DELETE FROM membership WHERE user_id = $1", [domains.into()]).await;
        world.db_join(710_000, ACME, domains, &held(BuiltinRole::Domains), None).await;
        let support = SUPPORT_OF_FJORD.person().id;
        world.db_join(711_000, ACME, support, &held(BuiltinRole::Member), None).await;
        world.db_join(712_000, ACME, SOLE_PERSON.person().id, &held(BuiltinRole::Member), Some(now())).await;
        give(&world, OWNER_OF_ACME, ACME, MEMBER_OF_ACME, json!([{ "roleId": role }])).await;

        let who = [DOMAINS_OF_ACME, MEMBER_OF_ACME, SUPPORT_OF_FJORD, SOLE_PERSON];
        let may = async || {
            let mut all = Vec::new();
            for caller in who {
                all.push(world.as_(caller).may_at(ACME).await);
            }
            all
        };
        let before = may().await;
        let dump = world.db_dump().await;
        let variables = json!({ "id": role, "own": ["SERVICE_READ", "USAGE_READ"], "clients": ["INVOICE_READ"] });
        let preview = olga.run(PREVIEW, variables.clone()).await;
        assert_eq!(dump, world.db_dump().await);
        let effects = preview.ok()["previewRoleChange"]["effects"].clone();
        assert_eq!(effects["totalCount"], 4);
        let input = json!({
            "roleId": role, "permissions": variables["own"], "clientPermissions": variables["clients"]
        });
        olga.act("updateRole", input, "").await;
        let after = may().await;
        let said = |caller: Caller, what: &str| -> Vec<String> {
            let edges = effects["edges"].as_array().unwrap();
            let edge = edges.iter().find(|edge| edge["node"]["user"]["name"] == caller.name()).unwrap();
            serde_json::from_value(edge["node"][what].clone()).unwrap()
        };
        let without = |all: &[String], others: &[String]| -> Vec<String> {
            all.iter().filter(|one| !others.contains(one)).cloned().collect()
        };
        for (number, caller) in who.into_iter().enumerate() {
            assert_eq!(said(caller, "gained"), without(&after[number], &before[number]), "{}", caller.name());
            assert_eq!(said(caller, "lost"), without(&before[number], &after[number]), "{}", caller.name());
        }
        assert_eq!(said(MEMBER_OF_ACME, "gained"), ["SERVICE_READ", "USAGE_READ"]);
        assert_eq!(said(MEMBER_OF_ACME, "lost"), ["INVOICE_READ", "DOMAIN_READ"]);
        assert_eq!(said(MEMBER_OF_ACME, "gainedAtClients"), ["INVOICE_READ"]);
        assert_eq!(said(MEMBER_OF_ACME, "lostAtClients"), ["DOMAIN_READ"]);
        assert_eq!(said(DOMAINS_OF_ACME, "lost"), ["INVOICE_READ"]);
        assert_eq!(said(SUPPORT_OF_FJORD, "lost"), Vec::<String>::new(), "the partner path still gives it");
        assert_eq!(said(SOLE_PERSON, "gained"), Vec::<String>::new(), "the membership has ended");
    });
}

#[test]
fn a_preview_of_a_members_roles_needs_permission_to_read_members() {
    with_database(async |world| {
        let query = "query($id: ID!, $roles: [RoleChoice!]!) { previewMemberRoles(membershipId: $id, roles: $roles) { \
                     user { name } gained lost gainedAtClients lostAtClients } }";
        let membership = world.membership(ACME, BILLING_OF_ACME).await;
        let ask = async |caller: Caller, roles: Value| {
            world.as_(caller).run(query, json!({ "id": membership, "roles": roles })).await
        };
        let answer = ask(VIEWER_OF_ACME, json!([{ "builtIn": "INVOICES" }])).await;
        let effect = &answer.ok()["previewMemberRoles"];
        assert_eq!(effect["user"]["name"], BILLING_OF_ACME.name());
        assert_eq!(effect["gained"], json!([]));
        assert!(effect["lost"].as_array().unwrap().contains(&json!("INVOICE_PAY")));
        let at_clients = json!(["ORGANISATION_READ", "BILLING_READ", "INVOICE_READ", "SUBSCRIPTION_READ"]);
        assert_eq!(effect["lostAtClients"], at_clients);
        let removed = ask(VIEWER_OF_ACME, json!([])).await;
        assert!(removed.ok()["previewMemberRoles"]["lost"].as_array().unwrap().contains(&json!("ORGANISATION_READ")));
        ask(MEMBER_OF_ACME, json!([])).await.refused("NOT_FOUND");
        ask(OWNER_OF_LUND, json!([])).await.refused("NOT_FOUND");
        let foreign = json!([{ "roleId": Type::Role.id(BOREAL.free_role()).0 }]);
        ask(VIEWER_OF_ACME, foreign).await.refused("INVALID_INPUT");

        let role = create(world.as_(OWNER_OF_ACME), ACME, "Role reader", &["ROLE_READ"], &[]).await;
        give(&world, OWNER_OF_ACME, ACME, MEMBER_OF_ACME, json!([{ "roleId": role }])).await;
        let answer = world.as_(MEMBER_OF_ACME).run(PREVIEW, json!({ "id": role })).await;
        answer.refused("FORBIDDEN");
        assert!(answer.at("previewRoleChange/effects").is_null());
        let wrong = json!({ "id": role, "own": ["ORGANISATION_SUSPEND"] });
        world.as_(MEMBER_OF_ACME).run(PREVIEW, wrong).await.refused("INVALID_INPUT");
    });
}
