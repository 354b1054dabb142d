//! In a suspended or closed organisation nobody gives anything; taking away still works.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tenantry::access::BuiltinRole;
use tenantry::base::id::Type;

use crate::world::*;

const ROLE: u32 = 750_000;

#[test]
fn staff_can_only_take_away_in_a_suspended_or_closed_organisation() {
    with_database(async |world| {
        let staff = world.as_(OWNER_OF_OPERATOR);
        for (number, tenant, code) in [(0, EKEN, "ORGANISATION_SUSPENDED"), (1_000, GRAN, "ORGANISATION_CLOSED")] {
            let role = key(NORDIC, ROLE + number);
            let sql = "INSERT INTO role (id, organisation_id, name, permissions, client_permissions, created_at) \
                       VALUES ($1, $2, 'Nothing', 0, 0, $3)";
            world.db_execute(sql, [role.into(), tenant.id.into(), now().into()]).await;
            let until = Some(now() + TimeDelta::days(9));
            let held = [Held::Builtin(BuiltinRole::Technical), Held::Builtin(BuiltinRole::Member)];
            world.db_join(ROLE + number + 100, tenant, SOLE_PERSON.person().id, &held, until).await;
            let (role, place) = (Type::Role.id(role).0, id_of(tenant));
            let membership = world.membership(tenant, SOLE_PERSON).await;
            let member = |more: Value| {
                let mut input = json!({ "membershipId": membership });
                input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
                input
            };
            let before = world.members(tenant).await;
            for (mutation, input) in [
                ("createRole", json!({ "organisationId": place, "name": "New", "permissions": [] })),
                ("updateRole", json!({ "roleId": role, "permissions": ["DOMAIN_READ"] })),
                ("updateRole", json!({ "roleId": role, "name": "Renamed" })),
                ("updateOrganisation", json!({ "organisationId": place, "name": "Renamed" })),
                ("updateMember", member(json!({ "roles": [{ "builtIn": "OWNER" }], "expiresAt": null }))),
                ("updateMember", member(json!({ "roles": [{ "builtIn": "TECHNICAL" }, { "builtIn": "INVOICES" }] }))),
                ("updateMember", member(json!({ "expiresAt": null }))),
                ("updateMember", member(json!({ "expiresAt": now() + TimeDelta::days(10) }))),
            ] {
                let error = staff.mistake(mutation, input.clone()).await;
                assert_eq!(error["code"], code, "{mutation} {input}");
            }
            assert_eq!(world.members(tenant).await, before);
            let renamed = world.texts("SELECT name FROM role WHERE name IN ('New', 'Renamed')").await;
            assert!(renamed.is_empty(), "{renamed:?}");
            let less = json!({ "roles": [{ "builtIn": "MEMBER" }], "expiresAt": now() + TimeDelta::days(8) });
            let less = staff.act("updateMember", member(less), "membership { roles { name } }").await;
            assert_eq!(less["membership"]["roles"], json!([{ "name": "MEMBER" }]));
            staff.act("removeMember", member(json!({})), "removed").await;
            staff.act("deleteRole", json!({ "roleId": role }), "deleted").await;
        }
    });
}
