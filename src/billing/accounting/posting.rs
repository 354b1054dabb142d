//! What an invoice, a credit note, a payment or a refund does to the accounts. Pure functions.

use chrono::NaiveDate;

use super::plan::AccountPlan;
use super::voucher::{PostingError, Stated, Voucher, VoucherKind};
use crate::billing::exchange::Rate;
use crate::billing::vat::sums::{Group, GroupSum};

/// A line of a document, as far as accounts depend on it.
#[derive(Clone, Copy, Debug)]
pub struct RevenueLine<'a> {
    /// The revenue key of the product. It can be empty.
    pub revenue_key: &'a str,
    /// The category and rate.
    pub group: Group,
    /// The net amount in minor units, with the sign that it has on the document.
    pub net_minor: i64,
}

/// An invoice or a credit note.
#[derive(Clone, Debug)]
pub struct Document<'a> {
    /// Whether it is a credit note, whose amounts are positive.
    pub is_credit_note: bool,
    /// Its number.
    pub number: &'a str,
    /// The day of issue.
    pub issued_on: NaiveDate,
    /// ISO 4217.
    pub currency: &'a str,
    /// What people read, for example the name of the buyer.
    pub text: &'a str,
    /// Whether its VAT belongs to another member state than the issuer's.
    pub is_taxed_abroad: bool,
    /// Its lines.
    pub lines: &'a [RevenueLine<'a>],
    /// Its VAT by group.
    pub vat: &'a [GroupSum],
    /// The rate to the currency of the accounting that the document keeps.
    pub rate: Option<Rate>,
    /// The VAT in that currency, in minor units, with the sign that it has on the document.
    pub accounting_vat_minor: Option<i64>,
}

/// The voucher of a document: the customer owes the total, revenue by account, VAT by rate. A credit note is the reverse.
pub fn of_document(plan: &AccountPlan, document: &Document<'_>) -> Result<Voucher, PostingError> {
    let sign: i128 = if document.is_credit_note { -1 } else { 1 };
    let mut amounts = vec![(plan.receivable.number.clone(), 0)];
    for line in document.lines {
        let account = plan.revenue_account(line.revenue_key, line.group, document.is_taxed_abroad);
        let account = account.ok_or_else(|| PostingError::NoRevenueAccount {
            revenue_key: line.revenue_key.to_owned(),
            group: line.group,
        })?;
        amounts.push((account.number.clone(), -sign * i128::from(line.net_minor)));
    }
    let mut vat_accounts = Vec::new();
    for sum in document.vat.iter().filter(|sum| sum.vat_minor != 0) {
        let rate = sum.group.basis_points;
        let account = plan.vat_account(rate, document.is_taxed_abroad).ok_or(PostingError::NoVatAccount(rate))?;
        amounts.push((account.number.clone(), -sign * i128::from(sum.vat_minor)));
        vat_accounts.push(account.number.clone());
    }
    let bases: i128 = document.vat.iter().map(|sum| i128::from(sum.base_minor)).sum();
    let nets: i128 = document.lines.iter().map(|line| i128::from(line.net_minor)).sum();
    if bases != nets {
        return Err(PostingError::NotZero(nets - bases));
    }
    amounts[0].1 = -amounts.iter().map(|(_, amount)| amount).sum::<i128>();
    let kind = if document.is_credit_note { VoucherKind::CreditNote } else { VoucherKind::Invoice };
    let voucher = Voucher::new(kind, (document.number, document.issued_on), document.text, document.currency, amounts)?;
    let signed = |minor: i64| if document.is_credit_note { minor } else { minor.saturating_neg() };
    let vat_minor = document.accounting_vat_minor.map(signed);
    Ok(voucher.stating(document.rate.clone().map(|rate| Stated { rate, vat_minor, vat_accounts })))
}

/// Money that moves: a payment, its return, a use of a balance, or a refund.
#[derive(Clone, Copy, Debug)]
pub struct Movement<'a> {
    /// The reference of the bank or of the operator.
    pub number: &'a str,
    /// The business day.
    pub day: NaiveDate,
    /// ISO 4217.
    pub currency: &'a str,
    /// What people read.
    pub text: &'a str,
    /// The amount in minor units, not negative.
    pub amount_minor: i64,
    /// The part of it that concerns invoices or credit notes. The rest concerns the balance of the customer.
    pub receivable_minor: i64,
}

