//! How much commission a line earns, how tiers share it, what a credit takes back, and what a month pays out. Pure
//! functions.
//!
//! Tiers go from the reseller below the operator down to the one nearest the client. Each rate is of the base. Each reseller
//! keeps its own rate less the rate of the next one down.

use std::cmp::Reverse;
use std::error::Error;
use std::fmt::{self, Display, Formatter};

use chrono::NaiveDate;
use entity::commission_statement::Model;

use crate::base::money::round_div;
use crate::billing::vat::sums::{TooLarge, fitting};

/// The month and the currency of a statement: a reseller has one of these.
pub fn name(row: &Model) -> String {
    format!("{}-{}", row.month.format("%Y-%m"), row.currency)
}

/// All of the base, in hundredths of a percent.
pub const WHOLE: i32 = 10_000;

/// Why a commission cannot be computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommissionError {
    /// A rate is below zero or above 100 %.
    NotARate(i32),
    /// More is allocated than the invoice's total, or the total is not above zero.
    NotAShare,
    /// A sum does not fit into 64 bits.
    TooLarge,
}

impl Display for CommissionError {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotARate(rate) => write!(formatter, "{rate} is not a rate from 0 to {WHOLE}."),
            Self::NotAShare => formatter.write_str("The allocated amount is not a part of the invoice's total."),
            Self::TooLarge => TooLarge.fmt(formatter),
        }
    }
}

impl Error for CommissionError {}

impl From<TooLarge> for CommissionError {
    fn from(_: TooLarge) -> Self {
        Self::TooLarge
    }
}

/// The rates that count: no tier has more than the one above it. The first is nearest the operator.
pub fn capped(basis_points: &[i32]) -> Result<Vec<i32>, CommissionError> {
    let mut ceiling = WHOLE;
    let mut cap = |rate: &i32| {
        if !(0..=WHOLE).contains(rate) {
            return Err(CommissionError::NotARate(*rate));
        }
        ceiling = ceiling.min(*rate);
        Ok(ceiling)
    };
    basis_points.iter().map(&mut cap).collect()
}

/// The whole commission on a base in minor units: the rate of the first tier, rounded once.
pub fn total(base_minor: i64, basis_points: &[i32]) -> Result<i64, CommissionError> {
    let first = capped(basis_points)?.first().copied().unwrap_or_default();
    Ok(fitting(round_div(i128::from(base_minor) * i128::from(first), i128::from(WHOLE)))?)
}

/// What each tier earns on a base, in minor units, in the order of the rates. The shares add up to `total`.
///
/// Each tier gets the whole units of its exact share. What is missing to the total goes to the largest remainders, and to
/// the tier nearest the client if they are equal. A negative base gives the same shares with the other sign.
pub fn shares(base_minor: i64, basis_points: &[i32]) -> Result<Vec<i64>, CommissionError> {
    let rates = capped(basis_points)?;
    let whole = i128::from(WHOLE);
    let size = i128::from(base_minor).abs();
    let sum = round_div(size * i128::from(rates.first().copied().unwrap_or_default()), whole);
    let below = rates.iter().skip(1).copied().chain([0]);
    let exact: Vec<i128> = rates.iter().zip(below).map(|(rate, below)| size * i128::from(rate - below)).collect();
    let mut shares: Vec<i128> = exact.iter().map(|share| share / whole).collect();
    let missing = sum - shares.iter().sum::<i128>();
    let mut by_remainder: Vec<usize> = (0..exact.len()).collect();
    by_remainder.sort_by_key(|tier| Reverse((exact[*tier] % whole, *tier)));
    // Each tier gets one at most: the total is at most the sum of the exact shares, rounded up.
    let more = usize::try_from(missing).unwrap_or_default();
    by_remainder.into_iter().take(more).for_each(|tier| shares[tier] += 1);
    let sign = i128::from(base_minor.signum());
    shares.into_iter().map(|share| Ok(fitting(share * sign)?)).collect()
}

/// What each tier gets when the base that counts goes from one amount to another: the shares after it less the shares
/// before it. Negative when a credit takes back. The rates and people are those of the invoice.
///
/// So the lines of all changes add up to the commission on what is left.
pub fn change(before_minor: i64, after_minor: i64, basis_points: &[i32]) -> Result<Vec<i64>, CommissionError> {
    let (before, after) = (shares(before_minor, basis_points)?, shares(after_minor, basis_points)?);
    let less = |(after, before): (i64, i64)| Ok(fitting(i128::from(after) - i128::from(before))?);
    after.into_iter().zip(before).map(less).collect()
}

