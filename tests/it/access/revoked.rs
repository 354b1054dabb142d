//! Access that is taken away is gone with the next request: tokens say who somebody is, never what they may do.

use chrono::TimeDelta;
use sea_orm::Value as Parameter;
use serde_json::json;
use tenantry::access::PermissionSet;
use tenantry::base::id::Type;
use uuid::Uuid;

use crate::world::*;

const SERVICES: &str = "query($id: ID!) { organisation(id: $id) { name services { totalCount } } }";

async fn ask(world: &World, caller: Caller, tenant: Tenant) -> Answer {
    world.as_(caller).run(SERVICES, json!({ "id": Type::Organisation.id(tenant.id).0 })).await
}

/// One way of taking something away.
struct Case {
    what: &'static str,
    caller: Caller,
    tenant: Tenant,
    sql: &'static str,
    values: Vec<Parameter>,
    code: &'static str,
}

fn cases() -> Vec<Case> {
    let user = |caller: Caller| -> Vec<Parameter> { vec![caller.person().id.into()] };
    let pair = |reseller: Tenant, client: Tenant| -> Vec<Parameter> { vec![reseller.id.into(), client.id.into()] };
    let at = |moment: sea_orm::prelude::DateTimeUtc, ids: Vec<Parameter>| -> Vec<Parameter> {
        [moment.into()].into_iter().chain(ids).collect()
    };
    let none = PermissionSet::EMPTY.to_stored();
    let (support, viewer) = (SUPPORT_OF_FJORD, VIEWER_OF_ACME);
    vec![
        Case {
            what: "the user is disabled",
            caller: viewer,
            tenant: ACME,
            sql: "UPDATE \"user\" SET state = 'DISABLED' WHERE id = $1",
            values: user(viewer),
            code: "UNAUTHENTICATED",
        },
        Case {
            what: "the session is ended",
            caller: viewer,
            tenant: ACME,
            sql: "UPDATE session SET revoked_at = $1 WHERE user_id = $2",
            values: at(now(), user(viewer)),
            code: "UNAUTHENTICATED",
        },
        Case {
            what: "the session has expired",
            caller: viewer,
            tenant: ACME,
            sql: "UPDATE session SET expires_at = $1 WHERE user_id = $2",
            values: at(now(), user(viewer)),
            code: "UNAUTHENTICATED",
        },
        Case {
            what: "the membership is removed",
            caller: viewer,
            tenant: ACME,
            sql: "DELETE FROM membership WHERE user_id = $1",
            values: user(viewer),
            code: "NOT_FOUND",
        },
        Case {
            what: "the membership has ended",
            caller: viewer,
            tenant: ACME,
            sql: "UPDATE membership SET expires_at = $1 WHERE user_id = $2",
            values: at(now(), user(viewer)),
            code: "NOT_FOUND",
        },
        Case {
            what: "the role is another",
            caller: viewer,
            tenant: ACME,
            sql: "UPDATE membership_role SET builtin = 'MEMBER' \
                  WHERE membership_id IN (SELECT id FROM membership WHERE user_id = $1)",
            values: user(viewer),
            code: "FORBIDDEN",
        },
        Case {
            what: "the client lets less through",
            caller: support,
            tenant: ACME,
            sql: "UPDATE partnership SET delegated = $3 WHERE reseller_id = $1 AND client_id = $2",
            values: pair(FJORD, ACME).into_iter().chain([none.into()]).collect(),
            code: "NOT_FOUND",
        },
        Case {
            what: "the partnership is ended",
            caller: support,
            tenant: ACME,
            sql: "UPDATE partnership SET state = 'ENDED' WHERE reseller_id = $1 AND client_id = $2",
            values: pair(FJORD, ACME),
            code: "NOT_FOUND",
        },
        Case {
            what: "the partnership has reached its end",
            caller: support,
            tenant: ACME,
            sql: "UPDATE partnership SET ends_at = $1 WHERE reseller_id = $2 AND client_id = $3",
            values: at(now(), pair(FJORD, ACME)),
            code: "NOT_FOUND",
        },
        Case {
            what: "the member of the partner is removed",
            caller: support,
            tenant: ACME,
            sql: "DELETE FROM membership WHERE user_id = $1",
            values: user(support),
            code: "NOT_FOUND",
        },
        Case {
            what: "the reseller in the middle lets nothing through to its clients",
            caller: OWNER_OF_NORDEN,
            tenant: ACME,
            sql: "UPDATE partnership SET client_delegated = $2 WHERE reseller_id = $1",
            values: vec![NORDEN.id.into(), none.into()],
            code: "NOT_FOUND",
        },
        Case {
            what: "the client keeps out those above its partner",
            caller: OWNER_OF_NORDEN,
            tenant: ACME,
            sql: "UPDATE partnership SET includes_upstream = $2 WHERE client_id = $1",
            values: vec![ACME.id.into(), false.into()],
            code: "NOT_FOUND",
        },
        Case {
            what: "the organisation is closed",
            caller: viewer,
            tenant: ACME,
            sql: "UPDATE organisation SET state = 'CLOSED' WHERE id = $1",
            values: vec![ACME.id.into()],
            code: "FORBIDDEN",
        },
        Case {
            what: "the key is revoked",
            caller: KEY_OF_FJORD,
            tenant: ACME,
            sql: "UPDATE api_key SET revoked_at = $1 WHERE organisation_id = $2",
            values: at(now(), vec![FJORD.id.into()]),
            code: "UNAUTHENTICATED",
        },
        Case {
            what: "the key has expired",
            caller: KEY_OF_FJORD,
            tenant: ACME,
            sql: "UPDATE api_key SET expires_at = $1 WHERE organisation_id = $2",
            values: at(now(), vec![FJORD.id.into()]),
            code: "UNAUTHENTICATED",
        },
        Case {
            what: "the scopes of the key are narrowed",
            caller: KEY_OF_FJORD,
            tenant: ACME,
            sql: "UPDATE api_key SET client_permissions = $2 WHERE organisation_id = $1",
            values: vec![FJORD.id.into(), none.into()],
            code: "NOT_FOUND",
        },
    ]
}

