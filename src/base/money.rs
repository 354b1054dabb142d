//! Money: an integer in minor units with an ISO 4217 currency.

use async_graphql::{Scalar, ScalarType, Value};
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

    /// The amount with a decimal point, grouped thousands, and the currency at the end.
    pub fn text(&self) -> String {
        let places = Currency::from_code(&self.currency).and_then(Currency::exponent).map_or(2, usize::from);
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
    use super::Money;

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
