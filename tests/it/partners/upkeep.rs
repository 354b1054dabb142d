//! Work of the server itself: reminders before a partnership ends, and the cleanup after its end.

use chrono::TimeDelta;
use serde_json::json;
use tenantry::base::random::Random;
use tenantry::partners::custody::keep_up;

use super::*;

/// Subjects of the mails about an end.
async fn reminders(world: &World, caller: Caller) -> usize {
    let mails = world.mails(caller.person().email).await;
    mails.iter().filter(|mail| mail.starts_with("The partnership between “Fjord” and “Solo” ends on")).count()
}

async fn round(world: &World) -> tenantry::partners::custody::Upkeep {
    keep_up(world.db(), &Random::seeded(7), world.app.clock.now()).await.unwrap()
}

#[test]
fn both_sides_are_reminded_thirty_seven_and_one_days_before_the_end_each_once() {
    with_database(async |world| {
        let id = agreed(&world, "OVERVIEW").await;
        let input = json!({ "partnershipId": id, "endsAt": now() + TimeDelta::days(100) });
        world.as_(SOLE_PERSON).act("updatePartnership", input, "partnership { id }").await;
        let mut day = 0;
        for (until, expected) in [(69, 0), (70, 1), (92, 1), (93, 2), (98, 2), (99, 3), (101, 3)] {
            world.wait(TimeDelta::days(until - day));
            day = until;
            // Two servers do this at the same time, and then again.
            let random = Random::seeded(8);
            let (one, other) =
                futures_util::future::join(keep_up(world.db(), &random, world.app.clock.now()), round(&world)).await;
            assert!(one.unwrap().reminded + other.reminded <= 1);
            round(&world).await;
            for caller in [SOLE_PERSON, OWNER_OF_FJORD] {
                assert_eq!(reminders(&world, caller).await, expected, "day {until}");
            }
        }
    });
}

#[test]
fn a_renewal_restarts_the_reminders_and_a_short_partnership_skips_past_ones() {
    with_database(async |world| {
        let id = agreed(&world, "OVERVIEW").await;
        let end = async |days: i64| {
            let ends_at = world.app.clock.now() + TimeDelta::days(days);
            let input = json!({ "partnershipId": id, "endsAt": ends_at });
            world.as_(SOLE_PERSON).act("updatePartnership", input, "partnership { id }").await;
        };
        end(20).await;
        round(&world).await;
        assert_eq!(reminders(&world, SOLE_PERSON).await, 0, "no reminder right after the agreement");
        world.wait(TimeDelta::days(14));
        round(&world).await;
        assert_eq!(reminders(&world, SOLE_PERSON).await, 1);
        end(40).await;
        world.wait(TimeDelta::days(10));
        round(&world).await;
        assert_eq!(reminders(&world, SOLE_PERSON).await, 2);
        world.as_(SOLE_PERSON).act("endPartnership", json!({ "partnershipId": id }), "partnership { id }").await;
        world.wait(TimeDelta::days(29));
        round(&world).await;
        assert_eq!(reminders(&world, SOLE_PERSON).await, 2, "no reminder for an ended partnership");
    });
}

#[test]
fn memberships_of_the_resellers_people_are_removed_after_the_end_and_logged() {
    with_database(async |world| {
        let id = agreed(&world, "FULL").await;
        let partnership: uuid::Uuid = world
            .db()
            .rows("SELECT id FROM partnership WHERE client_id = $1 AND state = 'ACTIVE'", vec![SOLO.id.into()])
            .await
            .unwrap()[0]
            .try_get_by_index(0)
            .unwrap();
        let mut rows = Rows::starting_at(1, 61_000);
        for caller in [SUPPORT_OF_FJORD, VIEWER_OF_ACME] {
            let held = [Held::Builtin(tenantry::access::BuiltinRole::Viewer)];
            rows.member(SOLO.id, caller.person().id, &held).partnership_id = Some(partnership);
        }
        rows.db_write(world.db().writer()).await;
        let input = json!({ "partnershipId": id, "endsAt": now() + TimeDelta::days(2) });
        world.as_(SOLE_PERSON).act("updatePartnership", input, "partnership { id }").await;
        assert_eq!(round(&world).await.ended, 0);
        world.wait(TimeDelta::days(2));
        assert_eq!(round(&world).await.ended, 1);
        assert_eq!(round(&world).await, tenantry::partners::custody::Upkeep::default());
        let members = world.members(SOLO).await;
        assert!(!members.iter().any(|member| member.starts_with(SUPPORT_OF_FJORD.name())), "{members:?}");
        assert!(members.iter().any(|member| member.starts_with(VIEWER_OF_ACME.name())), "{members:?}");
        let events = world.texts("SELECT actor_kind FROM audit_event WHERE action = 'partnershipExpired'").await;
        assert_eq!(events, ["SYSTEM"]);
    });
}
