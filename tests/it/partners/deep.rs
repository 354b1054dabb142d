//! What hangs on a lost place is lost with the next request, however deep: chains of three, the causes in both orders.

use chrono::TimeDelta;
use sea_orm::Value as Parameter;
use tenantry::access::BuiltinRole;
use tenantry::base::random::Random;
use tenantry::partners::custody::keep_up;

use super::*;

const OWNER: [Held; 1] = [Held::Builtin(BuiltinRole::Owner)];

/// Pia is a manager at Fjord. For Fjord she keeps Lund, and for Lund she keeps Solo.
async fn db_custody_of_custody(world: &World) {
    let pia = MANAGER_OF_FJORD.person().id;
    for (number, tenant, reseller) in [(840_000, LUND, FJORD), (840_010, SOLO, LUND)] {
        world.db_join(number, tenant, pia, &OWNER, None).await;
        let sql = "UPDATE membership SET custody_reseller_id = $1 WHERE organisation_id = $2 AND user_id = $3";
        world.db_execute(sql, [reseller.id.into(), tenant.id.into(), pia.into()]).await;
    }
}

/// Nora owns Norden, which is a partner of Fjord. Through that she manages clients at Fjord, and for Fjord she keeps Solo.
async fn db_custody_through_a_partnership(world: &World) {
    let nora = OWNER_OF_NORDEN.person().id;
    world.db_join(841_000, FJORD, nora, &[Held::Builtin(BuiltinRole::PartnerManager)], None).await;
    let sql = "UPDATE membership SET partnership_id = (SELECT id FROM partnership WHERE reseller_id = $1 AND client_id = $2) \
               WHERE organisation_id = $2 AND user_id = $3";
    world.db_execute(sql, [NORDEN.id.into(), FJORD.id.into(), nora.into()]).await;
    world.db_join(841_010, SOLO, nora, &OWNER, None).await;
    let sql = "UPDATE membership SET custody_reseller_id = $1 WHERE organisation_id = $2 AND user_id = $3";
    world.db_execute(sql, [FJORD.id.into(), SOLO.id.into(), nora.into()]).await;
}

/// One cause: what it does to the database, and what undoes it.
#[derive(Clone)]
struct Cause {
    what: &'static str,
    sql: &'static str,
    values: Vec<Parameter>,
    undo: &'static str,
}

impl Cause {
    fn new<const N: usize>(what: &'static str, sql: &'static str, undo: &'static str, values: [Parameter; N]) -> Self {
        Self { what, sql, values: values.into(), undo }
    }
}

fn suspended(tenant: Tenant) -> Cause {
    let sql = "UPDATE organisation SET state = 'SUSPENDED' WHERE id = $1";
    let undo = "UPDATE organisation SET state = 'ACTIVE' WHERE id = $1";
    Cause::new("the reseller is suspended", sql, undo, [tenant.id.into()])
}

fn expired(tenant: Tenant, caller: Caller) -> Cause {
    let sql = "UPDATE membership SET expires_at = created_at WHERE organisation_id = $1 AND user_id = $2";
    let undo = "UPDATE membership SET expires_at = NULL WHERE organisation_id = $1 AND user_id = $2";
    Cause::new("the membership has expired", sql, undo, [tenant.id.into(), caller.person().id.into()])
}

fn partnership_over(reseller: Tenant, client: Tenant) -> Cause {
    let sql = "UPDATE partnership SET ends_at = $3 WHERE reseller_id = $1 AND client_id = $2";
    let undo = "UPDATE partnership SET ends_at = NULL WHERE reseller_id = $1 AND client_id = $2 AND ends_at = $3";
    let values = [reseller.id.into(), client.id.into(), (now() - TimeDelta::minutes(1)).into()];
    Cause::new("the partnership has reached its end", sql, undo, values)
}

