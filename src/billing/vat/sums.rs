//! The VAT of an invoice: lines are added up by category and rate, and each group is rounded once. Pure functions.
//!
//! EN 16931 wants it so (BR-CO-17, BR-S-08, BR-S-09). A credit note is not added up here: see `credit::rules`.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::{self, Display, Formatter};

use super::rules::Category;
use crate::base::message::Texts;
use crate::base::money::round_div;

/// What the lines of a group have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Group {
    /// The category.
    pub category: Category,
    /// The rate in hundredths of a percent.
    pub basis_points: i32,
}

/// The sum of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupSum {
    /// The category and rate.
    pub group: Group,
    /// The net sum of its lines, in minor units. Negative if discounts are larger than the rest.
    pub base_minor: i64,
    /// The VAT on it, in minor units.
    pub vat_minor: i64,
}

/// The sums of a document, in minor units.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Each group once, in the order of category and rate.
    pub groups: Vec<GroupSum>,
    /// Without VAT.
    pub net_minor: i64,
    /// The VAT of all groups.
    pub vat_minor: i64,
    /// With VAT.
    pub total_minor: i64,
}

/// A sum does not fit into 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge;

impl TooLarge {
    /// The same for a person.
    pub const MESSAGE: Texts = ["The sum is too large.", "Die Summe ist zu groß.", "Summan är för stor."];
}

impl Display for TooLarge {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(Self::MESSAGE[0])
    }
}

impl Error for TooLarge {}

/// A sum of 128 bits as an amount.
pub fn fitting(sum: i128) -> Result<i64, TooLarge> {
    i64::try_from(sum).map_err(|_| TooLarge)
}

/// The VAT on a base in minor units. The rate is in hundredths of a percent.
pub fn vat_on(base_minor: i64, basis_points: i32) -> Result<i64, TooLarge> {
    fitting(round_div(i128::from(base_minor) * i128::from(basis_points), 10_000))
}

/// The net sums of lines by group.
pub fn bases(lines: impl IntoIterator<Item = (Group, i64)>) -> Result<BTreeMap<Group, i64>, TooLarge> {
    let mut sums: BTreeMap<Group, i128> = BTreeMap::new();
    for (group, net_minor) in lines {
        *sums.entry(group).or_default() += i128::from(net_minor);
    }
    sums.into_iter().map(|(group, sum)| Ok((group, fitting(sum)?))).collect()
}

impl Totals {
    /// The sums of groups.
    pub fn of_groups(groups: Vec<GroupSum>) -> Result<Self, TooLarge> {
        let net: i128 = groups.iter().map(|group| i128::from(group.base_minor)).sum();
        let vat: i128 = groups.iter().map(|group| i128::from(group.vat_minor)).sum();
        Ok(Self { groups, net_minor: fitting(net)?, vat_minor: fitting(vat)?, total_minor: fitting(net + vat)? })
    }
}

/// The sums of an invoice with these lines, each a group and a net amount in minor units.
pub fn add_up(lines: impl IntoIterator<Item = (Group, i64)>) -> Result<Totals, TooLarge> {
    let with_vat = |(group, base_minor): (Group, i64)| {
        Ok(GroupSum { group, base_minor, vat_minor: vat_on(base_minor, group.basis_points)? })
    };
    Totals::of_groups(bases(lines)?.into_iter().map(with_vat).collect::<Result<_, TooLarge>>()?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(basis_points: i32) -> Group {
        Group { category: Category::Standard, basis_points }
    }

    fn sums(lines: &[(i32, i64)]) -> (i64, i64, i64) {
        let totals = add_up(lines.iter().map(|(rate, net)| (at(*rate), *net))).unwrap();
        (totals.net_minor, totals.vat_minor, totals.total_minor)
    }

    #[test]
    fn vat_is_rounded_once_a_group_and_not_once_a_line() {
        // V1: each line alone would give 174.06.
        assert_eq!(sums(&[(2_500, 69_622), (2_500, 69_622)]), (139_244, 34_811, 174_055));
    }

    #[test]
    fn a_discount_counts_in_its_group() {
        // V3: 348.35 × 16 − 4 % at 22 %.
        assert_eq!(sums(&[(2_200, 34_835 * 16), (2_200, -22_294)]), (535_066, 117_715, 652_781));
    }

    #[test]
    fn the_lines_of_a_growing_subscription_add_up() {
        // V6: the lines of E3 at 25 %.
        assert_eq!(sums(&[(2_500, 100_000), (2_500, 35_484), (2_500, 11_613)]), (147_097, 36_774, 183_871));
    }

    #[test]
    fn groups_are_kept_apart_by_category_and_rate() {
        let exempt = Group { category: Category::Exempt, basis_points: 0 };
        let lines = [(at(2_500), 100), (exempt, 700), (at(1_200), 50), (at(2_500), -300)];
        let totals = add_up(lines).unwrap();
        let shown: Vec<_> = totals.groups.iter().map(|sum| (sum.group, sum.base_minor, sum.vat_minor)).collect();
        assert_eq!(shown, [(at(1_200), 50, 6), (at(2_500), -200, -50), (exempt, 700, 0)]);
        assert_eq!((totals.net_minor, totals.vat_minor, totals.total_minor), (550, -44, 506));
    }

    #[test]
    fn sums_beyond_64_bits_are_refused() {
        assert_eq!(add_up([(at(0), i64::MAX), (at(0), 1)]), Err(TooLarge));
        assert_eq!(add_up([(at(2_500), i64::MAX)]), Err(TooLarge));
        assert_eq!(vat_on(i64::MAX, 10_001), Err(TooLarge));
    }

    proptest! {
        #[test]
        fn the_order_of_lines_does_not_matter(mut lines in prop::collection::vec((0_i32..4, -10_000_i64..100_000), 1..20)) {
            let before = add_up(lines.iter().map(|(rate, net)| (at(rate * 600), *net)));
            lines.reverse();
            prop_assert_eq!(before, add_up(lines.iter().map(|(rate, net)| (at(rate * 600), *net))));
        }
    }
}
