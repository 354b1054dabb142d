//! Which price counts, and what a price may be. Pure functions.

use std::collections::HashMap;

use entity::price::Model;
use entity::subscription::{Interval, Term};
use sea_orm::ActiveEnum;
use sea_orm::prelude::Date;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::base::error::{UserError, UserErrorCode};
use crate::billing::details;

/// What somebody wants to buy.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The product.
    pub product: Uuid,
    /// The currency of the invoices.
    pub currency: &'a str,
    /// The commitment.
    pub term: Term,
    /// The time between two invoices.
    pub interval: Interval,
    /// The number of units.
    pub quantity: i32,
}

/// The price of what is wanted, on a day. The plans are those of the buyer, the first one first. The first plan with a
/// price in force for this product, currency, term and interval counts, and the others do not.
pub fn in_force<'a>(
    prices: impl IntoIterator<Item = &'a Model>,
    plans: &[Uuid],
    wanted: Wanted<'_>,
    on: Date,
) -> Option<&'a Model> {
    let is_wanted = |price: &&Model| {
        price.product_id == wanted.product
            && price.currency == wanted.currency
            && price.term == wanted.term
            && price.interval == wanted.interval
    };
    let prices: Vec<&Model> = prices.into_iter().filter(is_wanted).collect();
    let steps = steps(&prices, plans, on).into_iter();
    steps.filter(|price| price.from_quantity <= wanted.quantity).max_by_key(|price| price.from_quantity)
}

/// All prices that count on a day with these plans: for each product, currency, term and interval those of one plan. They
/// are ordered by term, interval and quantity.
pub fn all_in_force<'a>(prices: impl IntoIterator<Item = &'a Model>, plans: &[Uuid], on: Date) -> Vec<&'a Model> {
    let mut groups: HashMap<(Uuid, &str, Term, Interval), Vec<&Model>> = HashMap::new();
    for price in prices {
        let group = (price.product_id, price.currency.as_str(), price.term, price.interval);
        groups.entry(group).or_default().push(price);
    }
    let mut found: Vec<&Model> = groups.values().flat_map(|prices| steps(prices, plans, on)).collect();
    found.sort_unstable_by(|one, other| order(one).cmp(&order(other)));
    found
}

/// The order in which prices of a product are shown.
pub fn order(price: &Model) -> (u32, u32, &str, i32, Date, Uuid) {
    let (term, interval) = (months_of_term(price.term), months(price.interval));
    (term, interval, &price.currency, price.from_quantity, price.valid_from, price.id)
}

/// Of prices for the same thing: for each quantity the one in force on the day, in the first plan that has any.
fn steps<'a>(prices: &[&'a Model], plans: &[Uuid], on: Date) -> Vec<&'a Model> {
    for plan in plans {
        let mut steps: HashMap<i32, &Model> = HashMap::new();
        for price in prices.iter().filter(|price| price.plan_id == *plan && price.valid_from <= on) {
            let step = steps.entry(price.from_quantity).or_insert(price);
            if step.valid_from < price.valid_from {
                *step = price;
            }
        }
        if !steps.is_empty() {
            return steps.into_values().collect();
        }
    }
    Vec::new()
}

/// Refuses days that have passed.
pub fn check_day(field: &str, day: Date, today: Date) -> Result<(), UserError> {
    if day >= today {
        return Ok(());
    }
    let message = [
        format!("This day has passed, and the past cannot be changed. Give {today} or a later day."),
        format!(
            "Dieser Tag ist vorbei, und Vergangenes lässt sich nicht ändern. Geben Sie {today} oder einen späteren Tag \
             an."
        ),
        format!("Den dagen har passerat, och det förflutna kan inte ändras. Ange {today} eller en senare dag."),
    ];
    Err(UserError::at(field, UserErrorCode::TooLate, message))
}

/// Refuses a price whose sum for the largest quantity would be too large a number.
pub fn check_sum(field: &str, unit: i64, most: Option<i32>) -> Result<(), UserError> {
    let most = most.unwrap_or(i32::MAX);
    if unit.checked_mul(i64::from(most)).is_some() {
        return Ok(());
    }
    let message = [
        format!("The price of {most} units would be too large a number. Lower the price or maxQuantity."),
        format!("Der Preis für {most} Einheiten wäre eine zu große Zahl. Senken Sie den Preis oder maxQuantity."),
        format!("Priset för {most} enheter skulle bli ett för stort tal. Sänk priset eller maxQuantity."),
    ];
    Err(UserError::at(field, UserErrorCode::InvalidInput, message))
}

