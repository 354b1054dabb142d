//! What a credit note takes back from its invoice. Pure functions.
//!
//! Credits are cumulative: the VAT of a credit note is the VAT on what was left before it, minus the VAT on what is left
//! after it. So the credit notes of an invoice add up to its VAT exactly, in whatever parts it is credited.
//!
//! An amount has the sign of its line. The line of a discount is negative, and so is what is credited of it.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::{self, Display, Formatter};

use crate::billing::vat::sums::{Group, GroupSum, TooLarge, Totals, bases, vat_on};

/// A line of the invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvoicedLine {
    /// Its category and rate on the invoice. They hold for credits too, whatever the rate is now.
    pub group: Group,
    /// Its net amount in minor units. Negative for a discount.
    pub net_minor: i64,
    /// What earlier credit notes took back, in minor units with the sign of the line.
    pub credited_minor: i64,
}

impl InvoicedLine {
    /// What can still be credited, with the sign of the line.
    pub const fn left_minor(&self) -> i64 {
        self.net_minor - self.credited_minor
    }
}

/// How much of a line is credited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// All that is left.
    Whole,
    /// So much, in minor units with the sign of the line.
    Minor(i64),
}

/// A line that is credited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CreditedLine {
    /// The index of the invoice's line.
    pub line: usize,
    /// The net amount in minor units, with the sign of the invoice's line.
    pub net_minor: i64,
}

/// What a credit note says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credit {
    /// Its lines in the order of the request.
    pub lines: Vec<CreditedLine>,
    /// The sums. Groups that are not credited are missing.
    pub totals: Totals,
}

/// Why a credit note is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreditError {
    /// The line has less left than that. (OVER_CREDIT)
    OverCredit {
        /// The index of the invoice's line.
        line: usize,
        /// What is left of it in minor units.
        left_minor: i64,
    },
    /// What is left of the invoice would be negative, because only discounts are left. (OVER_CREDIT)
    DiscountLeft {
        /// What would be left with VAT, in minor units.
        left_minor: i64,
    },
    /// The credit note would make the buyer pay more: it credits discounts alone.
    NotACredit,
    /// The amount has not the sign of its line, or is zero.
    WrongSign {
        /// The index of the invoice's line.
        line: usize,
    },
    /// The invoice has no such line.
    UnknownLine {
        /// The index that was asked for.
        line: usize,
    },
    /// The line is named twice.
    Repeated {
        /// The index of the invoice's line.
        line: usize,
    },
    /// Nothing is credited.
    Empty,
    /// A sum does not fit into 64 bits.
    TooLarge,
}

impl Display for CreditError {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        self.message().fmt(formatter)
    }
}

impl Error for CreditError {}

impl From<TooLarge> for CreditError {
    fn from(_: TooLarge) -> Self {
        Self::TooLarge
    }
}

/// The net amount that a request takes from a line.
fn amount_of(line: usize, invoiced: &InvoicedLine, amount: Amount) -> Result<i64, CreditError> {
    let left_minor = invoiced.left_minor();
    match amount {
        Amount::Whole => Ok(left_minor),
        Amount::Minor(minor) if minor == 0 || minor.signum() != invoiced.net_minor.signum() => {
            Err(CreditError::WrongSign { line })
        }
        Amount::Minor(minor) if minor.unsigned_abs() > left_minor.unsigned_abs() => {
            Err(CreditError::OverCredit { line, left_minor })
        }
        Amount::Minor(minor) => Ok(minor),
    }
}

/// The net and VAT that are left of each group.
fn left_by_group(lines: &[InvoicedLine]) -> Result<BTreeMap<Group, (i64, i64)>, TooLarge> {
    let left = bases(lines.iter().map(|line| (line.group, line.left_minor())))?;
    left.into_iter().map(|(group, base)| Ok((group, (base, vat_on(base, group.basis_points)?)))).collect()
}

/// The credit note for a request: which lines of the invoice, by index, and how much of each.
pub fn credit(invoice: &[InvoicedLine], request: &[(usize, Amount)]) -> Result<Credit, CreditError> {
    let mut after = invoice.to_vec();
    let mut lines = Vec::with_capacity(request.len());
    for (index, (line, amount)) in request.iter().copied().enumerate() {
        let invoiced = invoice.get(line).ok_or(CreditError::UnknownLine { line })?;
        if request[..index].iter().any(|(earlier, _)| *earlier == line) {
            return Err(CreditError::Repeated { line });
        }
        let net_minor = amount_of(line, invoiced, amount)?;
        if net_minor != 0 {
            after[line].credited_minor += net_minor;
            lines.push(CreditedLine { line, net_minor });
        }
    }
    if lines.is_empty() {
        return Err(CreditError::Empty);
    }
    let (left_before, left_after) = (left_by_group(invoice)?, left_by_group(&after)?);
    let is_credited = |group: &Group| lines.iter().any(|credited| invoice[credited.line].group == *group);
    let sum_of = |(group, (base, vat)): (&Group, &(i64, i64))| {
        let (base_after, vat_after) = left_after.get(group).copied().unwrap_or_default();
        GroupSum { group: *group, base_minor: base - base_after, vat_minor: vat - vat_after }
    };
    let groups = left_before.iter().filter(|(group, _)| is_credited(group)).map(sum_of).collect();
    let totals = Totals::of_groups(groups)?;
    if totals.total_minor < 0 || totals.net_minor < 0 {
        return Err(CreditError::NotACredit);
    }
    let left: i128 = left_after.values().map(|(base, vat)| i128::from(*base) + i128::from(*vat)).sum();
    if left < 0 {
        let left_minor = i64::try_from(left).map_err(|_| CreditError::TooLarge)?;
        return Err(CreditError::DiscountLeft { left_minor });
    }
    Ok(Credit { lines, totals })
}

