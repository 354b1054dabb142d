//! The rate between two currencies on a day, and amounts converted with it. Pure functions.
//!
//! A rate is a fraction of two whole numbers, so a rate by way of the euro is exact, and an amount is rounded once.

use std::collections::{BTreeMap, HashMap};

use chrono::Days;
use entity::exchange_rate::Model;
use sea_orm::prelude::Date;
use serde::{Deserialize, Serialize};

use crate::base::message::Message;
use crate::base::money::{exponent, round_div};

/// The currency of the rates that the European Central Bank publishes.
pub const EURO: &str = "EUR";
/// A recorded rate of 1.
const ONE: i64 = 1_000_000_000;
/// The most digits before the point, and the most behind it.
const DIGITS: usize = 9;

/// Reads a rate with at most nine digits on each side of the point, in billionths. `None` unless it is one above 0.
pub fn parse(typed: &str) -> Option<i64> {
    let (whole, decimals) = typed.trim().split_once('.').unwrap_or((typed.trim(), ""));
    let is_digits = |part: &str| part.bytes().all(|digit| digit.is_ascii_digit());
    if whole.is_empty() || whole.len() > DIGITS || decimals.len() > DIGITS || !is_digits(whole) || !is_digits(decimals)
    {
        return None;
    }
    format!("{whole}{decimals:0<DIGITS$}").parse().ok().filter(|rate| *rate > 0)
}

