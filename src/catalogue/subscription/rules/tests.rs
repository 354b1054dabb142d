//! Acts on a subscription, one after the other.

use proptest::prelude::*;

use super::*;
use crate::catalogue::subscription::history::{on_day, steps};
use crate::seed::rows as seed;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// A subscription with its history, on which acts are tried one after the other.
struct Kept {
    row: Model,
    product: product::Model,
    changes: Vec<Change>,
}

impl Kept {
    /// Ten units for 100.00 a month, committed for a year from the 15th of January 2026.
    fn new(change: impl FnOnce(&mut product::Model)) -> Self {
        let now = chrono::DateTime::UNIX_EPOCH;
        let mut product = seed::product(Uuid::from_u128(1), Uuid::nil(), "SEAT", "Seat", now);
        change(&mut product);
        let start = day("2026-01-15");
        let row = Model {
            quantity: 10,
            term: entity::subscription::Term::Annual,
            committed_until: day("2027-01-15"),
            ..seed::subscription(Uuid::from_u128(2), Uuid::nil(), &product, (10_000, "SEK"), start)
        };
        let changes = vec![seed::start(&row, now)];
        Self { row, product, changes }
    }

    fn on(&self, today: &str) -> Standing<'_> {
        Standing { row: &self.row, product: &self.product, changes: &self.changes, today: day(today) }
    }

    /// What the store does with an outcome.
    fn write(&mut self, outcome: Outcome) {
        for change in &mut self.changes {
            if outcome.withdrawn.contains(&change.id) {
                change.state = ChangeState::Withdrawn;
            } else if outcome.done.contains(&change.id) {
                change.state = ChangeState::Done;
            }
        }
        for planned in outcome.planned {
            let position = i32::try_from(self.changes.len()).unwrap() + 1;
            self.changes.push(Change {
                id: Uuid::from_u128(100 + u128::from(position.unsigned_abs())),
                position,
                kind: planned.kind,
                effective_on: planned.effective_on,
                product_id: planned.product,
                quantity: planned.quantity,
                unit_minor: planned.unit_minor,
                state: planned.state,
                ..self.changes[0].clone()
            });
        }
        self.row = outcome.row;
    }

    fn does(&mut self, today: &str, act: impl FnOnce(Standing<'_>) -> Result<Outcome, UserError>) {
        let outcome = act(self.on(today)).unwrap();
        self.write(outcome);
    }

    fn quantity_on(&self, on: &str) -> i32 {
        on_day(&steps(&self.changes), day(on)).map_or(0, |step| step.quantity)
    }
}

/// 200.00 for a unit.
fn price_of(product: &product::Model, row: &Model) -> price::Model {
    price::Model {
        id: Uuid::nil(),
        organisation_id: Uuid::nil(),
        plan_id: Uuid::nil(),
        product_id: product.id,
        currency: "SEK".to_owned(),
        term: row.term,
        interval: row.interval,
        from_quantity: 1,
        unit_minor: 20_000,
        setup_minor: 0,
        valid_from: day("2026-01-01"),
        created_at: chrono::DateTime::UNIX_EPOCH,
    }
}

fn code(outcome: Result<Outcome, UserError>) -> UserErrorCode {
    outcome.unwrap_err().code
}

#[test]
fn more_units_count_at_once_and_fewer_from_the_renewal_on() {
    let mut seats = Kept::new(|_| {});
    seats.does("2026-03-10", |at| at.change_quantity(15));
    seats.does("2026-04-01", |at| at.change_quantity(12));
    seats.does("2026-04-02", |at| at.change_quantity(11));
    assert_eq!(seats.row.quantity, 15);
    for (on, expected) in
        [("2026-01-14", 0), ("2026-03-09", 10), ("2026-03-10", 15), ("2027-01-14", 15), ("2027-01-15", 11)]
    {
        assert_eq!(seats.quantity_on(on), expected, "{on}");
    }
    let waiting = seats.on("2026-04-02").scheduled().count();
    assert_eq!(waiting, 1, "a new lowering takes the place of the old one");
    let outcome = seats.on("2027-01-15").renew(None).unwrap();
    seats.write(outcome);
    assert_eq!((seats.row.quantity, seats.row.committed_until), (11, day("2028-01-15")));
    assert_eq!(seats.on("2027-01-15").renew(None), None, "a renewal happens once");
}