/// The credit note that takes these net amounts off lines, each by its index, in minor units. If the discounts of the invoice
/// would then be more than the rest, as much of them as that is taken back too.
pub fn correct(invoice: &[InvoicedLine], mut amounts: BTreeMap<usize, i64>) -> Result<Credit, CreditError> {
    loop {
        let request: Vec<(usize, Amount)> =
            amounts.iter().map(|(line, minor)| (*line, Amount::Minor(*minor))).collect();
        let left_minor = match credit(invoice, &request) {
            Err(CreditError::DiscountLeft { left_minor }) => left_minor,
            made => return made,
        };
        let left_of = |line: usize| invoice[line].left_minor() - amounts.get(&line).copied().unwrap_or_default();
        let discount = (0..invoice.len()).find(|line| left_of(*line) < 0);
        let line = discount.ok_or(CreditError::DiscountLeft { left_minor })?;
        // The amount that is left has VAT in it, and a discount has not.
        let with_vat = 10_000 + i128::from(invoice[line].group.basis_points);
        let needed = (-i128::from(left_minor) * 10_000 + with_vat - 1) / with_vat;
        let taken = i64::try_from(needed).unwrap_or(i64::MAX).max(1).min(left_of(line).saturating_neg());
        *amounts.entry(line).or_default() -= taken;
    }
}