/// The part of a line's net amount that counts as paid, in minor units: in proportion to what payments settled of the
/// invoice. Both the allocated amount and the total are with VAT.
pub fn paid_base(net_minor: i64, allocated_minor: i64, total_minor: i64) -> Result<i64, CommissionError> {
    if total_minor <= 0 || !(0..=total_minor).contains(&allocated_minor) {
        return Err(CommissionError::NotAShare);
    }
    Ok(fitting(round_div(i128::from(net_minor) * i128::from(allocated_minor), i128::from(total_minor)))?)
}

/// The value of the latest row that begins on or before the day. Rows are a first day and a value, in any order; of two
/// rows with one day the later one in the list counts.
///
/// It answers both which rate was in force and who was partner of record, where None in the value is nobody.
pub fn in_force<T>(rows: impl IntoIterator<Item = (NaiveDate, T)>, day: NaiveDate) -> Option<T> {
    rows.into_iter()
        .filter(|(starts_on, _)| *starts_on <= day)
        .max_by_key(|(starts_on, _)| *starts_on)
        .map(|(_, value)| value)
}

/// The day that decides who earns on a line, and at which rate: its first day, or the day of issue if it has none.
pub fn deciding_day(line_starts_on: Option<NaiveDate>, issued_on: NaiveDate) -> NaiveDate {
    line_starts_on.unwrap_or(issued_on)
}

/// The end of a month for one reseller and currency, in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MonthEnd {
    /// What the month before carried over.
    pub opening_minor: i64,
    /// The sum of the month's lines.
    pub lines_minor: i64,
    /// The opening and the lines.
    pub total_minor: i64,
    /// What is paid out.
    pub payout_minor: i64,
    /// The opening of the next month.
    pub carried_minor: i64,
}

/// Closes a month. All is paid out, or nothing: a total below the threshold or not above zero is carried over.
pub fn close_month(
    opening_minor: i64,
    lines: impl IntoIterator<Item = i64>,
    threshold_minor: i64,
) -> Result<MonthEnd, CommissionError> {
    let sum: i128 = lines.into_iter().map(i128::from).sum();
    let total_minor = fitting(i128::from(opening_minor) + sum)?;
    let is_paid = total_minor > 0 && total_minor >= threshold_minor;
    let payout_minor = if is_paid { total_minor } else { 0 };
    let carried_minor = total_minor - payout_minor;
    Ok(MonthEnd { opening_minor, lines_minor: fitting(sum)?, total_minor, payout_minor, carried_minor })
}

