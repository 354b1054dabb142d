//! Which account an amount goes to. The operator sets the plan with `tenantry accounting`; two usual ones are here.

use serde::{Deserialize, Serialize};

use crate::billing::vat::rules::{Category, code};
use crate::billing::vat::sums::Group;

/// An account of the bookkeeping.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its number.
    pub number: String,
    /// Its name.
    pub name: String,
}

/// Where revenue goes. What is not given fits everything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevenueAccount {
    /// Only for products with this revenue key.
    #[serde(default)]
    pub revenue_key: Option<String>,
    /// Only for this VAT category: a code of UNTDID 5305.
    #[serde(default)]
    pub category: Option<String>,
    /// Only for this rate, in hundredths of a percent.
    #[serde(default)]
    pub basis_points: Option<i32>,
    /// Only for VAT of another member state, or only for the issuer's.
    #[serde(default)]
    pub is_taxed_abroad: Option<bool>,
    /// The account.
    pub account: Account,
}

/// Where VAT goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VatAccount {
    /// Only for this rate, in hundredths of a percent.
    #[serde(default)]
    pub basis_points: Option<i32>,
    /// Whether it is for VAT of other member states (One Stop Shop) or for the issuer's.
    #[serde(default)]
    pub is_taxed_abroad: bool,
    /// The account.
    pub account: Account,
}

/// The accounts of an issuer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountPlan {
    /// What customers owe.
    pub receivable: Account,
    /// The bank.
    pub bank: Account,
    /// What customers paid without an invoice: their balance.
    pub prepaid: Account,
    /// Revenue. The entry with the most conditions that all fit counts, and the first of equals.
    pub revenue: Vec<RevenueAccount>,
    /// VAT, found in the same way.
    pub vat: Vec<VatAccount>,
    /// Accounts for which the receiving program computes VAT by itself although it is posted apart. Files switch that off.
    #[serde(default)]
    pub automatic: Vec<String>,
}

/// An entry of a list: its conditions as (given, fits), and its account.
fn most_fitting<'a>(entries: impl Iterator<Item = (Vec<Option<bool>>, &'a Account)>) -> Option<&'a Account> {
    let mut best: Option<(usize, &Account)> = None;
    for (conditions, account) in entries {
        let given = conditions.iter().flatten().count();
        let does_fit = conditions.iter().flatten().all(|fits| *fits);
        if does_fit && best.is_none_or(|(most, _)| given > most) {
            best = Some((given, account));
        }
    }
    best.map(|(_, account)| account)
}

impl AccountPlan {
    /// The account for revenue. None if the plan has none that fits.
    pub fn revenue_account(&self, revenue_key: &str, group: Group, is_taxed_abroad: bool) -> Option<&Account> {
        most_fitting(self.revenue.iter().map(|entry| {
            let conditions = vec![
                entry.revenue_key.as_ref().map(|key| key == revenue_key),
                entry.category.as_deref().map(|known| known == code(group.category)),
                entry.basis_points.map(|rate| rate == group.basis_points),
                entry.is_taxed_abroad.map(|abroad| abroad == is_taxed_abroad),
            ];
            (conditions, &entry.account)
        }))
    }

    /// The account for VAT. None if the plan has none that fits.
    pub fn vat_account(&self, basis_points: i32, is_taxed_abroad: bool) -> Option<&Account> {
        let entries = self.vat.iter().filter(|entry| entry.is_taxed_abroad == is_taxed_abroad);
        most_fitting(entries.map(|entry| (vec![entry.basis_points.map(|rate| rate == basis_points)], &entry.account)))
    }

