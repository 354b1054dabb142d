//! Money: an integer in minor units with an ISO 4217 currency, and the one rule by which sums are rounded.

use async_graphql::{InputObject, Scalar, ScalarType, Value};
use iso_currency::Currency;
use macros::guarded;

/// A whole number that may be larger than an Int, as a string of digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BigInt(pub i64);

/// A whole number that may be larger than an Int, as a string of digits.
#[Scalar]
impl ScalarType for BigInt {
    fn parse(value: Value) -> async_graphql::InputValueResult<Self> {
        match &value {
            Value::String(text) => Ok(Self(text.parse()?)),
            Value::Number(number) => number.as_i64().map(Self).ok_or_else(|| "a whole number of 64 bits".into()),
            _ => Err(async_graphql::InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A fraction as a whole number: half is rounded away from zero. Every amount that is divided is rounded by this rule,
/// once. The denominator is not zero, and the doubled numerator stays within 128 bits.
pub const fn round_div(numerator: i128, denominator: i128) -> i128 {
    let (by, twice) = (denominator.unsigned_abs(), numerator.unsigned_abs() * 2);
    let magnitude = ((twice + by) / (by * 2)).cast_signed();
    if numerator.is_negative() == denominator.is_negative() { magnitude } else { -magnitude }
}

/// The number of decimals of a currency (ISO 4217): 2 if it is unknown.
pub fn exponent(currency: &str) -> u16 {
    Currency::from_code(currency).and_then(Currency::exponent).unwrap_or(2)
}

/// An amount in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Money {
    minor: i64,
    currency: String,
}

impl Money {
    /// An amount in minor units (for example cents) of the currency.
    pub fn new(minor: i64, currency: &str) -> Self {
        Self { minor, currency: currency.to_owned() }
    }

    /// The amount in minor units.
    pub const fn minor(&self) -> i64 {
        self.minor
    }

    /// The code of its currency.
    pub fn into_currency(self) -> String {
        self.currency
    }

    /// The amount with a decimal point, for programs: without groups and without the currency.
    pub fn decimal(&self) -> String {
        let text = self.text();
        text.split(' ').next().unwrap_or_default().replace(',', "")
    }

    /// The amount with a decimal point, grouped thousands, and the currency at the end.
    pub fn text(&self) -> String {
        let places = usize::from(exponent(&self.currency));
        let digits = format!("{:0>width$}", self.minor.unsigned_abs(), width = places + 1);
        let (whole, fraction) = digits.split_at(digits.len() - places);
        let mut grouped = String::new();
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        let sign = if self.minor < 0 { "-" } else { "" };
        let point = if places > 0 { "." } else { "" };
        format!("{sign}{grouped}{point}{fraction} {}", self.currency)
    }
}

/// An amount in one currency, as an input.
#[derive(Clone, Debug, InputObject)]
pub struct MoneyInput {
    /// The amount in minor units, for example cents.
    pub amount_minor: BigInt,
    /// ISO 4217 code.
    pub currency: String,
}

/// An amount in one currency.
#[guarded]
impl Money {
    /// The amount in minor units, for example cents.
    #[public]
    fn amount_minor(&self) -> BigInt {
        BigInt(self.minor)
    }

    /// ISO 4217 code.
    #[public]
    fn currency(&self) -> &str {
        &self.currency
    }

    /// The amount for people to read, for example `1,234.50 SEK`.
    #[public]
    fn formatted(&self) -> String {
        self.text()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Money, round_div};

    #[test]
    fn halves_are_rounded_away_from_zero() {
        for (numerator, denominator, rounded) in [
            (0, 7, 0),
            (1, 2, 1),
            (-1, 2, -1),
            (1, -2, -1),
            (-1, -2, 1),
            (3, 2, 2),
            (5, 2, 3),
            (-5, 2, -3),
            (1, 3, 0),
            (2, 3, 1),
            (-2, 3, -1),
            (-1, 3, 0),
            (50 * 2_500, 10_000, 13),
            (10 * 10_000 * 31, 31, 100_000),
            (5 * 10_000 * 22, 31, 35_484),
            (5 * 999 * 10, 31, 1_611),
        ] {
            assert_eq!(round_div(numerator, denominator), rounded, "{numerator}/{denominator}");
        }
    }

    #[test]
    fn products_of_64_bits_are_rounded_exactly() {
        let most = i128::from(i64::MAX);
        assert_eq!(round_div(most * 10_000, 10_000), most);
        assert_eq!(round_div(most * most / 4, most), most / 4 + 1);
        assert_eq!(round_div(-(most * 10_001), 10_000), -(most + 922_337_203_685_478));
    }

    proptest! {
        #[test]
        fn a_rounded_fraction_is_the_nearest_whole_number(
            numerator in any::<i64>().prop_map(i128::from),
            denominator in prop_oneof![1_i128..5_000, -5_000_i128..=-1],
        ) {
            let rounded = round_div(numerator, denominator);
            let missed = (rounded * denominator - numerator).abs() * 2;
            prop_assert!(missed <= denominator.abs());
            prop_assert_eq!(round_div(-numerator, denominator), -rounded);
            if missed == denominator.abs() {
                prop_assert!((rounded * denominator).abs() > numerator.abs());
            }
        }
    }

    #[test]
    fn amounts_read_as_people_write_them() {
        for (minor, currency, text) in [
            (123_450, "SEK", "1,234.50 SEK"),
            (5, "EUR", "0.05 EUR"),
            (-123_456_789, "EUR", "-1,234,567.89 EUR"),
            (1200, "JPY", "1,200 JPY"),
            (0, "SEK", "0.00 SEK"),
        ] {
            assert_eq!(Money::new(minor, currency).text(), text);
        }
    }
}
