use super::*;

fn context(random: &Random) -> Context<'_> {
    let now = "2026-03-01T10:00:00Z".parse().unwrap();
    Context { organisation: Uuid::nil(), seen_in: None, now, today: now.date_naive(), random }
}

fn wanted(external_id: &str, email: &str) -> Wanted {
    Wanted {
        external_id: external_id.to_owned(),
        email: Address::parse(email),
        name: external_id.to_uppercase(),
        unit_path: "/Sales".to_owned(),
        state: State::Active,
        joined_on: None,
    }
}

/// The people after a list has been applied to those before.
fn applied(before: &[Model], list: Vec<Wanted>, context: &Context<'_>) -> (Vec<Model>, Plan) {
    let named: Vec<String> = list.iter().map(|one| one.external_id.clone()).collect();
    let plan = plan(before, list.into_iter().map(Ok).collect(), &named, context);
    let mut after: Vec<Model> = before.to_vec();
    for row in &plan.rows {
        after.retain(|other| other.id != row.id);
        after.push(row.clone());
    }
    (after, plan)
}

fn person<'a>(people: &'a [Model], external_id: &str) -> &'a Model {
    people.iter().find(|row| row.external_id == external_id).unwrap()
}

#[test]
fn the_path_of_a_unit_has_one_form_and_ends_at_a_segment() {
    assert_eq!(unit_path("unitPath", " Sales / North/ ").unwrap(), "/Sales/North");
    assert_eq!(unit_path("unitPath", "/").unwrap(), "");
    assert!(unit_path("unitPath", &"/a".repeat(21)).is_err());
    assert!(unit_path("unitPath", "/a\u{202e}b").is_err());
    assert!(is_below("/Sales/North", "/Sales") && is_below("/Sales", "/Sales") && is_below("/Sales", ""));
    assert!(!is_below("/SalesOps", "/Sales") && !is_below("", "/Sales"));
}

#[test]
fn a_person_keeps_everything_with_a_new_address() {
    let random = Random::seeded(1);
    let context = context(&random);
    let (first, _) = applied(&[], vec![wanted("a", "a@example.org")], &context);
    let (after, plan) = applied(&first, vec![wanted("a", "new@example.org")], &context);
    assert_eq!(plan.outcomes[0], Ok(Outcome::Updated(first[0].id)));
    assert_eq!(plan.moving, [first[0].id]);
    assert_eq!(after[0].mailbox.as_deref(), Some("new@example.org"));
    let (_, plan) = applied(&after, vec![wanted("a", "NEW@example.org")], &context);
    assert_eq!(plan.outcomes[0], Ok(Outcome::Unchanged(first[0].id)));
}

#[test]
fn two_people_can_swap_their_addresses() {
    let random = Random::seeded(1);
    let context = context(&random);
    let (first, _) = applied(&[], vec![wanted("a", "a@example.org"), wanted("b", "b@example.org")], &context);
    let (after, plan) = applied(&first, vec![wanted("a", "b@example.org"), wanted("b", "a@example.org")], &context);
    assert!(plan.outcomes.iter().all(Result::is_ok));
    assert_eq!(plan.moving.len(), 2);
    assert_eq!(person(&after, "a").mailbox.as_deref(), Some("b@example.org"));
}

#[test]
fn an_address_is_taken_while_its_holder_keeps_it() {
    let random = Random::seeded(1);
    let context = context(&random);
    let people = ["a", "b", "c"].map(|id| wanted(id, &format!("{id}@example.org")));
    let (first, _) = applied(&[], people.to_vec(), &context);
    // `b` wants the address of `c`, which keeps it, so `a` cannot have that of `b` either.
    let list = vec![wanted("a", "b@example.org"), wanted("b", "c@example.org"), wanted("c", "c@example.org")];
    let (_, plan) = applied(&first, list, &context);
    assert!(plan.outcomes[0].is_err() && plan.outcomes[1].is_err() && plan.outcomes[2].is_ok());
    assert!(plan.rows.is_empty());
}

