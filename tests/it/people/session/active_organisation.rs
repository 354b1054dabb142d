//! The organisation that a session works in. Once access to it is gone, the next request loses it, and everything else
//! still works.

use axum::body::Body;
use axum::http::Request;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use chrono::TimeDelta;
use serde_json::{Value, json};
use tenantry::access::DelegationPreset;
use tenantry::base::id::Type;

use crate::world::accounts::begin_session;
use crate::world::*;

const WHERE: &str = "{ viewer { name activeOrganisation { name } } permissionCatalogue { permission } }";

async fn switch(world: &World, caller: Caller, tenant: Tenant) {
    world.as_(caller).act("switchOrganisation", json!({ "organisationId": id_of(tenant) }), "").await;
}

/// The organisation that the caller works in. `None` if it was lost; everything else must still work then.
async fn works(world: &World, caller: Caller) -> Option<String> {
    let answer = world.as_(caller).run(WHERE, json!({})).await;
    assert_eq!(answer.at("viewer/name"), caller.name());
    assert!(!answer.at("permissionCatalogue").is_null(), "{}", answer.text);
    if answer.codes() == ["CONTEXT_LOST"] {
        assert_eq!(answer.errors()[0]["path"], json!(["viewer", "activeOrganisation"]));
        let made = json!({ "name": "A way out", "kind": "PERSON" });
        world.as_(caller).act("createOrganisation", made, "organisation { name }").await;
        return None;
    }
    answer.ok()["viewer"]["activeOrganisation"]["name"].as_str().map(str::to_owned)
}

async fn db_delegate(world: &World, reseller: Tenant, preset: DelegationPreset) {
    let sql = "UPDATE partnership SET delegated = $1 WHERE reseller_id = $2 AND client_id = $3";
    world.db_execute(sql, [preset.set().to_stored().into(), reseller.id.into(), ACME.id.into()]).await;
}

#[test]
fn the_active_organisation_is_lost_with_the_membership() {
    with_database(async |world| {
        let (olga, lost) = (world.as_(OWNER_OF_ACME), None);
        for (whom, mutation, by_whom) in
            [(MEMBER_OF_ACME, "removeMember", OWNER_OF_ACME), (VIEWER_OF_ACME, "leaveOrganisation", VIEWER_OF_ACME)]
        {
            switch(&world, whom, ACME).await;
            assert_eq!(works(&world, whom).await.as_deref(), Some("Acme"));
            let input = match mutation {
                "removeMember" => json!({ "membershipId": world.membership(ACME, whom).await }),
                _ => json!({ "organisationId": id_of(ACME) }),
            };
            world.as_(by_whom).act(mutation, input, "").await;
            assert_eq!(works(&world, whom).await, lost, "{mutation}");
        }
        switch(&world, INVOICES_OF_ACME, ACME).await;
        let until = now() + TimeDelta::minutes(1);
        let input = json!({ "membershipId": world.membership(ACME, INVOICES_OF_ACME).await, "expiresAt": until });
        olga.act("updateMember", input, "").await;
        assert!(works(&world, INVOICES_OF_ACME).await.is_some());
        world.app.clock.advance(TimeDelta::minutes(1));
        assert_eq!(works(&world, INVOICES_OF_ACME).await, lost, "it has ended");
    });
}

#[test]
fn the_active_organisation_is_lost_while_it_is_closed() {
    with_database(async |world| {
        for caller in [OWNER_OF_ACME, TECHNICAL_OF_ACME, SUPPORT_OF_FJORD] {
            switch(&world, caller, ACME).await;
        }
        let input = json!({ "organisationId": id_of(ACME) });
        let closing = json!({ "organisationId": id_of(ACME), "endSubscriptions": true });
        world.as_(OWNER_OF_ACME).act("closeOrganisation", closing, "").await;
        for caller in [OWNER_OF_ACME, TECHNICAL_OF_ACME, SUPPORT_OF_FJORD] {
            assert_eq!(works(&world, caller).await, None, "{}", caller.name());
        }
        // It can be reopened from outside it. Then the sessions work there again.
        world.as_(OWNER_OF_ACME).act("reopenOrganisation", input.clone(), "").await;
        for caller in [OWNER_OF_ACME, TECHNICAL_OF_ACME, SUPPORT_OF_FJORD] {
            assert_eq!(works(&world, caller).await.as_deref(), Some("Acme"), "{}", caller.name());
        }
        // During a suspension, members still work there. Partners can only read, so they no longer do.
        let input = json!({ "organisationId": id_of(ACME), "reason": "late" });
        world.as_(AGENT_OF_OPERATOR).act("suspendOrganisation", input, "").await;
        assert_eq!(works(&world, TECHNICAL_OF_ACME).await.as_deref(), Some("Acme"));
        assert_eq!(works(&world, SUPPORT_OF_FJORD).await, None);
    });
}

