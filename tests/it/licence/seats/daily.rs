//! Rules that are applied every day, with reports by mail.

use chrono::TimeDelta;
use tenantry::access::Actor;
use tenantry::licence::rule::apply_daily;

use super::*;

async fn run(world: &World) -> usize {
    apply_daily(&world.app.request(Actor::Anonymous)).await.unwrap()
}

async fn subjects(world: &World) -> Vec<String> {
    world.texts("SELECT subject FROM outgoing_mail WHERE subject LIKE '%office%' ORDER BY subject").await
}

#[test]
fn rules_are_applied_once_a_day_and_the_admins_are_told() {
    with_database(async |world| {
        db_seats(&world, 20, 0).await;
        hire(&world, 12, "/Sales").await;
        let mut input = saving("office", 0, &[rule("Sales", Some(BASIC), &[in_unit("/Sales")])]);
        input["schedule"] = json!("DAILY");
        world.as_(OWNER_OF_ACME).act("saveLicenceRules", input, "rules { schedule }").await;
        assert_eq!((run(&world).await, run(&world).await), (1, 0));
        assert_eq!(pool(&world, "Office basic").await, (12, 20));
        let told = subjects(&world).await;
        assert!(!told.is_empty() && told.iter().all(|subject| subject.ends_with("changes by rule")), "{told:?}");
        let by = world.texts("SELECT action FROM audit_event WHERE action = 'applyLicenceRules'").await;
        assert_eq!(by.len(), 1);
        // The next day nothing changes, and nobody is told.
        world.wait(TimeDelta::days(1));
        assert_eq!(run(&world).await, 1);
        assert_eq!(subjects(&world).await, told);
        // So many losses are left to a person.
        let moved: Vec<Value> = (0..7).map(|number| person(number, "/Gone")).collect();
        sync(&world, &moved, &[]).await;
        world.wait(TimeDelta::days(1));
        assert_eq!(run(&world).await, 0);
        assert_eq!(pool(&world, "Office basic").await, (12, 20));
        let stopped = subjects(&world).await;
        assert_eq!(stopped.len(), 2 * told.len());
        assert!(stopped.iter().any(|subject| subject.ends_with("rules were not applied")), "{stopped:?}");
        assert!(holders(&world).await.iter().all(|one| one.contains("ACTIVE")));
    });
}

#[test]
fn what_makes_rules_inapplicable_is_mailed_with_what_to_do() {
    with_database(async |world| {
        db_seats(&world, 2, 0).await;
        hire(&world, 1, "").await;
        let mut input = saving("office", 0, &[rule("Active", Some(BASIC), &[not(inactive(30))])]);
        input["schedule"] = json!("DAILY");
        world.as_(OWNER_OF_ACME).act("saveLicenceRules", input, "rules { schedule }").await;
        assert_eq!(run(&world).await, 0);
        let text = world.texts("SELECT body_text FROM outgoing_mail WHERE subject LIKE '%office%'").await;
        assert!(text[0].contains("recordLogIns"), "{text:?}");
        log_in(&world, [0].into_iter(), 1).await;
        assert_eq!(run(&world).await, 0, "it was tried today");
        world.wait(TimeDelta::days(1));
        assert_eq!(run(&world).await, 1);
        assert_eq!(pool(&world, "Office basic").await, (1, 2));
    });
}