/// The price with its currency in capitals, if it may exist. The first wrong field is the error.
pub fn checked(row: Model, max_quantity: Option<i32>) -> Result<Model, UserError> {
    let invalid = |field, message: [&str; 3]| Err(UserError::at(field, UserErrorCode::InvalidInput, message));
    if !fits(row.interval, row.term) {
        return invalid(
            "interval",
            [
                "A MONTHLY term has the interval MONTH. Choose MONTH or a longer term.",
                "Die Laufzeit MONTHLY hat den Zeitraum MONTH. Wählen Sie MONTH oder eine längere Laufzeit.",
                "Bindningstiden MONTHLY har perioden MONTH. Välj MONTH eller en längre bindningstid.",
            ],
        );
    }
    if row.from_quantity < 1 {
        return invalid(
            "fromQuantity",
            [
                "A price counts from 1 unit or more.",
                "Ein Preis gilt ab 1 Einheit oder mehr.",
                "Ett pris gäller från 1 enhet eller fler.",
            ],
        );
    }
    if row.unit_minor < 0 {
        return invalid(
            "unitMinor",
            ["A price is not negative.", "Ein Preis ist nicht negativ.", "Ett pris är inte negativt."],
        );
    }
    if row.setup_minor < 0 {
        return invalid(
            "setupMinor",
            ["A price is not negative.", "Ein Preis ist nicht negativ.", "Ett pris är inte negativt."],
        );
    }
    check_sum("unitMinor", row.unit_minor, max_quantity)?;
    Ok(Model { currency: details::rules::currency("currency", &row.currency)?, ..row })
}

/// Whether two prices are for the same thing in the same plan, so that the later one follows the earlier one.
pub fn is_of_same(one: &Model, other: &Model) -> bool {
    let thing = |price: &Model| (price.plan_id, price.product_id, price.term, price.interval, price.from_quantity);
    thing(one) == thing(other) && one.currency == other.currency
}

/// A price as the audit log records it.
pub fn audit_snapshot(row: &Model) -> Json {
    json!({
        "plan": row.plan_id,
        "product": row.product_id,
        "currency": row.currency,
        "term": row.term.to_value(),
        "interval": row.interval.to_value(),
        "fromQuantity": row.from_quantity,
        "unitMinor": row.unit_minor,
        "setupMinor": row.setup_minor,
        "validFrom": row.valid_from,
    })
}

/// How many months a commitment is.
pub const fn months_of_term(term: Term) -> u32 {
    match term {
        Term::Monthly => 1,
        Term::Annual => 12,
        Term::Triennial => 36,
    }
}

/// How many months are between two invoices.
pub const fn months(interval: Interval) -> u32 {
    match interval {
        Interval::Month => 1,
        Interval::Year => 12,
    }
}

