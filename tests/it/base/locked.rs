//! Permissions are checked under the lock: a request that has waited for an organisation is refused if its actor has
//! lost the permission meanwhile.

use std::time::Duration;

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Statement, TransactionTrait};
use serde_json::{Value, json};
use tenantry::access::{BuiltinRole, Permission, PermissionSet};
use tenantry::base::id::Type;

use crate::world::*;

/// Sends a mutation that has to wait for Acme until the statement is done.
pub async fn while_waiting(world: &World, caller: Caller, (mutation, input): (&str, Value), statement: &str) -> Answer {
    let client = world.as_(caller);
    client.run("{ viewer { name } }", json!({})).await.ok();
    let tx = world.db().writer().begin().await.unwrap();
    let execute = async |sql: &str| {
        tx.execute_raw(Statement::from_sql_and_values(world.db().backend(), sql, [ACME.id.into()])).await.unwrap();
    };
    execute("UPDATE organisation SET name = name WHERE id = $1").await;
    let meanwhile = async {
        wait_for_another(world, &tx).await;
        execute(statement).await;
    };
    let attempt = client.attempt(mutation, input, "");
    tokio::pin!(attempt);
    tokio::select! {
        answer = &mut attempt => panic!("{mutation} did not wait: {}", answer.text),
        () = meanwhile => {}
    }
    tx.commit().await.unwrap();
    attempt.await
}

const WAITING: &str = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";

/// Until another request waits; SQLite does not say, so there it is only given time.
async fn wait_for_another(world: &World, tx: &DatabaseTransaction) {
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        if world.db().backend() == DbBackend::Sqlite || tx.query_one_raw(sql(tx, WAITING)).await.unwrap().is_some() {
            return;
        }
    }
    panic!("nobody waits");
}

const ROLE: u32 = 740_000;

/// Acme with another owner, and a role that holds what only owners do.
async fn db_prepare(world: &World) {
    world.db_reset().await;
    world.db_join(741_000, ACME, SOLE_PERSON.person().id, &[Held::Builtin(BuiltinRole::Owner)], None).await;
    let sql = "INSERT INTO role (id, organisation_id, name, permissions, client_permissions, created_at) \
               VALUES ($1, $2, 'Closers', $3, 0, $4)";
    let sets = PermissionSet::of(&[Permission::OrganisationClose]).to_stored();
    world.db_execute(sql, [key(NORDIC, ROLE).into(), ACME.id.into(), sets.into(), now().into()]).await;
}

#[test]
fn a_member_removed_while_the_request_waits_is_refused() {
    with_database(async |world| {
        let gone = "DELETE FROM membership_role WHERE membership_id IN (SELECT m.id FROM membership m JOIN \"user\" u \
                    ON u.id = m.user_id WHERE m.organisation_id = $1 AND u.name LIKE 'Olga%')";
        let acme = || json!({ "organisationId": id_of(ACME) });
        let with = |more: Value| {
            let mut input = acme();
            input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            input
        };
        let role = Type::Role.id(key(NORDIC, ROLE)).0;
        db_prepare(&world).await;
        let membership = world.membership(ACME, MEMBER_OF_ACME).await;
        for (mutation, input) in [
            ("updateMember", json!({ "membershipId": membership, "roles": [{ "builtIn": "ADMIN" }] })),
            ("removeMember", json!({ "membershipId": membership })),
            ("createRole", with(json!({ "name": "Empty", "permissions": [] }))),
            ("updateRole", json!({ "roleId": role, "name": "Openers" })),
            ("deleteRole", json!({ "roleId": role })),
            ("updateOrganisation", with(json!({ "name": "Mine" }))),
            ("closeOrganisation", acme()),
        ] {
            let answer = while_waiting(&world, OWNER_OF_ACME, (mutation, input), gone).await;
            answer.refused("NOT_FOUND");
            db_prepare(&world).await;
        }
        let agent = "DELETE FROM membership_role WHERE role_id IN (SELECT id FROM role WHERE name = 'Support agent' \
                     AND organisation_id <> $1)";
        let suspended = "UPDATE organisation SET state = 'SUSPENDED' WHERE id = $1";
        for (mutation, input, before) in [
            ("suspendOrganisation", with(json!({ "reason": "late" })), None),
            ("resumeOrganisation", acme(), Some(suspended)),
        ] {
            if let Some(before) = before {
                world.db_execute(before, [ACME.id.into()]).await;
            }
            while_waiting(&world, AGENT_OF_OPERATOR, (mutation, input), agent).await.refused("NOT_FOUND");
            db_prepare(&world).await;
        }
        let closed = "UPDATE organisation SET state = 'CLOSED' WHERE id = $1";
        world.db_execute(closed, [ACME.id.into()]).await;
        while_waiting(&world, OWNER_OF_ACME, ("reopenOrganisation", acme()), gone).await.refused("NOT_FOUND");
    });
}

#[test]
fn a_member_narrowed_while_the_request_waits_gives_and_takes_less() {
    with_database(async |world| {
        let demoted = "UPDATE membership_role SET builtin = 'ADMIN' WHERE builtin = 'OWNER' AND membership_id IN \
                       (SELECT m.id FROM membership m JOIN \"user\" u ON u.id = m.user_id \
                        WHERE m.organisation_id = $1 AND u.name LIKE 'Olga%')";
        let role = Type::Role.id(key(NORDIC, ROLE)).0;
        db_prepare(&world).await;
        let max = world.membership(ACME, MEMBER_OF_ACME).await;
        let stig = world.membership(ACME, SOLE_PERSON).await;
        let close = json!(["ORGANISATION_CLOSE"]);
        for (mutation, input) in [
            ("updateMember", json!({ "membershipId": max, "roles": [{ "builtIn": "OWNER" }] })),
            ("removeMember", json!({ "membershipId": stig })),
            ("createRole", json!({ "organisationId": id_of(ACME), "name": "More", "permissions": close })),
            ("updateRole", json!({ "roleId": role, "permissions": [] })),
            ("deleteRole", json!({ "roleId": role })),
        ] {
            let answer = while_waiting(&world, OWNER_OF_ACME, (mutation, input), demoted).await;
            let error = &answer.ok()[mutation]["userErrors"][0];
            assert_eq!(error["code"], "PERMISSION_NOT_HELD", "{mutation}: {}", answer.text);
            db_prepare(&world).await;
        }
    });
}
