use sea_orm::Iterable;

use super::*;

fn now() -> DateTimeUtc {
    DateTimeUtc::UNIX_EPOCH + TimeDelta::days(20_000)
}

fn service() -> Service {
    let row = crate::seed::rows::service(Uuid::nil(), Uuid::nil(), "web-1", ServiceKind::VirtualServer, now());
    Service { generation: 4, attributes: r#"{"hostname":"web-1"}"#.to_owned(), ..row }
}

fn claimed(key: Option<Uuid>) -> Model {
    Model {
        state: State::Claimed,
        attempts: 1,
        lease_until: Some(now() + TimeDelta::seconds(300)),
        claimed_by_key_id: key,
        ..next(&service(), None, Wish::new(Kind::Change), &Bought::units(1), Uuid::nil(), now())
    }
}

#[test]
fn wishes_are_put_together() {
    use Kind::{Action, Change, Create, End, Resume, Suspend};
    let action = |kind, name: &str| Wish { kind, action: Some(name.to_owned()) };
    let cases = [
        (ServiceState::Active, None, Wish::new(Suspend), Wish::new(Suspend)),
        (ServiceState::Active, None, Wish::action("RESTART"), action(Action, "RESTART")),
        (ServiceState::Active, Some(Wish::new(Suspend)), Wish::new(Resume), Wish::new(Resume)),
        (ServiceState::Active, Some(Wish::new(Change)), Wish::new(Suspend), Wish::new(Change)),
        (ServiceState::Active, Some(Wish::new(Suspend)), Wish::new(Change), Wish::new(Change)),
        (ServiceState::Active, Some(Wish::action("RESTART")), Wish::new(Change), action(Change, "RESTART")),
        (ServiceState::Active, Some(Wish::new(Change)), Wish::action("RESTART"), action(Change, "RESTART")),
        (ServiceState::Active, Some(Wish::action("RESTART")), Wish::new(Suspend), Wish::new(Suspend)),
        (ServiceState::Active, Some(Wish::action("RESTART")), Wish::new(End), Wish::new(End)),
        (ServiceState::Pending, None, Wish::new(Change), Wish::new(Create)),
        (ServiceState::Pending, Some(Wish::new(Create)), Wish::new(Suspend), Wish::new(Create)),
        (ServiceState::Pending, Some(Wish::new(Create)), Wish::new(End), Wish::new(End)),
    ];
    for (state, before, wish, after) in cases {
        assert_eq!(merged(state, before.clone(), wish.clone()), after, "{state:?} {before:?} {wish:?}");
    }
}

#[test]
fn a_new_wish_takes_the_task_from_its_holder_and_keeps_its_id() {
    let (held, other) = (claimed(Some(Uuid::from_u128(7))), Uuid::from_u128(9));
    let newer = Service { generation: 5, ..service() };
    let task =
        next(&newer, Some(&held), Wish::new(Kind::Suspend), &Bought::units(3), other, now() + TimeDelta::hours(1));
    assert_eq!((task.id, task.created_at, task.generation, task.attempts), (held.id, held.created_at, 5, 0));
    assert_eq!((task.state, task.lease_until, task.claimed_by_key_id), (State::Waiting, None, None));
    assert_eq!(Wanted::read(&task.wanted), Wanted::of(&newer, &Bought::units(3)));
    let report = Report { generation: 4, attempt: 1, key: Some(Uuid::from_u128(7)) };
    assert_eq!(require_holder(&task, report, now()).unwrap_err().code, UserErrorCode::StaleState);
}

#[test]
fn only_the_holder_of_a_lease_that_lasts_reports() {
    let key = Some(Uuid::from_u128(7));
    let report = Report { generation: 4, attempt: 1, key };
    assert!(require_holder(&claimed(key), report, now()).is_ok());
    let code = |row: &Model, report, at| require_holder(row, report, at).unwrap_err().code;
    assert_eq!(code(&claimed(key), report, now() + TimeDelta::seconds(300)), UserErrorCode::LeaseLost);
    assert_eq!(code(&claimed(None), report, now()), UserErrorCode::LeaseLost);
    assert_eq!(code(&claimed(key), Report { key: None, ..report }, now()), UserErrorCode::LeaseLost);
    assert_eq!(code(&Model { attempts: 2, ..claimed(key) }, report, now()), UserErrorCode::LeaseLost);
    assert_eq!(code(&Model { state: State::Failed, ..claimed(key) }, report, now()), UserErrorCode::LeaseLost);
    assert_eq!(code(&Model { state: State::Done, ..claimed(key) }, report, now()), UserErrorCode::StaleState);
    assert_eq!(code(&claimed(key), Report { generation: 3, ..report }, now()), UserErrorCode::StaleState);
}

#[test]
fn failures_wait_from_a_minute_to_six_hours_and_then_for_staff() {
    let minutes = |attempts| next_attempt(attempts, false, now()).map(|at| (at - now()).num_minutes());
    let all: Vec<_> = (1..=10).map(minutes).collect();
    let some = [1, 2, 4, 8, 16, 32, 64, 128, 256].map(Some);
    assert_eq!((&all[..9], all[9]), (&some[..], None));
    assert_eq!(wait(10), TimeDelta::hours(6));
    assert_eq!(wait(1_000), TimeDelta::hours(6));
    assert_eq!(next_attempt(1, true, now()), None);
}

#[test]
fn staff_retry_only_what_waits() {
    let row = |state, minutes| Model { state, not_before: now() + TimeDelta::minutes(minutes), ..claimed(None) };
    assert!(require_waiting(&row(State::Failed, 0), now()).is_ok());
    assert!(require_waiting(&row(State::Waiting, 1), now()).is_ok());
    for (state, minutes) in [(State::Waiting, 0), (State::Claimed, 1), (State::Done, 0)] {
        assert_eq!(require_waiting(&row(state, minutes), now()).unwrap_err().code, UserErrorCode::StaleState);
    }
}

#[test]
fn claims_and_leases_have_limits() {
    for (first, is_fine) in [(0, false), (1, true), (50, true), (51, false)] {
        assert_eq!(check_claim(first, None).is_ok(), is_fine, "{first}");
    }
    assert!(check_claim(1, Some(&[])).is_err());
    for (seconds, is_fine) in [(29, false), (30, true), (3_600, true), (3_601, false)] {
        assert_eq!(lease(seconds).is_ok(), is_fine, "{seconds}");
    }
}

#[test]
fn errors_of_programs_are_cleaned_and_every_kind_has_words_for_the_customer() {
    assert_eq!(error_text(" a\0b\nc\u{7} ").unwrap(), "ab\nc");
    assert_eq!(error_text(&"x".repeat(3_000)).unwrap().len(), LONGEST_ERROR);
    for bad in ["", " ", "\0", "\u{7} ", "\u{3164}", "a\u{202e}b"] {
        assert!(error_text(bad).is_err(), "{bad:?}");
    }
    assert!(Kind::iter().all(|kind| problem(kind).ends_with("Our staff are looking into it.")));
}