/// Whether a whole number of intervals fills a term.
pub const fn fits(interval: Interval, term: Term) -> bool {
    months_of_term(term).is_multiple_of(months(interval))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: Uuid = Uuid::from_u128(1);
    const DEFAULT: Uuid = Uuid::from_u128(2);
    const OTHER: Uuid = Uuid::from_u128(3);
    const PLANS: [Uuid; 2] = [OWN, DEFAULT];
    const SEAT: Uuid = Uuid::from_u128(10);

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn price(plan: Uuid, valid_from: &str, from_quantity: i32, unit_minor: i64) -> Model {
        Model {
            id: Uuid::from_u128(100),
            organisation_id: Uuid::nil(),
            plan_id: plan,
            product_id: SEAT,
            currency: "SEK".to_owned(),
            term: Term::Annual,
            interval: Interval::Month,
            from_quantity,
            unit_minor,
            setup_minor: 0,
            valid_from: day(valid_from),
            created_at: "2020-01-01T00:00:00Z".parse().unwrap(),
        }
    }

    const fn seats(quantity: i32) -> Wanted<'static> {
        Wanted { product: SEAT, currency: "SEK", term: Term::Annual, interval: Interval::Month, quantity }
    }

    fn unit(prices: &[Model], quantity: i32, on: &str) -> Option<i64> {
        in_force(prices, &PLANS, seats(quantity), day(on)).map(|price| price.unit_minor)
    }

    #[test]
    fn the_latest_price_that_has_begun_counts() {
        let prices =
            [price(OWN, "2026-03-01", 1, 300), price(OWN, "2025-01-01", 1, 100), price(OWN, "2026-01-01", 1, 200)];
        for (on, expected) in [
            ("2024-12-31", None),
            ("2025-01-01", Some(100)),
            ("2025-12-31", Some(100)),
            ("2026-01-01", Some(200)),
            ("2026-02-28", Some(200)),
            ("2026-03-01", Some(300)),
            ("9999-12-31", Some(300)),
        ] {
            assert_eq!(unit(&prices, 1, on), expected, "{on}");
        }
    }

    #[test]
    fn the_largest_step_that_the_quantity_reaches_counts() {
        let prices =
            [price(OWN, "2025-01-01", 1, 100), price(OWN, "2025-01-01", 10, 90), price(OWN, "2026-01-01", 10, 95)];
        for (quantity, on, expected) in [
            (1, "2025-06-01", Some(100)),
            (9, "2025-06-01", Some(100)),
            (10, "2025-06-01", Some(90)),
            (1_000, "2025-06-01", Some(90)),
            (10, "2026-06-01", Some(95)),
            (9, "2026-06-01", Some(100)),
            (0, "2026-06-01", None),
        ] {
            assert_eq!(unit(&prices, quantity, on), expected, "{quantity} on {on}");
        }
    }

    #[test]
    fn the_default_plan_counts_only_while_the_own_plan_has_no_price() {
        let prices =
            [price(DEFAULT, "2025-01-01", 1, 100), price(OWN, "2026-01-01", 10, 80), price(OTHER, "2025-01-01", 1, 1)];
        assert_eq!(unit(&prices, 10, "2025-12-31"), Some(100));
        assert_eq!(unit(&prices, 10, "2026-01-01"), Some(80));
        // The own plan sells from ten units on.
        assert_eq!(unit(&prices, 9, "2026-01-01"), None);
        assert!(in_force(&prices, &[], seats(10), day("2026-01-01")).is_none());
    }

    #[test]
    fn a_price_is_for_its_product_currency_term_and_interval_only() {
        let prices = [price(OWN, "2025-01-01", 1, 100)];
        let on = day("2026-01-01");
        assert!(in_force(&prices, &PLANS, seats(1), on).is_some());
        for other in [
            Wanted { product: Uuid::nil(), ..seats(1) },
            Wanted { currency: "EUR", ..seats(1) },
            Wanted { term: Term::Monthly, ..seats(1) },
            Wanted { interval: Interval::Year, ..seats(1) },
        ] {
            assert!(in_force(&prices, &PLANS, other, on).is_none(), "{other:?}");
        }
    }

    #[test]
    fn each_kind_of_purchase_has_the_prices_of_one_plan() {
        let yearly = Model { interval: Interval::Year, ..price(DEFAULT, "2025-01-01", 1, 1_000) };
        let prices = [
            price(DEFAULT, "2025-01-01", 1, 100),
            yearly,
            price(OWN, "2025-01-01", 10, 70),
            price(OWN, "2025-01-01", 1, 80),
            price(OWN, "2027-01-01", 1, 90),
        ];
        let shown = |plans: &[Uuid]| -> Vec<i64> {
            all_in_force(&prices, plans, day("2026-01-01")).iter().map(|price| price.unit_minor).collect()
        };
        assert_eq!(shown(&PLANS), [80, 70, 1_000]);
        assert_eq!(shown(&[DEFAULT]), [100, 1_000]);
    }

    #[test]
    fn each_wrong_field_of_a_price_has_its_own_error() {
        let good = || price(OWN, "2026-01-01", 1, 100);
        assert_eq!(checked(Model { currency: "sek".to_owned(), ..good() }, None).unwrap().currency, "SEK");
        assert!(checked(Model { unit_minor: i64::MAX, ..good() }, Some(1)).is_ok());
        for (row, most, field) in [
            (Model { term: Term::Monthly, interval: Interval::Year, ..good() }, None, "interval"),
            (Model { from_quantity: 0, ..good() }, None, "fromQuantity"),
            (Model { unit_minor: -1, ..good() }, None, "unitMinor"),
            (Model { setup_minor: -1, ..good() }, None, "setupMinor"),
            (Model { currency: "XYZ".to_owned(), ..good() }, None, "currency"),
            (Model { unit_minor: i64::MAX, ..good() }, Some(2), "unitMinor"),
            (Model { unit_minor: i64::MAX / 1_000, ..good() }, None, "unitMinor"),
        ] {
            assert_eq!(checked(row, most).unwrap_err().field.unwrap(), ["input", field]);
        }
    }

    #[test]
    fn a_day_that_has_passed_is_refused() {
        let today = day("2026-03-15");
        assert!(check_day("validFrom", today, today).is_ok());
        assert_eq!(check_day("validFrom", day("2026-03-14"), today).unwrap_err().code, UserErrorCode::TooLate);
    }

    #[test]
    fn intervals_fill_terms() {
        assert!(fits(Interval::Month, Term::Monthly) && !fits(Interval::Year, Term::Monthly));
        for term in [Term::Annual, Term::Triennial] {
            assert!(fits(Interval::Month, term) && fits(Interval::Year, term));
        }
    }
}