#[test]
fn who_gets_another_id_is_found_by_the_address_unless_somebody_uses_it() {
    let random = Random::seeded(1);
    let mut context = context(&random);
    let (first, _) = applied(&[], vec![wanted("old", "a@example.org")], &context);
    let (after, plan) = applied(&first, vec![wanted("new", "a@example.org")], &context);
    assert_eq!(plan.outcomes[0], Ok(Outcome::Updated(first[0].id)));
    assert_eq!(after[0].external_id, "new");
    // In a full synchronisation that has named the holder, the other is a second person with the same address.
    context.seen_in = Some(Uuid::from_u128(7));
    let (seen, _) = applied(&after, vec![wanted("new", "a@example.org")], &context);
    let seen: Vec<Model> = seen.into_iter().map(|row| Model { seen_in: context.seen_in, ..row }).collect();
    let (_, plan) = applied(&seen, vec![wanted("other", "a@example.org")], &context);
    assert_eq!(plan.outcomes[0].as_ref().unwrap_err().code, UserErrorCode::Duplicate);
}

#[test]
fn a_row_that_is_refused_keeps_no_address() {
    let random = Random::seeded(1);
    let context = context(&random);
    let (first, _) = applied(&[], vec![wanted("a", "a@example.org")], &context);
    // `a` moves, and the second row about it counts for nothing.
    let list = vec![wanted("b", "a@example.org"), wanted("a", "new@example.org"), wanted("a", "a@example.org")];
    let (after, plan) = applied(&first, list, &context);
    assert!(plan.outcomes[0].is_ok() && plan.outcomes[1].is_ok() && plan.outcomes[2].is_err());
    assert_eq!(person(&after, "b").mailbox.as_deref(), Some("a@example.org"));
}

#[test]
fn a_refused_row_keeps_its_person_from_getting_another_id() {
    let random = Random::seeded(1);
    let context = context(&random);
    let (first, _) = applied(&[], vec![wanted("a", "a@example.org"), wanted("b", "b@example.org")], &context);
    // `a` cannot have the address of `b`, so its own is not free.
    let list = vec![wanted("b", "b@example.org"), wanted("a", "b@example.org"), wanted("new", "a@example.org")];
    let (after, plan) = applied(&first, list, &context);
    assert!(plan.outcomes[0].is_ok() && plan.outcomes[1].is_err() && plan.outcomes[2].is_err());
    assert_eq!(person(&after, "a").id, first[0].id);
}

#[test]
fn who_comes_back_is_the_same_person() {
    let random = Random::seeded(1);
    let context = context(&random);
    let (first, _) = applied(&[], vec![wanted("a", "a@example.org")], &context);
    let gone = Wanted { state: State::Deleted, ..wanted("a", "a@example.org") };
    let (deleted, plan) = applied(&first, vec![gone.clone(), wanted("b", "b@example.org")], &context);
    assert_eq!(plan.outcomes[0], Ok(Outcome::Deleted(first[0].id)));
    // The address is free meanwhile.
    let (taken, plan) = applied(&deleted, vec![wanted("b", "a@example.org")], &context);
    assert!(plan.outcomes[0].is_ok());
    let (_, plan) = applied(&taken, vec![wanted("a", "a@example.org")], &context);
    assert!(plan.outcomes[0].is_err());
    let (back, _) = applied(&deleted, vec![wanted("a", "a@example.org")], &context);
    let back = person(&back, "a");
    assert_eq!((back.id, back.state, back.deleted_at), (first[0].id, State::Active, None));
    assert_eq!(back.reactivated_on, Some(context.today));
    let (_, plan) = applied(&deleted, vec![gone], &context);
    assert_eq!(plan.outcomes[0], Ok(Outcome::Unchanged(first[0].id)));
}

#[test]
fn each_person_and_each_address_is_in_a_list_once() {
    let random = Random::seeded(1);
    let context = context(&random);
    let list = vec![
        wanted("a", "a@example.org"),
        wanted("a", "b@example.org"),
        wanted("c", "A@Example.org"),
        wanted("d", "nothing"),
    ];
    let (_, plan) = applied(&[], list, &context);
    let fields: Vec<_> = plan.outcomes.iter().map(|one| one.as_ref().err().and_then(|e| e.field.clone())).collect();
    let at = |field: &str| Some(vec!["input".to_owned(), field.to_owned()]);
    assert_eq!(fields, [None, at("externalId"), at("email"), None]);
    assert_eq!(plan.rows.len(), 2);
}
