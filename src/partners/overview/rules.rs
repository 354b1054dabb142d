//! Exact sums of money, by currency.

use std::collections::BTreeMap;

use async_graphql::Enum;
use serde::{Deserialize, Serialize};

use crate::access::Permission;
use crate::base::error::{Error, Result};
use crate::base::money::{Money, round_div};

/// A figure of an organisation, by the name that orders and columns of client lists use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize, Deserialize)]
#[graphql(name = "ClientFigure")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Figure {
    /// How many members it has.
    Members,
    /// How many subscriptions have not ended, including cancelled ones.
    Subscriptions,
    /// What the subscriptions that renew cost in a month.
    MonthlyRecurring,
    /// What is left to pay of its issued invoices, overdue or not.
    OpenAmount,
    /// What is left to pay of its invoices that are past their due date.
    OverdueAmount,
}

impl Figure {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Members, Self::Subscriptions, Self::MonthlyRecurring, Self::OpenAmount, Self::OverdueAmount];

    /// The permission at the organisation that shows it.
    pub const fn permission(self) -> Permission {
        match self {
            Self::Members => Permission::MemberRead,
            Self::Subscriptions | Self::MonthlyRecurring => Permission::SubscriptionRead,
            Self::OpenAmount | Self::OverdueAmount => Permission::InvoiceRead,
        }
    }

    /// Whether it is a sum of money, with an amount for each currency.
    pub const fn is_money(self) -> bool {
        matches!(self, Self::MonthlyRecurring | Self::OpenAmount | Self::OverdueAmount)
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Members => "MEMBERS",
            Self::Subscriptions => "SUBSCRIPTIONS",
            Self::MonthlyRecurring => "MONTHLY_RECURRING",
            Self::OpenAmount => "OPEN_AMOUNT",
            Self::OverdueAmount => "OVERDUE_AMOUNT",
        }
    }

    /// The figure with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|figure| figure.name() == name)
    }
}

/// Amounts by currency. A sum may be larger than 64 bits while it is added up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums(BTreeMap<String, i128>);

impl Sums {
    /// Adds an amount in minor units. No sum of stored amounts reaches the limit of 128 bits.
    pub fn add(&mut self, currency: &str, minor: i128) {
        if let Some(sum) = self.0.get_mut(currency) {
            *sum = sum.saturating_add(minor);
        } else {
            self.0.insert(currency.to_owned(), minor);
        }
    }

    /// The amounts in minor units, by currency.
    pub const fn minor(&self) -> &BTreeMap<String, i128> {
        &self.0
    }

    /// The amounts, ordered by currency.
    pub fn money(&self) -> Result<Vec<Money>> {
        self.0.iter().map(|(currency, minor)| Ok(Money::new(fitting(currency, *minor)?, currency))).collect()
    }
}

fn fitting(currency: &str, minor: i128) -> Result<i64> {
    i64::try_from(minor).map_err(|_| {
        Error::Conflict(format!("The amounts in {currency} add up to {minor} minor units, more than 64 bits hold."))
    })
}

/// The subscriptions of an organisation, or of several.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subscribed {
    /// How many have not ended.
    pub count: u64,
    /// What the renewing ones cost in twelve months.
    twelve_months: Sums,
}

impl Subscribed {
    /// Adds subscriptions that renew and cost this much for an interval.
    pub fn add(&mut self, currency: &str, minor: i128, is_yearly: bool) {
        self.twelve_months.add(currency, if is_yearly { minor } else { minor.saturating_mul(12) });
    }

    /// The cost of twelve months, which is exact.
    pub const fn twelve_months(&self) -> &Sums {
        &self.twelve_months
    }

    /// The cost of a month: yearly amounts count a twelfth. Each sum is rounded once, half away from zero.
    pub fn monthly(&self) -> Result<Vec<Money>> {
        let sums = self.twelve_months.0.iter();
        sums.map(|(currency, minor)| Ok(Money::new(fitting(currency, round_div(*minor, 12))?, currency))).collect()
    }
}

/// Open and overdue invoices: how many, and what is left to pay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Invoiced {
    /// All open invoices.
    pub open: (u64, Sums),
    /// The open invoices that are past their due date.
    pub overdue: (u64, Sums),
}

impl Invoiced {
    /// Adds open invoices: their count, and what is left to pay of them.
    pub fn add(&mut self, currency: &str, count: u64, minor: i128, is_overdue: bool) {
        let sums = [Some(&mut self.open), is_overdue.then_some(&mut self.overdue)];
        for (counted, amounts) in sums.into_iter().flatten() {
            *counted += count;
            amounts.add(currency, minor);
        }
    }
}

/// The seats of an organisation, or of several, as they were last counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seats {
    /// How many people could have one.
    pub granted: i64,
    /// How many people have one.
    pub assigned: i64,
    /// Of those, how many logged in within 30 days.
    pub active_30: i64,
    /// Of those, how many never logged in.
    pub never: i64,
}

/// Sums over the clients of a reseller that let the viewer see them.
#[derive(Clone, Debug, Default)]
pub struct Over<T> {
    /// How many clients the reseller has.
    pub of_clients: u64,
    /// How many of them are included.
    pub clients: u64,
    /// The sums.
    pub sums: T,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn annual_terms_are_rounded_together_and_not_one_by_one() {
        let mut subscribed = Subscribed::default();
        for _ in 0..12 {
            subscribed.add("SEK", 5, true);
        }
        subscribed.add("SEK", 100, false);
        subscribed.add("EUR", 6, true);
        assert_eq!(subscribed.monthly().unwrap(), [Money::new(1, "EUR"), Money::new(105, "SEK")]);
    }

    #[test]
    fn a_sum_beyond_64_bits_is_an_error_that_says_so() {
        let mut sums = Sums::default();
        sums.add("SEK", i128::from(i64::MAX));
        assert!(sums.money().is_ok());
        sums.add("SEK", 1);
        assert!(sums.money().unwrap_err().to_string().contains("SEK"));
    }

    proptest! {
        #[test]
        fn overdue_invoices_are_part_of_the_open_ones(rows in prop::collection::vec((any::<bool>(), 0..1_000_i64), 0..20)) {
            let mut invoiced = Invoiced::default();
            for (is_overdue, minor) in &rows {
                invoiced.add("SEK", 1, i128::from(*minor), *is_overdue);
            }
            prop_assert_eq!(invoiced.open.0, rows.len() as u64);
            prop_assert_eq!(invoiced.overdue.0, rows.iter().filter(|(is_overdue, _)| *is_overdue).count() as u64);
        }
    }
}