impl Movement<'_> {
    /// A voucher of shares of the amount: bank, receivable, balance, each with a sign.
    fn voucher(&self, plan: &AccountPlan, kind: VoucherKind, sign: i128) -> Result<Voucher, PostingError> {
        if !(0..=self.amount_minor).contains(&self.receivable_minor) {
            return Err(PostingError::NotAPart);
        }
        let (amount, receivable) = (i128::from(self.amount_minor), i128::from(self.receivable_minor));
        let amounts = [
            (plan.bank.number.clone(), sign * amount),
            (plan.receivable.number.clone(), -sign * receivable),
            (plan.prepaid.number.clone(), -sign * (amount - receivable)),
        ];
        Voucher::new(kind, (self.number, self.day), self.text, self.currency, amounts)
    }
}

/// A payment: what is for invoices settles them, the rest is the customer's balance.
pub fn of_payment(plan: &AccountPlan, payment: &Movement<'_>) -> Result<Voucher, PostingError> {
    payment.voucher(plan, VoucherKind::Payment, 1)
}

/// The bank took a payment back: invoices are open again, and what was balance is gone.
pub fn of_returned_payment(plan: &AccountPlan, payment: &Movement<'_>) -> Result<Voucher, PostingError> {
    payment.voucher(plan, VoucherKind::ReturnedPayment, -1)
}

/// A refund: what comes of credit notes was a debt on the receivable, the rest was the balance.
pub fn of_refund(plan: &AccountPlan, refund: &Movement<'_>) -> Result<Voucher, PostingError> {
    refund.voucher(plan, VoucherKind::Refund, -1)
}