    /// What is wrong with it, if anything.
    pub fn check(&self) -> Result<(), String> {
        let is_number =
            |number: &str| matches!(number.len(), 1..=8) && number.bytes().all(|digit| digit.is_ascii_digit());
        for account in self.accounts() {
            if !is_number(&account.number) || account.name.trim().is_empty() {
                return Err(format!(
                    "{:?} is no account: it needs a number of 1 to 8 digits and a name.",
                    account.number
                ));
            }
        }
        let known = [
            Category::Standard,
            Category::ZeroRated,
            Category::Exempt,
            Category::ReverseCharge,
            Category::OutsideScope,
        ];
        let is_known = |category: &String| known.iter().any(|one| code(*one) == category);
        let given: Vec<&String> = self.revenue.iter().filter_map(|entry| entry.category.as_ref()).collect();
        match given.into_iter().find(|category| !is_known(category)) {
            Some(wrong) => Err(format!("{wrong:?} is no VAT category. They are S, Z, E, AE and O.")),
            None => Ok(()),
        }
    }

    /// All accounts, each once, in the order of their numbers.
    pub fn accounts(&self) -> Vec<&Account> {
        let mut all: Vec<&Account> = [&self.receivable, &self.bank, &self.prepaid].into();
        all.extend(self.revenue.iter().map(|entry| &entry.account));
        all.extend(self.vat.iter().map(|entry| &entry.account));
        all.sort_by(|one, other| one.number.cmp(&other.number));
        all.dedup_by(|one, other| one.number == other.number);
        all
    }

    /// Accounts of the Swedish BAS plan.
    pub fn bas() -> Self {
        let standard = Some(Category::Standard);
        Self {
            receivable: account("1510", "Kundfordringar"),
            bank: account("1930", "Företagskonto"),
            prepaid: account("2420", "Förskott från kunder"),
            revenue: vec![
                revenue(standard, Some(2_500), Some(false), "3001", "Försäljning inom Sverige, 25 % moms"),
                revenue(standard, Some(1_200), Some(false), "3002", "Försäljning inom Sverige, 12 % moms"),
                revenue(standard, Some(600), Some(false), "3003", "Försäljning inom Sverige, 6 % moms"),
                revenue(Some(Category::ZeroRated), None, None, "3004", "Försäljning inom Sverige, momsfri"),
                revenue(Some(Category::Exempt), None, None, "3004", "Försäljning inom Sverige, momsfri"),
                revenue(Some(Category::ReverseCharge), None, None, "3308", "Försäljning tjänster till annat EU-land"),
                revenue(Some(Category::OutsideScope), None, None, "3305", "Försäljning tjänster till land utanför EU"),
                revenue(standard, None, Some(true), "3305", "Försäljning tjänster till land utanför EU"),
            ],
            vat: vec![
                vat(Some(2_500), false, "2611", "Utgående moms på försäljning inom Sverige, 25 %"),
                vat(Some(1_200), false, "2621", "Utgående moms på försäljning inom Sverige, 12 %"),
                vat(Some(600), false, "2631", "Utgående moms på försäljning inom Sverige, 6 %"),
                vat(None, true, "2670", "Utgående moms, OSS"),
            ],
            automatic: Vec::new(),
        }
    }

    /// Accounts of the German plan SKR03. 1410 is the account for receivables without customer accounts.
    pub fn skr03() -> Self {
        let standard = Some(Category::Standard);
        Self {
            receivable: account("1410", "Forderungen aus L+L ohne Kontokorrent"),
            bank: account("1200", "Bank"),
            prepaid: account("1710", "Erhaltene Anzahlungen"),
            revenue: vec![
                revenue(standard, Some(1_900), Some(false), "8400", "Erlöse 19 % USt"),
                revenue(standard, Some(700), Some(false), "8300", "Erlöse 7 % USt"),
                revenue(Some(Category::ZeroRated), None, None, "8200", "Erlöse"),
                revenue(Some(Category::Exempt), None, None, "8200", "Erlöse"),
                revenue(
                    Some(Category::ReverseCharge),
                    None,
                    None,
                    "8336",
                    "Erlöse EU, Leistungsempfänger schuldet USt",
                ),
                revenue(Some(Category::OutsideScope), None, None, "8338", "Erlöse Drittland, nicht steuerbar"),
                revenue(standard, None, Some(true), "8331", "Erlöse EU, elektronische Dienstleistungen"),
            ],
            vat: vec![
                vat(Some(1_900), false, "1776", "Umsatzsteuer 19 %"),
                vat(Some(700), false, "1771", "Umsatzsteuer 7 %"),
                vat(None, true, "1768", "Umsatzsteuer EU, elektronische Dienstleistungen"),
            ],
            automatic: ["8300", "8331", "8400"].map(str::to_owned).into(),
        }
    }
}