/// The credit note that voids an invoice: all that is left of each line.
pub fn void(invoice: &[InvoicedLine]) -> Result<Credit, CreditError> {
    credit(invoice, &(0..invoice.len()).map(|line| (line, Amount::Whole)).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::billing::vat::rules::Category;
    use crate::billing::vat::sums::add_up;

    fn line(basis_points: i32, net_minor: i64) -> InvoicedLine {
        let group = Group { category: Category::Standard, basis_points };
        InvoicedLine { group, net_minor, credited_minor: 0 }
    }

    fn apply(invoice: &mut [InvoicedLine], credit: &Credit) {
        for credited in &credit.lines {
            invoice[credited.line].credited_minor += credited.net_minor;
        }
    }

    #[test]
    fn three_thirds_take_back_the_vat_of_the_whole() {
        // V4: 99.90 at 25 %.
        let mut invoice = [line(2_500, 9_990)];
        let mut vat = Vec::new();
        for _ in 0..3 {
            let third = credit(&invoice, &[(0, Amount::Minor(3_330))]).unwrap();
            vat.push(third.totals.vat_minor);
            apply(&mut invoice, &third);
        }
        assert_eq!(vat, [833, 832, 833]);
        assert_eq!(vat.iter().sum::<i64>(), add_up([(invoice[0].group, 9_990)]).unwrap().vat_minor);
        assert_eq!(void(&invoice), Err(CreditError::Empty));
    }

    #[test]
    fn more_than_what_is_left_is_refused() {
        let mut invoice = [line(2_500, 10_000), line(2_500, 5_000)];
        let first = credit(&invoice, &[(0, Amount::Minor(4_000))]).unwrap();
        apply(&mut invoice, &first);
        assert_eq!(
            credit(&invoice, &[(0, Amount::Minor(6_001))]),
            Err(CreditError::OverCredit { line: 0, left_minor: 6_000 })
        );
        let rest = credit(&invoice, &[(0, Amount::Minor(6_000))]).unwrap();
        assert_eq!((rest.totals.net_minor, rest.totals.vat_minor), (6_000, 1_500));
    }

    #[test]
    fn voiding_takes_what_is_left_of_lines_and_discounts() {
        let mut invoice = [line(2_500, 10_000), line(2_500, -1_000), line(1_200, 3_333)];
        let whole = add_up(invoice.iter().map(|line| (line.group, line.net_minor))).unwrap();
        assert_eq!(void(&invoice).unwrap().totals, whole);
        let part = credit(&invoice, &[(0, Amount::Minor(2_501)), (2, Amount::Minor(1))]).unwrap();
        apply(&mut invoice, &part);
        let rest = void(&invoice).unwrap();
        assert_eq!(part.totals.total_minor + rest.totals.total_minor, whole.total_minor);
        assert_eq!(rest.lines[1], CreditedLine { line: 1, net_minor: -1_000 });
    }

    #[test]
    fn a_discount_is_credited_together_with_what_it_discounts() {
        let invoice = [line(2_500, 10_000), line(2_500, -2_000)];
        // The whole first line without its discount would give back more than was paid.
        assert_eq!(credit(&invoice, &[(0, Amount::Whole)]), Err(CreditError::DiscountLeft { left_minor: -2_500 }));
        assert_eq!(credit(&invoice, &[(1, Amount::Whole)]), Err(CreditError::NotACredit));
        let half = credit(&invoice, &[(0, Amount::Minor(5_000)), (1, Amount::Minor(-1_000))]).unwrap();
        assert_eq!((half.totals.net_minor, half.totals.vat_minor, half.totals.total_minor), (4_000, 1_000, 5_000));
    }

    #[test]
    fn a_correction_takes_back_as_much_of_a_discount_as_it_must() {
        // A seat of 120.00 with 50.00 off: 118.68 of the seat go, and 48.68 of the discount.
        let invoice = [line(2_500, 12_000), line(2_500, -5_000)];
        let taken = correct(&invoice, BTreeMap::from([(0, 11_868)])).unwrap();
        assert_eq!(taken.lines[1], CreditedLine { line: 1, net_minor: -4_868 });
        assert_eq!((taken.totals.net_minor, taken.totals.vat_minor), (7_000, 1_750));
        // What leaves enough for the discount takes nothing of it.
        assert_eq!(correct(&invoice, BTreeMap::from([(0, 7_000)])).unwrap().lines.len(), 1);
        assert_eq!(
            correct(&invoice, BTreeMap::from([(0, 12_001)])),
            Err(CreditError::OverCredit { line: 0, left_minor: 12_000 })
        );
    }

    #[test]
    fn amounts_need_the_sign_of_their_line() {
        let invoice = [line(2_500, 10_000), line(2_500, -2_000), line(2_500, 0)];
        for (index, amount) in [(0, -1), (0, 0), (1, 1), (1, 0), (2, 1), (2, -1), (0, i64::MIN)] {
            assert_eq!(
                credit(&invoice, &[(index, Amount::Minor(amount))]),
                Err(CreditError::WrongSign { line: index }),
                "{index} {amount}"
            );
        }
        assert_eq!(
            credit(&invoice, &[(1, Amount::Minor(-2_001))]),
            Err(CreditError::OverCredit { line: 1, left_minor: -2_000 })
        );
    }

    #[test]
    fn unknown_and_repeated_lines_are_refused() {
        let invoice = [line(2_500, 10_000)];
        assert_eq!(credit(&invoice, &[(1, Amount::Whole)]), Err(CreditError::UnknownLine { line: 1 }));
        let twice = [(0, Amount::Minor(1)), (0, Amount::Minor(1))];
        assert_eq!(credit(&invoice, &twice), Err(CreditError::Repeated { line: 0 }));
        assert_eq!(credit(&invoice, &[]), Err(CreditError::Empty));
    }

    #[test]
    fn groups_that_are_not_credited_stay_off_the_credit_note() {
        let invoice = [line(2_500, 10_000), line(1_200, 10_000)];
        let credit = credit(&invoice, &[(1, Amount::Whole)]).unwrap();
        assert_eq!(credit.totals.groups.len(), 1);
        assert_eq!(credit.totals.groups[0].vat_minor, 1_200);
    }

    proptest! {
        /// However an invoice is credited, its credit notes add up to it once nothing is left.
        #[test]
        fn credit_notes_add_up_to_the_invoice(
            nets in prop::collection::vec((0_i32..3, 1_i64..50_000), 1..5),
            parts in prop::collection::vec((0_usize..5, 1_i64..20_000), 0..12),
        ) {
            let mut invoice: Vec<_> = nets.iter().map(|(rate, net)| line(rate * 1_225, *net)).collect();
            let whole = add_up(invoice.iter().map(|line| (line.group, line.net_minor))).unwrap();
            let mut sum = (0, 0, 0);
            let mut add = |invoice: &mut Vec<InvoicedLine>, credit: Credit| {
                sum.0 += credit.totals.net_minor;
                sum.1 += credit.totals.vat_minor;
                sum.2 += credit.totals.total_minor;
                apply(invoice, &credit);
            };
            for (index, amount) in parts {
                if let Ok(part) = credit(&invoice, &[(index, Amount::Minor(amount))]) {
                    add(&mut invoice, part);
                }
            }
            if let Ok(rest) = void(&invoice) {
                add(&mut invoice, rest);
            }
            prop_assert!(invoice.iter().all(|line| line.left_minor() == 0));
            prop_assert_eq!(sum, (whole.net_minor, whole.vat_minor, whole.total_minor));
        }
    }
}
