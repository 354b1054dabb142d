//! How long rules take for many people.

use std::time::Instant;

use entity::directory_person::{Model, State};

use super::*;

/// Writes so many people with log-ins.
async fn db_people(world: &World, count: usize) {
    let row = |number: usize| Model {
        id: key(NORDIC, 8_000_000 + u32::try_from(number).unwrap()),
        organisation_id: ACME.id,
        external_id: format!("p{number}"),
        email: Some(format!("p{number}@acme.example")),
        mailbox: Some(format!("p{number}@acme.example")),
        user_name: None,
        user_name_key: None,
        name: format!("Person {number}"),
        name_key: collation::sort_key(&format!("Person {number}")),
        search_text: format!("person {number}"),
        unit_path: format!("/Unit {}", number % 25),
        state: State::Active,
        joined_on: day(-100),
        reactivated_on: None,
        first_log_in_at: Some(now() - chrono::TimeDelta::days(90)),
        last_log_in_at: Some(now() - chrono::TimeDelta::days(i64::try_from(number % 80).unwrap())),
        deleted_at: None,
        seen_in: None,
        created_at: now(),
        updated_at: now(),
    };
    db_insert(world.db().writer(), (0..count).map(row).collect()).await;
}

#[test]
#[ignore = "it measures: run it with --release"]
fn ten_thousand_people_and_twenty_rules_take_a_second_to_preview_and_five_to_apply() {
    with_database(async |world| {
        db_seats(&world, 500, 500).await;
        world.db_execute("UPDATE entitlement SET quantity = 20", []).await;
        db_people(&world, 10_000).await;
        log_in(&world, std::iter::empty(), 0).await;
        let rules: Vec<Value> = (0..20)
            .map(|number| {
                let feature = if number % 2 == 0 { BASIC } else { FULL };
                rule(
                    &format!("Unit {number}"),
                    Some(feature),
                    &[in_unit(&format!("/Unit {number}")), not(inactive(60))],
                )
            })
            .collect();
        save(&world, "office", 0, &rules).await;
        let owner = world.as_(OWNER_OF_ACME);
        let query = "query($id: ID!) { previewLicenceRules(licenceRuleSetId: $id) { digest counts { assign } } }";
        let variables = json!({ "id": rules_of(&world, "office").await });
        let began = Instant::now();
        let answer = owner.run(query, variables).await;
        let previewed = began.elapsed();
        let plan = answer.ok()["previewLicenceRules"].clone();
        let began = Instant::now();
        owner.act("applyLicenceRules", applying("office", &plan), "rules { version }").await;
        let applied = began.elapsed();
        println!("{} assignments: preview {previewed:?}, apply {applied:?}", plan["counts"]["assign"]);
        assert!(previewed.as_secs_f32() < 1.0 && applied.as_secs_f32() < 5.0);
    });
}