fn partnership_ended(reseller: Tenant, client: Tenant) -> Cause {
    let sql = "UPDATE partnership SET state = 'ENDED' WHERE reseller_id = $1 AND client_id = $2";
    let undo = "UPDATE partnership SET state = 'ACTIVE' WHERE reseller_id = $1 AND client_id = $2";
    Cause::new("the partnership was ended", sql, undo, [reseller.id.into(), client.id.into()])
}

/// Whether the caller owns Solo in the next request: as a single look, in the list, and by the explanation.
async fn owns_solo(world: &World, caller: Caller) -> bool {
    let client = world.as_(caller);
    let looked = client.may_at(SOLO).await.contains(&"AUDIT_READ".to_owned());
    let query = "{ viewer { organisations(permission: AUDIT_READ, first: 100) { edges { node { name } } } } }";
    let listed = client.run(query, json!({})).await.text.contains("\"Solo\"");
    assert_eq!(looked, listed, "the list and the single look differ");
    let query = "query($at: ID!, $user: ID!) { explainAccess(organisationId: $at, permission: AUDIT_READ, userId: $user) \
                 { granted misses { reason } } }";
    let user = tenantry::base::id::Type::User.id(caller.person().id).0;
    let explained = world.as_(SOLE_PERSON).run(query, json!({ "at": id_of(SOLO), "user": user })).await;
    assert_eq!(explained.ok()["explainAccess"]["granted"], looked, "{}", explained.text);
    looked
}

/// Each cause alone, and every two of them in both orders: the end is the same, and nothing comes back by the second.
async fn check(world: &World, keeper: Caller, causes: &[Cause]) {
    assert!(owns_solo(world, keeper).await);
    for first in causes {
        for second in causes {
            let what = format!("{}, then {}", first.what, second.what);
            world.db_execute(first.sql, first.values.clone()).await;
            assert!(!owns_solo(world, keeper).await, "{what}: after the first");
            world.db_execute(second.sql, second.values.clone()).await;
            assert!(!owns_solo(world, keeper).await, "{what}: after the second");
            for cause in [first, second] {
                world.db_execute(cause.undo, cause.values.clone()).await;
            }
            assert!(owns_solo(world, keeper).await, "{what}: undone");
        }
    }
}

#[test]
fn custody_that_hangs_on_custody_is_lost_with_it() {
    with_database(async |world| {
        db_custody_of_custody(&world).await;
        let causes = [suspended(FJORD), suspended(LUND), expired(FJORD, MANAGER_OF_FJORD)];
        check(&world, MANAGER_OF_FJORD, &causes).await;
        let removal = json!({ "membershipId": world.membership(FJORD, MANAGER_OF_FJORD).await });
        world.as_(OWNER_OF_FJORD).act("removeMember", removal, "removed").await;
        assert!(!owns_solo(&world, MANAGER_OF_FJORD).await);
        // The server only tidies. Solo has an owner of its own, so the custody ends.
        keep_up(world.db(), &Random::seeded(3), world.app.clock.now()).await.unwrap();
        for tenant in [LUND, SOLO] {
            let members = world.members(tenant).await;
            assert!(members.iter().all(|member| !member.starts_with("Pia")), "{members:?}");
        }
    });
}

#[test]
fn custody_that_hangs_on_a_partnership_is_lost_with_it() {
    with_database(async |world| {
        db_custody_through_a_partnership(&world).await;
        let causes = [
            suspended(FJORD),
            partnership_over(NORDEN, FJORD),
            partnership_ended(NORDEN, FJORD),
            expired(NORDEN, OWNER_OF_NORDEN),
            expired(FJORD, OWNER_OF_NORDEN),
        ];
        check(&world, OWNER_OF_NORDEN, &causes).await;
        let sql = "UPDATE partnership SET ends_at = $1 WHERE reseller_id = $2 AND client_id = $3";
        let soon = now() + TimeDelta::minutes(5);
        world.db_execute(sql, [soon.into(), NORDEN.id.into(), FJORD.id.into()]).await;
        assert!(owns_solo(&world, OWNER_OF_NORDEN).await);
        world.wait(TimeDelta::minutes(5));
        assert!(!owns_solo(&world, OWNER_OF_NORDEN).await, "the clock alone ends it");
    });
}