/// What a statement carries over to the next month, in minor units.
pub const fn carried(statement: &Model) -> i64 {
    statement.opening_minor + statement.total_minor - statement.payout_minor
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn three_tiers_share_by_largest_remainder() {
        // C1.
        let rates = [2_000, 1_200, 500];
        assert_eq!(total(33_333, &rates), Ok(6_667));
        assert_eq!(shares(33_333, &rates), Ok(vec![2_667, 2_333, 1_667]));
    }

    #[test]
    fn small_amounts_are_shared_without_a_rest() {
        // C2.
        assert_eq!(shares(9_999, &[10_000, 2_500]), Ok(vec![7_499, 2_500]));
        assert_eq!(shares(1, &[2_000, 1_200, 500]), Ok(vec![0, 0, 0]));
    }

    #[test]
    fn equal_remainders_go_to_the_tier_nearest_the_client() {
        // 0.01 at 100 %, shared in halves.
        assert_eq!(shares(1, &[10_000, 5_000]), Ok(vec![0, 1]));
        // The middle tier has nothing to round.
        assert_eq!(shares(1, &[10_000, 5_000, 5_000]), Ok(vec![0, 0, 1]));
    }

    #[test]
    fn thirds_of_a_credit_take_back_the_whole() {
        // C4: 99.90 at 12.5 %, credited in thirds.
        let rates = [1_250];
        assert_eq!(shares(9_990, &rates), Ok(vec![1_249]));
        let back: Vec<_> = [(9_990, 6_660), (6_660, 3_330), (3_330, 0)]
            .into_iter()
            .map(|(before, after)| change(before, after, &rates).unwrap()[0])
            .collect();
        assert_eq!(back, [-416, -417, -416]);
    }

    #[test]
    fn each_partner_earns_from_its_own_first_day() {
        // C5: N until 9 March at 10 %, B from 10 March at 12.5 %.
        let record = [(day("2026-01-01"), Some("N")), (day("2026-03-10"), Some("B"))];
        let rates = |partner| if partner == "N" { [1_000] } else { [1_250] };
        let earned = |line: &str, net| {
            let starts_on = deciding_day(Some(day(line)), day("2026-03-31"));
            let partner = in_force(record, starts_on).flatten().unwrap();
            (partner, shares(net, &rates(partner)).unwrap()[0])
        };
        assert_eq!(earned("2026-03-01", 10_000), ("N", 1_000));
        assert_eq!(earned("2026-03-15", 20_000), ("B", 2_500));
        assert_eq!(earned("2026-03-09", 10_000).0, "N");
        assert_eq!(earned("2026-03-10", 10_000).0, "B");
    }

    #[test]
    fn nobody_earns_before_the_first_row_or_after_the_record_ended() {
        let record = [(day("2026-03-10"), None), (day("2026-02-01"), Some("N"))];
        assert_eq!(in_force(record, day("2026-01-31")), None);
        assert_eq!(in_force(record, day("2026-03-09")), Some(Some("N")));
        assert_eq!(in_force(record, day("2026-03-10")), Some(None));
        assert_eq!(in_force([(day("2026-01-01"), 1), (day("2026-01-01"), 2)], day("2026-01-01")), Some(2));
        assert_eq!(deciding_day(None, day("2026-03-31")), day("2026-03-31"));
    }

    #[test]
    fn a_tier_never_has_more_than_the_one_above_it() {
        assert_eq!(capped(&[1_000, 1_500, 800]), Ok(vec![1_000, 1_000, 800]));
        assert_eq!(shares(10_000, &[1_000, 1_500, 800]), Ok(vec![0, 200, 800]));
        assert_eq!(capped(&[-1]), Err(CommissionError::NotARate(-1)));
        assert_eq!(capped(&[10_001]), Err(CommissionError::NotARate(10_001)));
        assert_eq!(shares(10_000, &[]), Ok(vec![]));
    }

    #[test]
    fn what_is_paid_counts_in_proportion() {
        // 100.00 net and 125.00 with VAT, paid in three parts.
        let parts: Vec<_> = [0, 4_000, 8_000, 12_500].map(|paid| paid_base(10_000, paid, 12_500).unwrap()).into();
        assert_eq!(parts, [0, 3_200, 6_400, 10_000]);
        let earned: i64 = parts.windows(2).map(|pair| change(pair[0], pair[1], &[1_250]).unwrap()[0]).sum();
        assert_eq!(earned, shares(10_000, &[1_250]).unwrap()[0]);
        assert_eq!(paid_base(1, 1, 0), Err(CommissionError::NotAShare));
        assert_eq!(paid_base(1, 2, 1), Err(CommissionError::NotAShare));
        assert_eq!(paid_base(-1_000, 1, 2), Ok(-500));
    }

    #[test]
    fn a_month_is_paid_out_or_carried_over() {
        for (opening, lines, threshold, payout, carried) in [
            (0, vec![1_000, 2_500], 0, 3_500, 0),
            (500, vec![1_000, -200], 1_300, 1_300, 0),
            (500, vec![1_000, -200], 1_301, 0, 1_300),
            (0, vec![100, -416], 0, 0, -316),
            (-316, vec![300], 0, 0, -16),
            (-316, vec![316], 0, 0, 0),
            (0, vec![], 0, 0, 0),
        ] {
            let end = close_month(opening, lines, threshold).unwrap();
            assert_eq!((end.payout_minor, end.carried_minor), (payout, carried));
            assert_eq!(end.opening_minor + end.lines_minor, end.total_minor);
        }
        assert_eq!(close_month(i64::MAX, [1], 0), Err(CommissionError::TooLarge));
    }

    proptest! {
        #[test]
        fn shares_add_up_to_the_total_and_are_within_one_of_the_exact_share(
            base in -10_000_000_i64..10_000_000,
            rates in prop::collection::vec(0_i32..=10_000, 0..7),
        ) {
            let shares = shares(base, &rates).unwrap();
            prop_assert_eq!(shares.iter().sum::<i64>(), total(base, &rates).unwrap());
            let rates = capped(&rates).unwrap();
            for (tier, share) in shares.iter().enumerate() {
                let own = rates[tier] - rates.get(tier + 1).copied().unwrap_or_default();
                let missed = i128::from(*share) * 10_000 - i128::from(base) * i128::from(own);
                prop_assert!(missed.abs() < 10_000, "{tier} {shares:?}");
            }
        }

        #[test]
        fn what_credits_take_back_adds_up_to_what_was_earned(
            parts in prop::collection::vec(1_i64..5_000, 1..10),
            rates in prop::collection::vec(0_i32..=10_000, 1..5),
        ) {
            let base: i64 = parts.iter().sum();
            let mut left = base;
            let mut sums = shares(base, &rates).unwrap();
            for part in parts {
                for (sum, back) in sums.iter_mut().zip(change(left, left - part, &rates).unwrap()) {
                    *sum += back;
                }
                left -= part;
            }
            prop_assert!(sums.iter().all(|sum| *sum == 0));
        }
    }
}
