//! How many of each feature subscriptions give on a day, and what is left of that. Pure functions.

use std::collections::HashMap;

use entity::subscription_change::Model as Change;
use sea_orm::prelude::Date;
use uuid::Uuid;

use crate::base::error::{UserError, UserErrorCode};
use crate::catalogue::subscription::history::{on_day, steps};

/// The units of a product that an organisation has by a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// The subscription.
    pub subscription: Uuid,
    /// The product.
    pub product: Uuid,
    /// How many units.
    pub units: i32,
}

impl Held {
    /// What a subscription that has begun and not ended is on the day; `None` if that is nothing.
    pub fn on(subscription: Uuid, changes: &[Change], day: Date) -> Option<Self> {
        let step = on_day(&steps(changes), day).filter(|step| step.quantity > 0)?;
        Some(Self { subscription, product: step.product, units: step.quantity })
    }
}

/// How many of a feature a subscription gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Licence {
    /// The subscription.
    pub subscription: Uuid,
    /// The feature.
    pub feature: Uuid,
    /// How many.
    pub quantity: i64,
}

/// What the subscriptions give, where one unit of a product gives so many of each feature.
pub fn licences<'a>(held: &[Held], given: impl Fn(Uuid) -> &'a [(Uuid, i32)]) -> Vec<Licence> {
    let of_one = |held: &Held| {
        let Held { subscription, product, units } = *held;
        let licence = move |&(feature, each): &(Uuid, i32)| {
            // The product of two numbers of 32 bits fits into 64.
            Licence { subscription, feature, quantity: i64::from(units) * i64::from(each) }
        };
        given(product).iter().map(licence).collect::<Vec<_>>()
    };
    held.iter().flat_map(of_one).collect()
}

/// How many of each feature the licences give together.
pub fn sums(licences: &[Licence]) -> HashMap<Uuid, i64> {
    let mut sums: HashMap<Uuid, i64> = HashMap::new();
    for licence in licences {
        let sum = sums.entry(licence.feature).or_default();
        *sum = sum.saturating_add(licence.quantity);
    }
    sums
}

/// How many of a feature are granted and used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Level {
    /// How many the organisation may use.
    pub granted: i64,
    /// How many it uses.
    pub used: i64,
}

impl Level {
    /// How many are left; never less than 0.
    pub fn free(self) -> i64 {
        self.granted.saturating_sub(self.used).max(0)
    }

    /// How many more are used than granted; 0 if there are enough.
    pub fn over(self) -> i64 {
        self.used.saturating_sub(self.granted).max(0)
    }
}

/// The error for taking more of a feature than is left.
pub fn exhausted(feature: &str, wanted: i64, level: Level) -> UserError {
    let Level { granted, used } = level;
    let message = [
        format!(
            "{feature}: {granted} are granted and {used} are used, so {wanted} more cannot be taken. Give some back, \
             or order more: people with `SUBSCRIPTION_ORDER` at the organisation can order more."
        ),
        format!(
            "{feature}: {granted} sind gewährt und {used} gebraucht, daher sind {wanted} weitere nicht möglich. Geben \
             Sie einige zurück, oder bestellen Sie mehr: Das können Personen mit `SUBSCRIPTION_ORDER` bei der \
             Organisation."
        ),
        format!(
            "{feature}: {granted} har getts och {used} används, så {wanted} till kan inte tas. Lämna tillbaka några, \
             eller beställ fler: det kan personer med `SUBSCRIPTION_ORDER` hos organisationen."
        ),
    ];
    UserError::general(UserErrorCode::LicenceExhausted, message)
}

#[cfg(test)]
mod tests {
    use entity::subscription_change::{Kind, State};

    use super::*;

    const ID: fn(u128) -> Uuid = Uuid::from_u128;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn change(position: i32, kind: Kind, on: &str, product: u128, quantity: i32, state: State) -> Change {
        Change {
            id: Uuid::from_u128(u128::from(position.unsigned_abs()) + 100),
            organisation_id: Uuid::nil(),
            subscription_id: ID(1),
            position,
            kind,
            effective_on: day(on),
            product_id: ID(product),
            quantity,
            unit_minor: 100,
            state,
            order_id: None,
            user_id: None,
            api_key_id: None,
            created_at: "2026-01-01T00:00:00Z".parse().unwrap(),
        }
    }

    fn units(changes: &[Change], on: &str) -> Option<(Uuid, i32)> {
        Held::on(ID(1), changes, day(on)).map(|held| (held.product, held.units))
    }

    #[test]
    fn each_change_counts_from_its_own_day_on() {
        let changes = [
            change(1, Kind::Start, "2026-01-10", 7, 2, State::Done),
            change(2, Kind::Raise, "2026-02-01", 7, 5, State::Done),
            change(3, Kind::Lower, "2026-03-10", 7, 3, State::Scheduled),
            change(4, Kind::Product, "2026-04-01", 8, 3, State::Done),
            change(5, Kind::Raise, "2026-04-02", 8, 9, State::Withdrawn),
            change(6, Kind::Cancel, "2026-05-10", 8, 0, State::Scheduled),
        ];
        let product = |number: u128, units: i32| Some((ID(number), units));
        for (on, expected) in [
            ("2026-01-09", None),
            ("2026-01-10", product(7, 2)),
            ("2026-02-01", product(7, 5)),
            ("2026-03-09", product(7, 5)),
            ("2026-03-10", product(7, 3)),
            ("2026-04-05", product(8, 3)),
            ("2026-05-09", product(8, 3)),
            ("2026-05-10", None),
        ] {
            assert_eq!(units(&changes, on), expected, "{on}");
        }
    }

    #[test]
    fn subscriptions_add_up_by_feature() {
        let given: HashMap<Uuid, Vec<(Uuid, i32)>> =
            HashMap::from([(ID(7), vec![(ID(1), 1), (ID(2), 10)]), (ID(8), vec![(ID(2), 5)])]);
        let held = |subscription: u128, product: u128, units: i32| Held {
            subscription: ID(subscription),
            product: ID(product),
            units,
        };
        let all = [held(21, 7, 3), held(22, 8, 2), held(23, 9, 4)];
        let found = licences(&all, |product| given.get(&product).map_or(&[], Vec::as_slice));
        assert_eq!(found.len(), 3);
        assert_eq!(sums(&found), HashMap::from([(ID(1), 3), (ID(2), 40)]));
    }

    #[test]
    fn sums_do_not_overflow() {
        let given = vec![(ID(1), i32::MAX)];
        let held: Vec<Held> =
            (0..4).map(|number| Held { subscription: ID(number), product: ID(7), units: i32::MAX }).collect();
        let found = licences(&held, |_| &given);
        assert_eq!(sums(&found), HashMap::from([(ID(1), i64::MAX)]));
    }

    #[test]
    fn what_is_left_is_never_negative() {
        let level = |granted, used| Level { granted, used };
        assert_eq!((level(10, 3).free(), level(10, 3).over()), (7, 0));
        assert_eq!((level(3, 10).free(), level(3, 10).over()), (0, 7));
        assert_eq!(level(0, 0), Level::default());
        let message = exhausted("Data loggers", 2, level(10, 9)).message.to_string();
        assert!(message.starts_with("Data loggers: 10 are granted and 9 are used, so 2 more cannot be taken."));
    }
}