#[test]
fn ending_a_partnership_ends_what_came_through_it_further_down() {
    with_database(async |world| {
        db_custody_through_a_partnership(&world).await;
        // Fjord has brought Nora, as one of its people, into Acme.
        let nora = OWNER_OF_NORDEN.person().id;
        world.db_join(841_020, ACME, nora, &[Held::Builtin(BuiltinRole::Viewer)], None).await;
        let sql = "UPDATE membership SET partnership_id = (SELECT id FROM partnership WHERE reseller_id = $1 \
                   AND client_id = $2) WHERE organisation_id = $2 AND user_id = $3";
        world.db_execute(sql, [FJORD.id.into(), ACME.id.into(), nora.into()]).await;
        let query = "query($reseller: ID!) { organisation(id: $reseller) { partnerships { edges { node { id } } } } }";
        let found = world.as_(OWNER_OF_FJORD).run(query, json!({ "reseller": id_of(FJORD) })).await;
        let id = found.at("organisation/partnerships/edges/0/node/id").clone();
        world.as_(OWNER_OF_FJORD).act("endPartnership", json!({ "partnershipId": id }), "partnership { state }").await;
        assert!(!owns_solo(&world, OWNER_OF_NORDEN).await);
        assert_eq!(world.members(ACME).await.iter().filter(|member| member.starts_with("Nora")).count(), 0);
        let ended = "SELECT action FROM audit_event WHERE action = 'endPartnership' AND object_id LIKE 'membership_%'";
        assert_eq!(world.texts(ended).await.len(), 2, "one event for each membership");
    });
}

#[test]
fn the_people_of_an_expired_partnership_are_marked_among_the_members() {
    with_database(async |world| {
        let per = SUPPORT_OF_FJORD.person().id;
        world.db_join(842_000, ACME, per, &[Held::Builtin(BuiltinRole::Viewer)], None).await;
        let sql = "UPDATE membership SET partnership_id = (SELECT id FROM partnership WHERE reseller_id = $1 \
                   AND client_id = $2) WHERE organisation_id = $2 AND user_id = $3";
        world.db_execute(sql, [FJORD.id.into(), ACME.id.into(), per.into()]).await;
        let query = "query($id: ID!) { organisation(id: $id) { members(first: 100) { edges { node { \
                     user { name } state endedBecause permissions } } } } }";
        let per = async || {
            let answer = world.as_(OWNER_OF_ACME).run(query, json!({ "id": id_of(ACME) })).await;
            let edges = answer.ok()["organisation"]["members"]["edges"].as_array().unwrap().clone();
            let state = |name: &str| {
                let node = edges.iter().map(|edge| &edge["node"]).find(|node| node["user"]["name"] == name);
                node.unwrap().clone()
            };
            assert_eq!(state(EXPIRED_AT_ACME.name())["state"], "EXPIRED");
            assert_eq!(state(OWNER_OF_ACME.name())["state"], "ACTIVE");
            state(SUPPORT_OF_FJORD.name())
        };
        let before = per().await;
        assert_eq!((&before["state"], &before["endedBecause"]), (&json!("ACTIVE"), &Value::Null));
        assert!(before["permissions"].as_array().unwrap().contains(&json!("INVOICE_READ")));
        for (cause, because) in [
            (partnership_over(FJORD, ACME), "PARTNERSHIP_OVER"),
            (expired(FJORD, SUPPORT_OF_FJORD), "RESELLER_MEMBERSHIP_LOST"),
        ] {
            world.db_execute(cause.sql, cause.values.clone()).await;
            let after = per().await;
            assert_eq!((&after["state"], &after["endedBecause"]), (&json!("ENDED"), &json!(because)));
            assert_eq!(after["permissions"], json!([]));
            world.db_execute(cause.undo, cause.values).await;
        }
    });
}