#[test]
fn access_that_is_taken_away_is_gone_with_the_next_request() {
    with_database(async |world| {
        for case in cases() {
            let before = ask(&world, case.caller, case.tenant).await;
            assert!(before.ok()["organisation"]["services"]["totalCount"].as_u64() > Some(0), "{}", before.text);
            world.db_execute(case.sql, case.values).await;
            let after = ask(&world, case.caller, case.tenant).await;
            assert_eq!(after.codes(), [case.code], "{}: {}", case.what, after.text);
            assert!(after.at("organisation/services").is_null(), "{}: {}", case.what, after.text);
            world.db_reset().await;
        }
    });
}

#[test]
fn access_with_an_end_ends_by_itself() {
    with_database(async |world| {
        let soon = now() + TimeDelta::minutes(5);
        let end =
            |table: &str, column: &str, whose: &str| format!("UPDATE {table} SET {column} = $1 WHERE {whose} = $2");
        let ids: [(String, Uuid); 2] = [
            (end("membership", "expires_at", "user_id"), VIEWER_OF_ACME.person().id),
            (end("partnership", "ends_at", "client_id"), ACME.id),
        ];
        for (sql, id) in ids {
            world.db_execute(&sql, [soon.into(), id.into()]).await;
        }
        let everybody = [VIEWER_OF_ACME, SUPPORT_OF_FJORD, KEY_OF_FJORD];
        for caller in everybody {
            ask(&world, caller, ACME).await.ok();
        }
        world.app.clock.advance(TimeDelta::minutes(5));
        for caller in everybody {
            ask(&world, caller, ACME).await.refused("NOT_FOUND");
        }
        // The others stay until their tokens expire.
        ask(&world, TECHNICAL_OF_ACME, ACME).await.ok();
        world.app.clock.advance(TimeDelta::minutes(30));
        ask(&world, TECHNICAL_OF_ACME, ACME).await.refused("UNAUTHENTICATED");
    });
}