#[test]
fn units_within_the_return_window_go_at_once_each_purchase_by_its_own_window() {
    let mut seats = Kept::new(|product| product.return_days = 7);
    seats.does("2026-03-01", |at| at.change_quantity(13));
    seats.does("2026-03-05", |at| at.change_quantity(15));
    assert_eq!(seats.on("2026-03-08").returnable(), 5);
    assert_eq!(seats.on("2026-03-09").returnable(), 2);
    assert_eq!(seats.on("2026-03-12").returnable(), 2);
    assert_eq!(seats.on("2026-03-13").returnable(), 0);
    seats.does("2026-03-09", |at| at.change_quantity(14));
    assert_eq!((seats.row.quantity, seats.on("2026-03-09").returnable()), (14, 1));
    // The day of the return is still paid.
    assert_eq!((seats.quantity_on("2026-03-09"), seats.quantity_on("2026-03-10")), (15, 14));
    // More than what can be returned waits for the renewal.
    seats.does("2026-03-09", |at| at.change_quantity(12));
    assert_eq!((seats.row.quantity, seats.quantity_on("2027-01-15")), (14, 12));
    assert_eq!(code(seats.on("2026-03-09").give_back()), UserErrorCode::TooLate);
}

#[test]
fn everything_can_be_returned_within_the_window_and_then_nothing_is_left() {
    let mut seats = Kept::new(|product| product.return_days = 7);
    seats.does("2026-01-22", |at| at.give_back());
    assert_eq!(seats.row.state, State::Ended);
    assert_eq!((seats.quantity_on("2026-01-22"), seats.quantity_on("2026-01-23")), (10, 0));
    for act in [Standing::give_back, Standing::cancel] {
        assert_eq!(code(act(&seats.on("2026-01-23"))), UserErrorCode::StaleState);
    }
    assert_eq!(code(Kept::new(|_| {}).on("2026-01-15").give_back()), UserErrorCode::TooLate);
}

#[test]
fn a_product_that_can_be_lowered_at_any_time_is() {
    let mut seats = Kept::new(|product| product.lowers_at = product::LowersAt::Any);
    seats.does("2026-03-10", |at| at.change_quantity(4));
    assert_eq!((seats.row.quantity, seats.quantity_on("2026-03-11")), (4, 4));
}

#[test]
fn a_cancellation_ends_with_the_commitment_and_after_the_notice_a_term_later() {
    let mut seats = Kept::new(|product| product.notice_days = 30);
    assert_eq!(seats.on("2026-12-16").cancel().unwrap().planned[0].effective_on, day("2027-01-15"));
    assert_eq!(seats.on("2026-12-17").cancel().unwrap().planned[0].effective_on, day("2028-01-15"));
    seats.does("2026-12-17", |at| at.cancel());
    assert_eq!(code(seats.on("2026-12-18").cancel()), UserErrorCode::SubscriptionCancelled);
    assert_eq!(code(seats.on("2026-12-18").change_quantity(11)), UserErrorCode::SubscriptionCancelled);
    // It renews once more, and ends then.
    let outcome = seats.on("2027-01-15").renew(None).unwrap();
    seats.write(outcome);
    assert_eq!((seats.row.state, seats.row.committed_until), (State::Cancelled, day("2028-01-15")));
    assert_eq!(seats.on("2028-01-14").renew(None), None);
    let outcome = seats.on("2028-01-15").renew(None).unwrap();
    seats.write(outcome);
    assert_eq!(
        (seats.row.state, seats.quantity_on("2028-01-14"), seats.quantity_on("2028-01-15")),
        (State::Ended, 10, 0)
    );
    assert_eq!(seats.on("2029-01-15").renew(None), None);
}