/// A rate in billionths as a decimal number, without zeros at its end.
pub fn text(billionths: i128) -> String {
    let one = i128::from(ONE);
    let written = format!("{}.{:0>DIGITS$}", billionths / one, billionths % one);
    written.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The rate that counts between two currencies on a day. An invoice keeps it as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rate {
    /// ISO 4217.
    pub from: String,
    /// ISO 4217.
    pub to: String,
    /// One unit of the first currency is worth this, divided by the denominator, of the second.
    pub numerator: i64,
    /// Above 0.
    pub denominator: i64,
    /// The day of which it is.
    pub day: Date,
    /// Who published it.
    pub source: String,
    /// Whether it comes of the rates of both currencies to the euro.
    pub is_via_euro: bool,
}

impl Rate {
    /// What a document keeps; `None` if that is no rate.
    pub fn read(stored: &str) -> Option<Self> {
        serde_json::from_str(stored).ok().filter(|rate: &Self| rate.numerator > 0 && rate.denominator > 0)
    }

    /// What a document keeps.
    pub fn to_stored(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The rate for people, rounded to nine decimals.
    pub fn text(&self) -> String {
        text(round_div(i128::from(self.numerator) * i128::from(ONE), i128::from(self.denominator)))
    }

    /// An amount of the first currency in minor units of the second, rounded once. `None` if it does not fit into 64 bits.
    pub fn convert(&self, minor: i64) -> Option<i64> {
        let power = |of: u16, less: u16| 10_i128.checked_pow(u32::from(of.saturating_sub(less)));
        let (from, to) = (exponent(&self.from), exponent(&self.to));
        let worth = i128::from(minor) * i128::from(self.numerator);
        let numerator = worth.checked_mul(power(to, from)?)?;
        let denominator = i128::from(self.denominator).checked_mul(power(from, to)?)?;
        i64::try_from(round_div(numerator, denominator)).ok()
    }
}

/// No rate counts on a day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message())]
pub struct NoRate {
    /// ISO 4217.
    pub from: String,
    /// ISO 4217.
    pub to: String,
    /// The day.
    pub day: Date,
    /// For how many days a rate counts.
    pub days: u64,
}

impl NoRate {
    /// What is missing, and what to do.
    pub fn message(&self) -> Message {
        let Self { from, to, day, days } = self;
        [
            format!(
                "There is no exchange rate from {from} to {to} for {day}: a rate counts for {days} days. Add it with \
                 addExchangeRates, or import those of the European Central Bank with tenantry rates import."
            ),
            format!(
                "Für den {day} gibt es keinen Kurs von {from} nach {to}: Ein Kurs gilt {days} Tage. Tragen Sie ihn mit \
                 addExchangeRates ein, oder lesen Sie die Kurse der Europäischen Zentralbank mit tenantry rates import ein."
            ),
            format!(
                "Det finns ingen kurs från {from} till {to} för {day}: en kurs gäller i {days} dagar. Lägg till den med \
                 addExchangeRates, eller läs in Europeiska centralbankens kurser med tenantry rates import."
            ),
        ]
        .into()
    }
}

/// Between two currencies: how many billionths, and who published it.
type Pairs = HashMap<(String, String), (i64, String)>;

/// The rates that were recorded for some days.
#[derive(Clone, Debug, Default)]
pub struct Known(BTreeMap<Date, Pairs>);

impl Known {
    /// Those of rows, in the order in which they were recorded: of the same currencies and day, the last counts.
    pub fn of(rows: impl IntoIterator<Item = Model>) -> Self {
        let mut days: BTreeMap<Date, Pairs> = BTreeMap::new();
        for row in rows {
            let pair = (row.from_currency, row.to_currency);
            days.entry(row.day).or_default().insert(pair, (row.billionths, row.source));
        }
        Self(days)
    }

    /// The rate that counts on a day: the newest one that is of it or of the days before it.
    pub fn find(&self, from: &str, to: &str, day: Date, days: u64) -> Result<Rate, NoRate> {
        let first = day.checked_sub_days(Days::new(days)).unwrap_or(day);
        let mut counting = self.0.range(first..=day).rev();
        let found = counting.find_map(|(of, pairs)| between(pairs, from, to, *of));
        found.ok_or_else(|| NoRate { from: from.to_owned(), to: to.to_owned(), day, days })
    }
}

/// The rate between two currencies of one day: their own before the one by way of the euro.
fn between(pairs: &Pairs, from: &str, to: &str, day: Date) -> Option<Rate> {
    let rate = |(numerator, denominator): (i128, i128), source: String, is_via_euro| {
        let common = common_divisor(numerator, denominator);
        let numerator = i64::try_from(numerator / common).ok()?;
        let denominator = i64::try_from(denominator / common).ok()?;
        let (from, to) = (from.to_owned(), to.to_owned());
        Some(Rate { from, to, numerator, denominator, day, source, is_via_euro })
    };
    if let Some((fraction, source)) = leg(pairs, from, to) {
        return rate(fraction, source.to_owned(), false);
    }
    let ((of_from, by), (of_to, other)) = (leg(pairs, EURO, from)?, leg(pairs, EURO, to)?);
    let numerator = of_to.0.checked_mul(of_from.1)?;
    let denominator = of_to.1.checked_mul(of_from.0)?;
    let source = if by == other { by.to_owned() } else { format!("{by}, {other}") };
    rate((numerator, denominator), source, true)
}

/// What was recorded between two currencies, in either direction, as a fraction.
fn leg<'a>(pairs: &'a Pairs, from: &str, to: &str) -> Option<((i128, i128), &'a str)> {
    let one = i128::from(ONE);
    let recorded = |from: &str, to: &str| pairs.get(&(from.to_owned(), to.to_owned()));
    if let Some((billionths, source)) = recorded(from, to) {
        return Some(((i128::from(*billionths), one), source));
    }
    recorded(to, from).map(|(billionths, source)| ((one, i128::from(*billionths)), source.as_str()))
}

/// The greatest common divisor of two numbers above 0.
const fn common_divisor(one: i128, other: i128) -> i128 {
    let (mut left, mut right) = (one, other);
    while right != 0 {
        (left, right) = (right, left % right);
    }
    left
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sea_orm::prelude::DateTimeUtc;
    use uuid::Uuid;

    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn recorded(from: &str, to: &str, on: &str, rate: &str, source: &str) -> Model {
        Model {
            id: Uuid::nil(),
            issuer_id: Uuid::nil(),
            day: day(on),
            from_currency: from.to_owned(),
            to_currency: to.to_owned(),
            billionths: parse(rate).unwrap(),
            source: source.to_owned(),
            created_at: DateTimeUtc::default(),
        }
    }

    fn ecb() -> Vec<Model> {
        vec![
            recorded("EUR", "SEK", "2026-03-12", "11.2345", "ECB"),
            recorded("EUR", "USD", "2026-03-12", "1.0812", "ECB"),
            recorded("EUR", "JPY", "2026-03-12", "163.45", "ECB"),
            recorded("EUR", "SEK", "2026-03-13", "11.25", "ECB"),
        ]
    }

    fn found(rows: Vec<Model>, from: &str, to: &str, on: &str) -> Result<Rate, NoRate> {
        Known::of(rows).find(from, to, day(on), 7)
    }

    #[test]
    fn a_rate_is_read_with_at_most_nine_digits_on_each_side() {
        for (typed, billionths, written) in [
            ("11.2345", 11_234_500_000, "11.2345"),
            (" 1 ", 1_000_000_000, "1"),
            ("0.000058036", 58_036, "0.000058036"),
            ("17230.54", 17_230_540_000_000, "17230.54"),
            ("100", 100_000_000_000, "100"),
            ("999999999.999999999", 999_999_999_999_999_999, "999999999.999999999"),
        ] {
            assert_eq!(parse(typed), Some(billionths), "{typed}");
            assert_eq!(text(i128::from(billionths)), written);
        }
        for typed in ["", ".5", "0", "0.0000000001", "-1", "+1", "1,5", "1e3", "1234567890", "1.2.3", "N/A"] {
            assert_eq!(parse(typed), None, "{typed}");
        }
    }

    #[test]
    fn amounts_are_rounded_once_and_currencies_keep_their_decimals() {
        let euro = found(ecb(), "EUR", "SEK", "2026-03-12").unwrap();
        // 19.00 EUR at 11.2345 are 213.4555 SEK, and 24.98 EUR are 280.63781.
        assert_eq!([1_900, -1_900, 2_498, 0].map(|minor| euro.convert(minor)), [21_346, -21_346, 28_064, 0].map(Some));
        // 1,000 JPY are 1,000 ÷ 163.45 × 11.2345 = 68.7336 SEK, and 10.00 SEK are 145.49 JPY.
        assert_eq!(found(ecb(), "JPY", "SEK", "2026-03-12").unwrap().convert(1_000), Some(6_873));
        assert_eq!(found(ecb(), "SEK", "JPY", "2026-03-12").unwrap().convert(1_000), Some(145));
    }

    #[test]
    fn a_rate_by_way_of_the_euro_is_an_exact_fraction() {
        let rate = found(ecb(), "USD", "SEK", "2026-03-12").unwrap();
        assert_eq!((rate.numerator, rate.denominator, rate.is_via_euro), (112_345, 10_812, true));
        assert_eq!((rate.text().as_str(), rate.source.as_str()), ("10.390769515", "ECB"));
        // 1,000,000.00 USD: a rate with four decimals would give 10,390,800.00.
        assert_eq!(rate.convert(100_000_000), Some(1_039_076_952));
        let back = found(ecb(), "SEK", "USD", "2026-03-12").unwrap();
        assert_eq!((back.numerator, back.denominator), (10_812, 112_345));
    }

    #[test]
    fn a_recorded_rate_counts_in_both_directions_and_before_the_way_of_the_euro() {
        let euro = found(ecb(), "SEK", "EUR", "2026-03-12").unwrap();
        assert_eq!((euro.numerator, euro.denominator, euro.is_via_euro), (2_000, 22_469, false));
        let mut rows = ecb();
        rows.push(recorded("USD", "SEK", "2026-03-12", "10.4", "Riksbank"));
        let own = found(rows.clone(), "USD", "SEK", "2026-03-12").unwrap();
        assert_eq!((own.text().as_str(), own.source.as_str(), own.is_via_euro), ("10.4", "Riksbank", false));
        // Two sources stand side by side.
        rows.push(recorded("EUR", "NOK", "2026-03-12", "11.5", "Norges Bank"));
        assert_eq!(found(rows, "NOK", "SEK", "2026-03-12").unwrap().source, "Norges Bank, ECB");
    }

    #[test]
    fn the_newest_rate_on_or_before_the_day_counts_until_it_is_too_old() {
        let on = |from: &str, on: &str| found(ecb(), from, "SEK", on).map(|rate| rate.day.to_string());
        assert_eq!(on("EUR", "2026-03-12").unwrap(), "2026-03-12");
        assert_eq!(on("EUR", "2026-03-15").unwrap(), "2026-03-13");
        // Of the 13th there is no dollar, so both rates are of the 12th.
        assert_eq!(on("USD", "2026-03-15").unwrap(), "2026-03-12");
        assert_eq!(on("EUR", "2026-03-20").unwrap(), "2026-03-13");
        for (from, late) in [("EUR", "2026-03-21"), ("EUR", "2026-03-11"), ("CHF", "2026-03-12")] {
            let missing = on(from, late).unwrap_err().to_string();
            assert!(
                missing.starts_with(&format!("There is no exchange rate from {from} to SEK for {late}")),
                "{missing}"
            );
            assert!(missing.contains("addExchangeRates") && missing.contains("tenantry rates import"));
        }
    }

    #[test]
    fn a_correction_of_the_same_day_counts() {
        let mut rows = ecb();
        rows.push(recorded("EUR", "SEK", "2026-03-12", "11.2346", "ECB, corrected"));
        let rate = found(rows, "EUR", "SEK", "2026-03-12").unwrap();
        assert_eq!((rate.text().as_str(), rate.source.as_str()), ("11.2346", "ECB, corrected"));
    }

    #[test]
    fn what_does_not_fit_into_64_bits_is_no_amount() {
        let rate = found(vec![recorded("JPY", "SEK", "2026-03-12", "999999999", "Test")], "JPY", "SEK", "2026-03-12");
        let rate = rate.unwrap();
        assert_eq!(
            (rate.convert(i64::MAX), rate.convert(i64::MIN), rate.convert(1)),
            (None, None, Some(99_999_999_900))
        );
    }

    #[test]
    fn a_document_keeps_its_rate() {
        let rate = found(ecb(), "USD", "SEK", "2026-03-15").unwrap();
        assert_eq!(Rate::read(&rate.to_stored()), Some(rate));
        assert_eq!(Rate::read("{}"), None);
    }

    proptest! {
        #[test]
        fn the_way_of_the_euro_is_as_exact_as_the_two_rates(minor in -1_000_000_000_i64..1_000_000_000, of_from in 1_i64..1_000_000_000_000, of_to in 1_i64..1_000_000_000_000) {
            let mut rows = ecb();
            rows[0].billionths = of_to;
            rows[1].billionths = of_from;
            let rate = found(rows, "USD", "SEK", "2026-03-12").unwrap();
            let exact = round_div(i128::from(minor) * i128::from(of_to), i128::from(of_from));
            prop_assert_eq!(rate.convert(minor), i64::try_from(exact).ok());
        }
    }
}
