//! A voucher: postings that sum to zero. One that does not cannot be made.
//!
//! A debit is positive and a credit is negative.

use std::error::Error;
use std::fmt::{self, Display, Formatter};

use chrono::NaiveDate;
use serde::Serialize;

use crate::base::message::Message;
use crate::billing::exchange::Rate;
use crate::billing::vat::rules::code;
use crate::billing::vat::sums::{Group, TooLarge, fitting};

/// What a voucher is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum VoucherKind {
    /// An invoice.
    Invoice,
    /// A credit note.
    CreditNote,
    /// A payment that came in.
    Payment,
    /// A payment that the bank took back.
    ReturnedPayment,
    /// The balance of a customer pays an invoice.
    BalanceUse,
    /// A payment back to the customer.
    Refund,
}

/// An amount on an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Posting {
    /// The number of the account.
    pub account: String,
    /// In minor units: positive is debit, negative is credit.
    pub amount_minor: i64,
}

/// Postings that belong together and sum to zero.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Voucher {
    kind: VoucherKind,
    number: String,
    day: NaiveDate,
    text: String,
    currency: String,
    postings: Vec<Posting>,
    #[serde(skip)]
    stated: Option<Stated>,
}

/// What a document says about its amounts in the currency of the accounting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated {
    /// The rate.
    pub rate: Rate,
    /// The sum of the postings of VAT in minor units, if it has VAT.
    pub vat_minor: Option<i64>,
    /// The accounts of these postings.
    pub vat_accounts: Vec<String>,
}

/// Why there is no voucher.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PostingError {
    /// The postings sum to this, in minor units.
    NotZero(i128),
    /// Nothing is posted.
    Empty,
    /// The plan has no account for this revenue.
    NoRevenueAccount {
        /// The revenue key of the product.
        revenue_key: String,
        /// The category and rate.
        group: Group,
    },
    /// The plan has no account for VAT of this rate.
    NoVatAccount(i32),
    /// An amount is negative, or a part is larger than the whole.
    NotAPart,
    /// A sum does not fit into 64 bits.
    TooLarge,
}

impl PostingError {
    /// The same for a person.
    pub fn message(&self) -> Message {
        let message = match self {
            Self::NotZero(sum) => [
                format!("The voucher sums to {sum} minor units."),
                format!("Die Summe des Belegs ist {sum} kleinste Einheiten der Währung."),
                format!("Verifikationens summa är {sum} av valutans minsta enheter."),
            ],
            Self::Empty => {
                let texts = [
                    "The voucher has no postings.",
                    "Der Beleg hat keine Buchungen.",
                    "Verifikationen har inga bokföringsrader.",
                ];
                return texts.into();
            }
            Self::NoRevenueAccount { revenue_key, group } => {
                let (category, rate) = (code(group.category), group.basis_points);
                [
                    format!("There is no account for revenue {revenue_key:?} of category {category} at {rate}."),
                    format!("Für Erlöse {revenue_key:?} der Kategorie {category} mit {rate} gibt es kein Konto."),
                    format!("Det finns inget konto för intäkter {revenue_key:?} i kategori {category} med {rate}."),
                ]
            }
            Self::NoVatAccount(rate) => [
                format!("There is no account for VAT at {rate}."),
                format!("Für Umsatzsteuer mit {rate} gibt es kein Konto."),
                format!("Det finns inget konto för moms med {rate}."),
            ],
            Self::NotAPart => {
                let texts = [
                    "A part is negative or larger than the whole.",
                    "Ein Teil ist negativ oder größer als das Ganze.",
                    "En del är negativ eller större än det hela.",
                ];
                return texts.into();
            }
            Self::TooLarge => return TooLarge::MESSAGE.into(),
        };
        message.into()
    }
}

impl Display for PostingError {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        self.message().fmt(formatter)
    }
}

impl Error for PostingError {}

impl From<TooLarge> for PostingError {
    fn from(_: TooLarge) -> Self {
        Self::TooLarge
    }
}

