//! Several nodes, each with its memory: what one takes away, another no longer grants.

use super::*;

#[test]
fn what_was_taken_away_is_denied_by_every_node_at_once() {
    with_database(async |world| {
        let bearer = Enforcer::new(&world).await.bearer;
        let mut config = (*world.app.config).clone();
        config.cache.verify = false;
        let other = World::open_node(config, 7).await;
        let here = Enforcer { world: &world, bearer: bearer.clone() };
        let there = Enforcer { world: &other, bearer };
        let reader = subject(INVOICES_OF_ACME);
        let partner = subject(SUPPORT_OF_FJORD);
        // Warm: the second answer needs no more than the look at the sender and at the log.
        for _ in 0..2 {
            assert!(there.decides(&reader, "INVOICE_READ", &at(ACME)).await);
            assert!(there.decides(&partner, "SERVICE_READ", &at(ACME)).await);
        }
        let before = other.db().statements();
        assert!(there.decides(&reader, "INVOICE_READ", &at(ACME)).await);
        assert_eq!(other.db().statements() - before, 1);
        let many: Vec<Value> = TENANTS
            .into_iter()
            .flat_map(|tenant| EVERYBODY.into_iter().map(move |caller| (caller, tenant)))
            .filter(|(caller, _)| matches!(caller, Caller::Person(_)))
            .map(|(caller, tenant)| question(&subject(caller), "INVOICE_READ", &at(tenant)))
            .collect();
        there.decides_all(&many).await;
        let before = other.db().statements();
        there.decides_all(&many).await;
        assert_eq!(other.db().statements() - before, 1);
        // A membership is removed here, and a delegation is narrowed.
        let membership = world.membership(ACME, INVOICES_OF_ACME).await;
        world.as_(OWNER_OF_ACME).act("removeMember", json!({ "membershipId": membership }), "").await;
        assert!(!there.decides(&reader, "INVOICE_READ", &at(ACME)).await);
        let sql = "UPDATE partnership SET delegated = 0 WHERE reseller_id = $1 AND client_id = $2";
        world.db_execute(sql, [FJORD.id.into(), ACME.id.into()]).await;
        assert!(!there.decides(&partner, "SERVICE_READ", &at(ACME)).await);
        // A user is disabled.
        let owner = subject(OWNER_OF_SOLO);
        assert!(there.decides(&owner, "INVOICE_READ", &at(SOLO)).await);
        let sql = "UPDATE \"user\" SET state = 'DISABLED' WHERE id = $1";
        world.db_execute(sql, [OWNER_OF_SOLO.person().id.into()]).await;
        assert!(!there.decides(&owner, "INVOICE_READ", &at(SOLO)).await);
        assert!(!here.decides(&owner, "INVOICE_READ", &at(SOLO)).await);
        // The program itself loses the permission.
        let sql = "UPDATE api_key SET permissions = 1 WHERE organisation_id = $1";
        world.db_execute(sql, [OPERATOR.id.into()]).await;
        there.refusal("evaluation", question(&owner, "INVOICE_READ", &at(SOLO)), 403).await;
        other.db().close().await;
    });
}

const OWNER_OF_SOLO: Caller = SOLE_PERSON;