#[test]
fn a_cancellation_can_be_taken_back() {
    let mut seats = Kept::new(|_| {});
    assert_eq!(code(seats.on("2026-02-01").keep()), UserErrorCode::StaleState);
    seats.does("2026-02-01", |at| at.change_quantity(8));
    seats.does("2026-02-02", |at| at.cancel());
    assert_eq!(seats.quantity_on("2027-01-15"), 0);
    seats.does("2026-02-03", |at| at.keep());
    assert_eq!((seats.row.state, seats.quantity_on("2027-01-15")), (State::Active, 10));
}

#[test]
fn a_higher_price_counts_only_if_it_was_announced_and_a_lower_one_always() {
    let mut seats = Kept::new(|_| {});
    let renewed = |seats: &Kept, offered| seats.on("2027-01-15").renew(offered).unwrap().row.unit_price_minor;
    assert_eq!(renewed(&seats, Some(12_000)), 10_000);
    assert_eq!(renewed(&seats, Some(9_000)), 9_000);
    assert_eq!(renewed(&seats, None), 10_000);
    assert_eq!(seats.on("2026-12-10").announce(10_000), None);
    let outcome = seats.on("2026-12-10").announce(11_000).unwrap();
    seats.write(outcome);
    assert_eq!(seats.on("2026-12-11").announce(11_500), None, "one announcement for a term");
    assert_eq!(renewed(&seats, Some(12_000)), 11_000, "what was announced is the most");
    assert_eq!(renewed(&seats, Some(10_500)), 10_500);
    let price = seats.changes.last().unwrap().id;
    assert_eq!(code(seats.on("2026-12-11").withdraw(price)), UserErrorCode::Committed);
    seats.row.price_locked_until = Some(day("2027-06-01"));
    assert_eq!(renewed(&seats, Some(12_000)), 10_000);
}

#[test]
fn quantities_out_of_bounds_are_refused() {
    let seats = Kept::new(|product| (product.min_quantity, product.max_quantity) = (5, Some(20)));
    for wrong in [i32::MIN, -1, 0, 4, 10, 21, i32::MAX] {
        assert_eq!(code(seats.on("2026-02-01").change_quantity(wrong)), UserErrorCode::InvalidInput, "{wrong}");
    }
    let mut dear = Kept::new(|_| {});
    dear.row.unit_price_minor = i64::MAX / 10;
    assert_eq!(code(dear.on("2026-02-01").change_quantity(11)), UserErrorCode::InvalidInput);
}

#[test]
fn nothing_changes_before_it_begins() {
    let mut server = Kept::new(|product| product.bills_from = product::BillsFrom::Activation);
    server.row.state = State::Pending;
    assert_eq!(code(server.on("2026-01-15").change_quantity(11)), UserErrorCode::TooEarly);
    server.does("2026-01-16", |at| at.cancel());
    assert_eq!((server.row.state, server.quantity_on("2026-01-16")), (State::Ended, 0));
}

#[test]
fn another_product_takes_its_price_and_drops_what_was_scheduled() {
    let mut seats = Kept::new(|_| {});
    seats.does("2026-02-01", |at| at.change_quantity(8));
    let plus = seed::product(Uuid::from_u128(9), Uuid::nil(), "PLUS", "Plus", chrono::DateTime::UNIX_EPOCH);
    let price = price_of(&plus, &seats.row);
    seats.does("2026-03-01", |at| at.change_product(&plus, &price));
    assert_eq!((seats.row.product_code.as_str(), seats.row.unit_price_minor), ("PLUS", 20_000));
    assert_eq!(seats.quantity_on("2027-01-15"), 10);
    assert_eq!(seats.on("2026-03-01").scheduled().count(), 0);
}