impl Voucher {
    /// A voucher. Amounts of one account are added up, and amounts of zero are left out.
    pub fn new(
        kind: VoucherKind,
        (number, day): (&str, NaiveDate),
        text: &str,
        currency: &str,
        amounts: impl IntoIterator<Item = (String, i128)>,
    ) -> Result<Self, PostingError> {
        let mut sums: Vec<(String, i128)> = Vec::new();
        for (account, amount) in amounts {
            match sums.iter_mut().find(|(known, _)| *known == account) {
                Some((_, sum)) => *sum += amount,
                None => sums.push((account, amount)),
            }
        }
        let total: i128 = sums.iter().map(|(_, sum)| sum).sum();
        if total != 0 {
            return Err(PostingError::NotZero(total));
        }
        let postings = sums
            .into_iter()
            .filter(|(_, sum)| *sum != 0)
            .map(|(account, sum)| Ok(Posting { account, amount_minor: fitting(sum)? }))
            .collect::<Result<Vec<_>, TooLarge>>()?;
        if postings.is_empty() {
            return Err(PostingError::Empty);
        }
        let (number, text, currency) = (number.to_owned(), text.to_owned(), currency.to_owned());
        Ok(Self { kind, number, day, text, currency, postings, stated: None })
    }

    /// The voucher of a document that says what it is in the currency of the accounting.
    #[must_use]
    pub fn stating(mut self, stated: Option<Stated>) -> Self {
        self.stated = stated;
        self
    }

    /// The rate into a currency that its document says, if it does.
    pub fn stated_rate(&self, to: &str) -> Option<&Rate> {
        self.stated.as_ref().map(|stated| &stated.rate).filter(|rate| rate.from == self.currency && rate.to == to)
    }

    /// What it is for.
    pub const fn kind(&self) -> VoucherKind {
        self.kind
    }

    /// The number of the document, or the reference of the payment.
    pub fn number(&self) -> &str {
        &self.number
    }

    /// The day of posting.
    pub const fn day(&self) -> NaiveDate {
        self.day
    }

    /// What people read.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// ISO 4217.
    pub fn currency(&self) -> &str {
        &self.currency
    }

    /// The postings, each account once.
    pub fn postings(&self) -> &[Posting] {
        &self.postings
    }

    /// The same voucher in another currency. Each amount is rounded. VAT is what the document states, if it does, and the
    /// largest other amount takes the difference.
    pub fn in_currency(&self, rate: &Rate) -> Result<Self, PostingError> {
        let mut amounts = Vec::with_capacity(self.postings.len());
        for posting in &self.postings {
            let converted = rate.convert(posting.amount_minor).ok_or(TooLarge)?;
            amounts.push((posting.account.clone(), i128::from(converted)));
        }
        let stated = self.stated.as_ref().filter(|stated| stated.rate == *rate);
        let is_vat =
            |index: usize| stated.is_some_and(|stated| stated.vat_accounts.contains(&self.postings[index].account));
        let of_vat = |index: &usize| is_vat(*index);
        if let (Some(vat_minor), Some(index)) = (stated.and_then(|stated| stated.vat_minor), self.largest(of_vat)) {
            let sum: i128 = (0..amounts.len()).filter(of_vat).map(|index| amounts[index].1).sum();
            amounts[index].1 += i128::from(vat_minor) - sum;
        }
        let difference: i128 = amounts.iter().map(|(_, amount)| amount).sum();
        if let Some(index) = self.largest(|index| !is_vat(*index)) {
            amounts[index].1 -= difference;
        }
        Self::new(self.kind, (&self.number, self.day), &self.text, &rate.to, amounts)
    }

    /// The place of the largest amount among some; of equal ones, of the first.
    fn largest(&self, is_meant: impl Fn(&usize) -> bool) -> Option<usize> {
        let places = (0..self.postings.len()).filter(is_meant);
        places.max_by_key(|index| (self.postings[*index].amount_minor.unsigned_abs(), std::cmp::Reverse(*index)))
    }
}