/// The balance that came of payments settles an invoice. The amount counts, nothing moves at the bank.
pub fn of_balance_use(plan: &AccountPlan, movement: &Movement<'_>) -> Result<Voucher, PostingError> {
    let amount = i128::from(movement.amount_minor);
    if amount < 0 {
        return Err(PostingError::NotAPart);
    }
    let amounts = [(plan.prepaid.number.clone(), amount), (plan.receivable.number.clone(), -amount)];
    let Movement { number, day, currency, text, .. } = *movement;
    Voucher::new(VoucherKind::BalanceUse, (number, day), text, currency, amounts)
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::billing::vat::rules::Category;
    use crate::billing::vat::sums::add_up;

    fn day() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, 31).unwrap()
    }

    fn at(category: Category, basis_points: i32) -> Group {
        Group { category, basis_points }
    }

    /// An invoice or credit note over these lines.
    pub fn document(plan: &AccountPlan, is_credit_note: bool, lines: &[(Group, i64)]) -> Result<Voucher, PostingError> {
        let totals = add_up(lines.iter().copied()).unwrap();
        let lines: Vec<_> = lines
            .iter()
            .map(|(group, net_minor)| RevenueLine { revenue_key: "", group: *group, net_minor: *net_minor })
            .collect();
        let document = Document {
            is_credit_note,
            number: "2026-000001",
            issued_on: day(),
            currency: "SEK",
            text: "Räksmörgås \"Åre\" AB",
            is_taxed_abroad: false,
            lines: &lines,
            vat: &totals.groups,
            rate: None,
            accounting_vat_minor: None,
        };
        of_document(plan, &document)
    }

    fn rate_to(to: &str, numerator: i64, denominator: i64) -> Rate {
        let (from, to) = ("SEK".to_owned(), to.to_owned());
        Rate { from, to, numerator, denominator, day: day(), source: "ECB".to_owned(), is_via_euro: false }
    }

    /// A payment of an amount, of which a part is for invoices.
    pub fn movement(amount_minor: i64, receivable_minor: i64) -> Movement<'static> {
        Movement { number: "B-17", day: day(), currency: "SEK", text: "Bankgiro", amount_minor, receivable_minor }
    }

    fn shown(voucher: &Voucher) -> Vec<(&str, i64)> {
        voucher.postings().iter().map(|posting| (posting.account.as_str(), posting.amount_minor)).collect()
    }

    #[test]
    fn an_invoice_is_owed_by_the_customer_and_split_into_revenue_and_vat() {
        let plan = AccountPlan::bas();
        let standard = at(Category::Standard, 2_500);
        let lines =
            [(standard, 100_000), (standard, 35_484), (standard, 11_613), (at(Category::Standard, 600), 10_000)];
        let invoice = document(&plan, false, &lines).unwrap();
        let expected = [("1510", 194_471), ("3001", -147_097), ("3003", -10_000), ("2631", -600), ("2611", -36_774)];
        assert_eq!(shown(&invoice), expected);
    }

    #[test]
    fn a_credit_note_is_the_reverse_of_its_invoice() {
        let plan = AccountPlan::bas();
        let lines = [(at(Category::Standard, 2_500), 9_990)];
        let (invoice, credit) = (document(&plan, false, &lines).unwrap(), document(&plan, true, &lines).unwrap());
        for (one, other) in invoice.postings().iter().zip(credit.postings()) {
            assert_eq!((&one.account, one.amount_minor), (&other.account, -other.amount_minor));
        }
        assert_eq!(credit.kind(), VoucherKind::CreditNote);
    }

    #[test]
    fn reverse_charge_and_sales_outside_the_eu_have_no_vat() {
        let plan = AccountPlan::bas();
        for (category, account) in [(Category::ReverseCharge, "3308"), (Category::OutsideScope, "3305")] {
            let invoice = document(&plan, false, &[(at(category, 0), 5_000)]).unwrap();
            assert_eq!(shown(&invoice), [("1510", 5_000), (account, -5_000)]);
        }
    }

    #[test]
    fn a_payment_settles_invoices_and_leaves_the_rest_as_balance() {
        let plan = AccountPlan::bas();
        let voucher = of_payment(&plan, &movement(10_500, 10_000)).unwrap();
        assert_eq!(shown(&voucher), [("1930", 10_500), ("1510", -10_000), ("2420", -500)]);
        let returned = of_returned_payment(&plan, &movement(10_500, 10_000)).unwrap();
        assert_eq!(shown(&returned), [("1930", -10_500), ("1510", 10_000), ("2420", 500)]);
        let used = of_balance_use(&plan, &movement(500, 0)).unwrap();
        assert_eq!(shown(&used), [("2420", 500), ("1510", -500)]);
        let refund = of_refund(&plan, &movement(500, 200)).unwrap();
        assert_eq!(shown(&refund), [("1930", -500), ("1510", 200), ("2420", 300)]);
        assert_eq!(of_payment(&plan, &movement(500, 501)), Err(PostingError::NotAPart));
        assert_eq!(of_payment(&plan, &movement(500, -1)), Err(PostingError::NotAPart));
        assert_eq!(of_payment(&plan, &movement(0, 0)), Err(PostingError::Empty));
    }

    #[test]
    fn what_does_not_sum_to_zero_cannot_be_a_voucher() {
        let amounts = |second| [("1930".to_owned(), 100), ("1510".to_owned(), second)];
        let voucher = |second| Voucher::new(VoucherKind::Payment, ("1", day()), "", "SEK", amounts(second));
        assert_eq!(voucher(-99), Err(PostingError::NotZero(1)));
        assert!(voucher(-100).is_ok());
    }

    #[test]
    fn vat_that_is_not_of_these_lines_is_refused() {
        let group = at(Category::Standard, 2_500);
        let vat = [GroupSum { group, base_minor: 99, vat_minor: 25 }];
        let lines = [RevenueLine { revenue_key: "", group, net_minor: 100 }];
        let document = Document {
            is_credit_note: false,
            number: "1",
            issued_on: day(),
            currency: "SEK",
            rate: None,
            accounting_vat_minor: None,
            text: "",
            is_taxed_abroad: false,
            lines: &lines,
            vat: &vat,
        };
        assert_eq!(of_document(&AccountPlan::bas(), &document), Err(PostingError::NotZero(1)));
    }

    #[test]
    fn missing_accounts_are_named() {
        let plan = AccountPlan::bas();
        let german = at(Category::Standard, 1_900);
        let missing = PostingError::NoRevenueAccount { revenue_key: String::new(), group: german };
        assert_eq!(document(&plan, false, &[(german, 100)]), Err(missing));
        let no_vat = AccountPlan { vat: Vec::new(), ..plan };
        assert_eq!(
            document(&no_vat, false, &[(at(Category::Standard, 2_500), 100)]),
            Err(PostingError::NoVatAccount(2_500))
        );
    }

    #[test]
    fn another_currency_is_rounded_and_still_sums_to_zero() {
        let plan = AccountPlan::bas();
        let invoice =
            document(&plan, false, &[(at(Category::Standard, 2_500), 333), (at(Category::Standard, 600), 333)])
                .unwrap();
        let converted = invoice.in_currency(&rate_to("EUR", 112_345, 10_000)).unwrap();
        assert_eq!(converted.postings().iter().map(|posting| posting.amount_minor).sum::<i64>(), 0);
        assert_eq!(shown(&converted)[1], ("3001", -3_741));
    }

    #[test]
    fn a_document_keeps_its_rate_and_the_vat_that_it_states() {
        let plan = AccountPlan::bas();
        let lines = [(at(Category::Standard, 2_500), 333), (at(Category::Standard, 600), 333)];
        let groups = add_up(lines).unwrap().groups;
        let lines = lines.map(|(group, net_minor)| RevenueLine { revenue_key: "", group, net_minor });
        let stated = |is_credit_note| Document {
            is_credit_note,
            number: "1",
            issued_on: day(),
            currency: "SEK",
            text: "",
            is_taxed_abroad: false,
            lines: &lines,
            vat: &groups,
            rate: Some(rate_to("EUR", 112_345, 10_000)),
            // One by one, 0.83 and 0.20 are 9.32 + 2.25 = 11.57. The document says otherwise.
            accounting_vat_minor: Some(1_158),
        };
        for is_credit_note in [false, true] {
            let voucher = of_document(&plan, &stated(is_credit_note)).unwrap();
            assert_eq!(voucher.stated_rate("USD"), None);
            let converted = voucher.in_currency(voucher.stated_rate("EUR").unwrap()).unwrap();
            let sum = |is_vat: bool| {
                let of = |account: &str| account.starts_with("26") == is_vat;
                converted.postings().iter().filter(|one| of(&one.account)).map(|one| one.amount_minor).sum::<i64>()
            };
            let vat = if is_credit_note { 1_158 } else { -1_158 };
            assert_eq!((sum(true), sum(false)), (vat, -vat));
            // At another rate nothing is stated.
            let other = voucher.in_currency(&rate_to("EUR", 10, 1)).unwrap();
            assert_eq!(other.postings().iter().map(|one| one.amount_minor).sum::<i64>(), 0);
        }
    }

    proptest! {
        #[test]
        fn every_voucher_sums_to_zero_in_every_currency(
            lines in prop::collection::vec((0_usize..4, -5_000_i64..50_000), 1..8),
            rate in 1_i64..200_000,
        ) {
            let groups = [(Category::Standard, 2_500), (Category::Standard, 600), (Category::Exempt, 0), (Category::ReverseCharge, 0)];
            let lines: Vec<_> = lines.into_iter().map(|(index, net)| (at(groups[index].0, groups[index].1), net)).collect();
            if let Ok(voucher) = document(&AccountPlan::bas(), false, &lines) {
                let sum = |voucher: &Voucher| voucher.postings().iter().map(|posting| posting.amount_minor).sum::<i64>();
                prop_assert_eq!(sum(&voucher), 0);
                match voucher.in_currency(&rate_to("EUR", rate, 10_000)) {
                    Ok(converted) => prop_assert_eq!(sum(&converted), 0),
                    // All amounts can be rounded to zero.
                    Err(error) => prop_assert_eq!(error, PostingError::Empty),
                }
            }
        }
    }
}