#[test]
fn a_raise_takes_the_place_of_a_lowering_of_the_same_day() {
    let mut seats = Kept::new(|product| product.lowers_at = product::LowersAt::Any);
    seats.does("2026-02-15", |at| at.change_quantity(1));
    assert_eq!((seats.quantity_on("2026-02-15"), seats.quantity_on("2026-02-16")), (10, 1));
    seats.does("2026-02-15", |at| at.change_quantity(10));
    assert_eq!((seats.row.quantity, seats.quantity_on("2026-02-15"), seats.quantity_on("2026-02-16")), (10, 10, 10));
    // Less than what was had today waits until tomorrow, also if it is more than a lowering of today.
    seats.does("2026-03-15", |at| at.change_quantity(1));
    seats.does("2026-03-15", |at| at.change_quantity(5));
    assert_eq!((seats.row.quantity, seats.quantity_on("2026-03-15"), seats.quantity_on("2026-03-16")), (5, 10, 5));
}

#[test]
fn another_product_takes_a_lowering_of_the_same_day_over() {
    let mut seats = Kept::new(|product| product.lowers_at = product::LowersAt::Any);
    seats.does("2026-02-15", |at| at.change_quantity(4));
    let to = product::Model { id: Uuid::from_u128(7), ..seats.product.clone() };
    let price = price_of(&to, &seats.row);
    seats.does("2026-02-15", |at| at.change_product(&to, &price));
    let on = |day_text: &str| on_day(&steps(&seats.changes), day(day_text)).unwrap();
    let (today, tomorrow) = (on("2026-02-15"), on("2026-02-16"));
    assert_eq!((today.product, today.quantity, today.unit_minor), (to.id, 10, 20_000));
    assert_eq!((tomorrow.product, tomorrow.quantity, tomorrow.unit_minor), (to.id, 4, 20_000));
}

#[test]
fn another_product_that_is_taxed_differently_is_refused() {
    let seats = Kept::new(|_| {});
    let to = product::Model { tax_class: product::TaxClass::Reduced, ..seats.product.clone() };
    let price = price_of(&to, &seats.row);
    assert_eq!(code(seats.on("2026-02-15").change_product(&to, &price)), UserErrorCode::InvalidInput);
}

#[test]
fn what_is_billed_before_a_renewal_is_what_the_renewal_takes() {
    let mut seats = Kept::new(|_| {});
    seats.does("2026-11-01", |at| at.change_quantity(5));
    let announced = seats.on("2026-12-01").announce(11_000).unwrap();
    seats.write(announced);
    seats.does("2026-12-02", |at| at.change_quantity(12));
    let of = |seats: &Kept| on_day(&steps(&seats.changes), day("2027-01-15")).map(|at| (at.quantity, at.unit_minor));
    assert_eq!(of(&seats), Some((5, 11_000)));
    let renewed = seats.on("2027-01-15").renew(Some(11_000)).unwrap();
    seats.write(renewed);
    assert_eq!(of(&seats), Some((5, 11_000)));
}

proptest! {
    /// Whatever is done on whatever day: from the next day on, the history says what the row says, and no act takes away
    /// what was had before it on its day.
    #[test]
    fn the_history_says_what_the_row_says(
        return_days in 0..20_i32,
        is_lowered_at_once in any::<bool>(),
        acts in prop::collection::vec((0..3_u64, 0..4_u8, 1..20_i32), 1..30),
    ) {
        let mut seats = Kept::new(|product| {
            product.return_days = return_days;
            if is_lowered_at_once {
                product.lowers_at = product::LowersAt::Any;
            }
        });
        let mut today = day("2026-01-15");
        for (days, act, quantity) in acts {
            today = today + Days::new(days);
            let had = on_day(&steps(&seats.changes), today).map_or(0, |at| at.quantity);
            let at = Standing { row: &seats.row, product: &seats.product, changes: &seats.changes, today };
            let outcome = match act {
                0 | 1 => at.change_quantity(quantity),
                2 => at.cancel(),
                _ => at.keep(),
            };
            let Ok(outcome) = outcome else { continue };
            seats.write(outcome);
            let steps = steps(&seats.changes);
            let at_of = |on: Date| on_day(&steps, on).map_or(0, |at| at.quantity);
            prop_assert_eq!(at_of(today + Days::new(1)), seats.row.quantity);
            prop_assert!(at_of(today) >= had, "{} units were had today, and now {}", had, at_of(today));
        }
    }
}