#[test]
fn a_partner_loses_the_active_organisation_with_the_last_permission_to_change() {
    with_database(async |world| {
        let per = SUPPORT_OF_FJORD;
        switch(&world, per, ACME).await;
        for (what, sql) in [
            ("ended", "UPDATE partnership SET state = 'ENDED' WHERE reseller_id = $1 AND client_id = $2"),
            (
                "not begun",
                "UPDATE partnership SET starts_at = '2027-01-01 00:00:00+00:00' WHERE reseller_id = $1 AND client_id = $2",
            ),
        ] {
            world.db_execute(sql, [FJORD.id.into(), ACME.id.into()]).await;
            assert_eq!(works(&world, per).await, None, "{what}");
            let back = "UPDATE partnership SET state = 'ACTIVE', starts_at = '2025-01-01 00:00:00+00:00' \
                        WHERE reseller_id = $1 AND client_id = $2";
            world.db_execute(back, [FJORD.id.into(), ACME.id.into()]).await;
            assert_eq!(works(&world, per).await.as_deref(), Some("Acme"));
        }
        db_delegate(&world, FJORD, DelegationPreset::Overview).await;
        assert_eq!(works(&world, per).await, None, "it may still read, but not work here");
        assert!(!world.as_(per).may_at(ACME).await.is_empty());
        let error = world.as_(per).mistake("switchOrganisation", json!({ "organisationId": id_of(ACME) })).await;
        assert_eq!(error["code"], "NOT_SWITCHABLE");
        db_delegate(&world, FJORD, DelegationPreset::Support).await;
        assert!(works(&world, per).await.is_some());

        // The role of the partner's person is changed and no longer allows any change at the client.
        let frida = world.as_(OWNER_OF_FJORD);
        let input = json!({
            "organisationId": id_of(FJORD), "name": "Helpers", "permissions": ["CLIENT_READ"],
            "clientPermissions": ["SERVICE_MANAGE", "MEMBER_READ"]
        });
        let role = frida.act("createRole", input, "role { id }").await["role"]["id"].clone();
        let input = json!({ "membershipId": world.membership(FJORD, per).await, "roles": [{ "roleId": role }] });
        frida.act("updateMember", input, "").await;
        assert!(works(&world, per).await.is_some());
        let reads = json!({ "roleId": role, "clientPermissions": ["SERVICE_READ", "MEMBER_READ"] });
        frida.act("updateRole", reads, "").await;
        assert_eq!(works(&world, per).await, None, "its role only reads");
        let writes = json!({ "roleId": role, "clientPermissions": ["SERVICE_MANAGE"] });
        frida.act("updateRole", writes, "").await;
        assert!(works(&world, per).await.is_some());
        let input = json!({ "membershipId": world.membership(FJORD, per).await });
        frida.act("removeMember", input, "").await;
        assert_eq!(works(&world, per).await, None, "it is no longer with the partner");
    });
}

#[test]
fn the_header_names_the_organisation_of_one_request_and_a_key_has_its_own() {
    with_database(async |world| {
        let (token, _) = begin_session(&world, OWNER_OF_FJORD.person().email).await;
        let ask = async |bearer: &str, named: Option<&str>| -> Value {
            let mut request = Request::post("/graphql")
                .header(CONTENT_TYPE, "application/json")
                .header(AUTHORIZATION, format!("Bearer {bearer}"));
            if let Some(named) = named {
                request = request.header("x-organisation", named);
            }
            let body = json!({ "query": "{ viewer { name activeOrganisation { name } } }" }).to_string();
            serde_json::from_str(&world.send(request.body(Body::from(body)).unwrap()).await.body).unwrap()
        };
        let (acme, fjord) = (id_of(ACME), id_of(FJORD));
        let name = |answer: &Value| answer["data"]["viewer"]["activeOrganisation"]["name"].clone();
        let code = |answer: &Value| answer["errors"][0]["extensions"]["code"].clone();
        assert_eq!(name(&ask(&token, None).await), "Fjord");
        assert_eq!(name(&ask(&token, Some(&acme)).await), "Acme");
        assert_eq!(name(&ask(&token, None).await), "Fjord", "the session is where it was");
        db_delegate(&world, FJORD, DelegationPreset::Overview).await;
        let answer = ask(&token, Some(&acme)).await;
        assert_eq!(code(&answer), "CONTEXT_LOST");
        assert_eq!(answer["data"]["viewer"]["name"], OWNER_OF_FJORD.name());
        let invented = ask(&token, Some(&Type::Organisation.id(key(NORDIC, 999_999)).0)).await;
        assert_eq!(
            invented["errors"], answer["errors"],
            "an unknown and an inaccessible organisation get the same answer"
        );
        assert_eq!(name(&ask(&token, Some(&fjord)).await), "Fjord");

        let Caller::Key(fjords) = KEY_OF_FJORD else { return };
        let bearer = format!("{}{}", tenantry::people::api_key::KEY_PREFIX, fjords.secret);
        assert_eq!(name(&ask(&bearer, None).await), "Fjord");
        assert_eq!(code(&ask(&bearer, Some(&acme)).await), "CONTEXT_LOST");
        world.db_execute("UPDATE partnership SET state = 'ENDED' WHERE reseller_id = $1", [FJORD.id.into()]).await;
        world.as_(OWNER_OF_FJORD).act("closeOrganisation", json!({ "organisationId": fjord }), "").await;
        let answer = ask(&bearer, None).await;
        assert_eq!(code(&answer), "CONTEXT_LOST");
        assert_eq!(answer["data"]["viewer"]["name"], fjords.name);
    });
}