fn account(number: &str, name: &str) -> Account {
    Account { number: number.to_owned(), name: name.to_owned() }
}

fn revenue(
    category: Option<Category>,
    basis_points: Option<i32>,
    is_taxed_abroad: Option<bool>,
    number: &str,
    name: &str,
) -> RevenueAccount {
    let category = category.map(|category| code(category).to_owned());
    RevenueAccount { revenue_key: None, category, basis_points, is_taxed_abroad, account: account(number, name) }
}

fn vat(basis_points: Option<i32>, is_taxed_abroad: bool, number: &str, name: &str) -> VatAccount {
    VatAccount { basis_points, is_taxed_abroad, account: account(number, name) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(category: Category, basis_points: i32) -> Group {
        Group { category, basis_points }
    }

    #[test]
    fn the_entry_with_the_most_fitting_conditions_counts() {
        let mut plan = AccountPlan::bas();
        let number = |plan: &AccountPlan, key: &str, group, abroad| {
            plan.revenue_account(key, group, abroad).map(|account| account.number.clone())
        };
        let standard = at(Category::Standard, 2_500);
        assert_eq!(number(&plan, "seats", standard, false).as_deref(), Some("3001"));
        assert_eq!(number(&plan, "seats", at(Category::Standard, 1_900), true).as_deref(), Some("3305"));
        assert_eq!(number(&plan, "seats", at(Category::ReverseCharge, 0), false).as_deref(), Some("3308"));
        assert_eq!(number(&plan, "seats", at(Category::Standard, 1_900), false), None);
        let conditions = RevenueAccount { revenue_key: Some("seats".to_owned()), ..plan.revenue[0].clone() };
        plan.revenue.push(RevenueAccount { account: account("3011", "Licenser"), ..conditions });
        assert_eq!(number(&plan, "seats", standard, false).as_deref(), Some("3011"));
        assert_eq!(number(&plan, "hours", standard, false).as_deref(), Some("3001"));
        // Of two that fit equally well, the first one counts.
        plan.revenue.push(RevenueAccount { account: account("3012", "Licenser"), ..plan.revenue[8].clone() });
        assert_eq!(number(&plan, "seats", standard, false).as_deref(), Some("3011"));
    }

    #[test]
    fn vat_of_other_member_states_has_its_own_account() {
        let plan = AccountPlan::bas();
        assert_eq!(plan.vat_account(2_500, false).map(|account| account.number.as_str()), Some("2611"));
        assert_eq!(plan.vat_account(2_500, true).map(|account| account.number.as_str()), Some("2670"));
        assert_eq!(plan.vat_account(1_900, false), None);
    }

    #[test]
    fn each_account_is_listed_once() {
        let plan = AccountPlan::bas();
        let numbers: Vec<_> = plan.accounts().into_iter().map(|account| account.number.as_str()).collect();
        assert_eq!(
            numbers,
            ["1510", "1930", "2420", "2611", "2621", "2631", "2670", "3001", "3002", "3003", "3004", "3305", "3308"]
        );
    }

    #[test]
    fn a_plan_is_read_from_a_configuration() {
        let written = serde_json::to_string(&AccountPlan::skr03()).unwrap();
        assert_eq!(serde_json::from_str::<AccountPlan>(&written).unwrap(), AccountPlan::skr03());
        let short = r#"{"receivable":{"number":"1","name":"a"},"bank":{"number":"2","name":"b"},
            "prepaid":{"number":"3","name":"c"},"revenue":[{"account":{"number":"4","name":"d"}}],
            "vat":[{"account":{"number":"5","name":"e"}}]}"#;
        let plan: AccountPlan = serde_json::from_str(short).unwrap();
        assert!(plan.revenue_account("", at(Category::Exempt, 0), true).is_some());
        assert!(plan.vat_account(2_500, false).is_some());
    }
}
