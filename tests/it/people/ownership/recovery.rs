//! Ownership recovered by the operator, and rules of every transfer.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tenantry::access::{BuiltinRole, Permission, PermissionSet};

use super::{NEWCOMER, accept_as, offer, offer_to, owners, sign_up, states};
use crate::world::*;

#[test]
fn the_operator_recovers_an_organisation_after_a_time_for_objections() {
    with_database(async |world| {
        let staff = world.as_(OWNER_OF_OPERATOR);
        let input = json!({ "organisationId": id_of(ACME), "email": NEWCOMER, "reason": "Olga has died" });
        for (caller, code) in [(OWNER_OF_ACME, "FOR_STAFF_ONLY")] {
            assert_eq!(world.as_(caller).mistake("recoverOwnership", input.clone()).await["code"], code);
        }
        for caller in [AGENT_OF_OPERATOR, ADMIN_OF_ACME, OWNER_OF_NORDEN] {
            world.as_(caller).attempt("recoverOwnership", input.clone(), "").await.refused("FORBIDDEN");
        }
        for (field, value, code) in [
            ("reason", json!(" "), "INVALID_INPUT"),
            ("reason", json!("a\nb"), "INVALID_INPUT"),
            ("email", json!(OWNER_OF_OPERATOR.person().email), "INVALID_INPUT"),
            ("email", json!(OWNER_OF_ACME.person().email), "ALREADY_MEMBER"),
            ("organisationId", json!(id_of(OPERATOR)), "FOR_STAFF_ONLY"),
            ("organisationId", json!(id_of(GRAN)), "ORGANISATION_CLOSED"),
        ] {
            let mut wrong = input.clone();
            wrong[field] = value;
            assert_eq!(staff.mistake("recoverOwnership", wrong.clone()).await["code"], code, "{wrong}");
        }
        let started = staff.act("recoverOwnership", input.clone(), "transfer { id state kind reason opensAt }").await;
        assert_eq!(started["transfer"]["opensAt"], json!((now() + TimeDelta::days(7)).to_rfc3339()));
        for caller in [OWNER_OF_ACME, ADMIN_OF_ACME, DISABLED_AT_ACME] {
            let mails = world.mails(caller.person().email).await;
            assert!(mails.len() == 1 && mails[0].contains("Olga has died") && mails[0].contains(NEWCOMER), "{mails:?}");
        }
        for caller in [EXPIRED_AT_ACME, BILLING_OF_ACME] {
            assert!(world.mails(caller.person().email).await.is_empty());
        }
        let token = world.link(NEWCOMER).await;
        let nina = sign_up(&world, "Nina", NEWCOMER).await;
        world.db_verify_address(NEWCOMER).await;
        let code = |answer: &Answer| answer.at("acceptOwnership/userErrors/0/code").clone();
        assert_eq!(code(&accept_as(&world, &nina, &token).await), "TOO_EARLY");

        // An owner can object even if the organisation has been suspended in the meantime.
        world.db_execute("UPDATE organisation SET state = 'SUSPENDED' WHERE id = $1", [ACME.id.into()]).await;
        let withdraw = json!({ "transferId": started["transfer"]["id"] });
        world.as_(ADMIN_OF_ACME).attempt("withdrawOwnership", withdraw.clone(), "").await.refused("FORBIDDEN");
        world.as_(OWNER_OF_ACME).act("withdrawOwnership", withdraw, "").await;
        assert_eq!(code(&accept_as(&world, &nina, &token).await), "STALE_STATE");

        // A suspended organisation can be recovered too; existing owners stay.
        staff.act("recoverOwnership", input, "").await;
        let sql = "UPDATE ownership_transfer SET opens_at = $1 WHERE state = 'OFFERED' AND organisation_id = $2";
        world.db_execute(sql, [now().into(), ACME.id.into()]).await;
        let token = world.link(NEWCOMER).await;
        assert_eq!(code(&accept_as(&world, &nina, &token).await), Value::Null);
        assert_eq!(owners(&world).await, ["Nina: OWNER", "Olga, owner of Acme: OWNER"]);
        let mails = world.mails(ADMIN_OF_ACME.person().email).await;
        assert!(mails.last().unwrap().contains("Nina has accepted the ownership of Acme"));
        let log = world.texts("SELECT action FROM audit_event WHERE outcome = 'DONE' AND way = 'OPERATOR'").await;
        assert_eq!(log, ["recoverOwnership", "recoverOwnership"]);
    });
}

#[test]
fn the_number_of_offers_per_person_and_day_is_limited() {
    with_database(async |world| {
        let olga = world.as_(OWNER_OF_ACME);
        for number in 0..20 {
            let input = offer_to(&format!("x{number}@example.org"));
            let made = olga.act("offerOwnership", input, "transfer { id }").await;
            olga.act("withdrawOwnership", json!({ "transferId": made["transfer"]["id"] }), "").await;
        }
        assert_eq!(olga.mistake("offerOwnership", offer_to(NEWCOMER)).await["code"], "TOO_MANY");
        assert!(world.mails(NEWCOMER).await.is_empty());
    });
}

#[test]
fn a_partner_who_becomes_the_owner_no_longer_depends_on_the_partnership() {
    with_database(async |world| {
        let support = SUPPORT_OF_FJORD;
        world.db_join(710_000, ACME, support.person().id, &[Held::Builtin(BuiltinRole::Member)], None).await;
        let sql = "UPDATE membership SET partnership_id = (SELECT id FROM partnership WHERE reseller_id = $1 \
                   AND client_id = $2) WHERE user_id = $3 AND organisation_id = $2";
        world.db_execute(sql, [FJORD.id.into(), ACME.id.into(), support.person().id.into()]).await;
        world.db_verify_address(support.person().email).await;
        let (_, token) = offer(&world, support.person().email, json!({ "leave": true })).await;
        world.as_(support).act("acceptOwnership", json!({ "token": token }), "").await;
        let tied = world
            .texts(
                "SELECT u.name FROM membership m JOIN \"user\" u ON u.id = m.user_id \
                 JOIN organisation o ON o.id = m.organisation_id \
                 WHERE m.partnership_id IS NOT NULL AND o.name = 'Acme'",
            )
            .await;
        assert!(tied.is_empty(), "{tied:?}");
        let leave = json!({ "organisationId": id_of(ACME) });
        assert_eq!(world.as_(support).mistake("leaveOrganisation", leave).await["code"], "LAST_OWNER");
    });
}

#[test]
fn a_recovery_is_void_once_its_author_is_gone() {
    with_database(async |world| {
        let input = json!({ "organisationId": id_of(ACME), "email": NEWCOMER, "reason": "nobody answers" });
        // An agent who may only recover organisations.
        let held = PermissionSet::of(&[Permission::OwnershipTransfer]);
        let sql = "UPDATE role SET client_permissions = $1 WHERE organisation_id = $2 AND name = 'Support agent'";
        world.db_execute(sql, [held.to_stored().into(), OPERATOR.id.into()]).await;
        let error = world.as_(AGENT_OF_OPERATOR).mistake("recoverOwnership", input.clone()).await;
        assert_eq!(error["code"], "PERMISSION_NOT_HELD");

        world.as_(OWNER_OF_OPERATOR).act("recoverOwnership", input, "").await;
        let token = world.link(NEWCOMER).await;
        let nina = sign_up(&world, "Nina", NEWCOMER).await;
        world.db_verify_address(NEWCOMER).await;
        let gone = "DELETE FROM membership WHERE user_id = $1 AND organisation_id = $2";
        let roles = "DELETE FROM membership_role WHERE membership_id IN \
             (SELECT id FROM membership WHERE user_id = $1 AND organisation_id = $2)";
        for sql in [roles, gone] {
            world.db_execute(sql, [OWNER_OF_OPERATOR.person().id.into(), OPERATOR.id.into()]).await;
        }
        world.db_execute("UPDATE ownership_transfer SET opens_at = created_at WHERE state = 'OFFERED'", []).await;
        let refused = accept_as(&world, &nina, &token).await;
        assert_eq!(refused.ok()["acceptOwnership"]["userErrors"][0]["code"], "STALE_STATE", "{}", refused.text);
        assert!(states(&world).await.contains(&"ENDED".to_owned()));
        assert_eq!(owners(&world).await, ["Olga, owner of Acme: OWNER"]);
    });
}
