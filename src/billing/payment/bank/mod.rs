//! The files of the bank: statements (camt.053, versions 02 to 13) and notifications (camt.054) of ISO 20022.
//!
//! A file is read as a stream, entry by entry, and each booked transaction becomes one record. `element` reads XML within
//! limits; `entry` takes records out of an entry. A file with a fault is refused as a whole, with the place of the fault.

mod element;
mod entry;

use std::error::Error;
use std::fmt::{self, Display, Formatter};
use std::io::BufRead;

use chrono::NaiveDate;

use self::element::{Piece, Xml};

/// How large a file may be.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The whole file, in bytes.
    pub bytes: u64,
    /// Elements inside each other.
    pub depth: usize,
    /// The elements of one entry that are kept in memory.
    pub elements: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 64 * 1024 * 1024, depth: 32, elements: 500_000 }
    }
}

/// The largest amount, in minor units: sums of many stay within 64 bits.
pub const MOST_MINOR: i64 = 999_999_999_999_999;

/// A booked transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The account: an IBAN, or the number that the bank uses. Without spaces.
    pub account: String,
    /// The number of the entry in the file, from 1.
    pub entry: u32,
    /// The number of the transaction in its entry, from 1.
    pub detail: u32,
    /// The amount in minor units, not negative.
    pub amount_minor: i64,
    /// ISO 4217.
    pub currency: String,
    /// Whether money came in. Otherwise it went out.
    pub is_credit: bool,
    /// Whether it reverses an earlier entry (RvslInd). The direction is that of this entry.
    pub is_reversal: bool,
    /// Whether it returns a payment (RtrInf).
    pub is_returned: bool,
    /// How many transactions it is the sum of: one, or several whose amounts the bank does not say.
    pub transactions: usize,
    /// Why it was returned: a code of ISO 20022, for example AC04.
    pub return_reason: Option<String>,
    /// The day of booking.
    pub booked_on: NaiveDate,
    /// The day from which interest counts.
    pub value_on: Option<NaiveDate>,
    /// The bank's own reference (AcctSvcrRef).
    pub bank_reference: Option<String>,
    /// The payer's reference (EndToEndId). None if it is NOTPROVIDED.
    pub end_to_end_id: Option<String>,
    /// The references for the creditor (CdtrRefInf), in their order.
    pub references: Vec<String>,
    /// What the payer and the bank wrote.
    pub texts: Vec<String>,
    /// The name of the other side: the debtor of a credit, the creditor of a debit.
    pub other_name: Option<String>,
    /// The account of the other side, without spaces.
    pub other_account: Option<String>,
}

/// What a file had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Statements or notifications.
    pub statements: u32,
    /// Entries, with those that are left out.
    pub entries: u32,
    /// Records.
    pub records: u32,
    /// Entries that are pending or for information. They are left out: they come again when they are booked.
    pub not_booked: u32,
}

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The source could not be read.
    Unreadable(String),
    /// It is not well-formed XML in UTF-8.
    NotXml(String),
    /// It has a document type declaration, which could define entities.
    DocumentType,
    /// It uses an entity that XML itself does not define.
    UnknownEntity(String),
    /// It is longer than the limit, in bytes.
    TooLong(u64),
    /// Its elements are nested deeper than the limit.
    TooDeep(usize),
    /// One of its entries has more elements than the limit.
    TooManyElements(usize),
    /// It is XML, but neither camt.053 nor camt.054 of a known version. With the namespace.
    NotAStatement(String),
    /// An entry lacks this element.
    Missing(&'static str),
    /// An amount has no currency.
    MissingCurrency,
    /// The currency is unknown.
    UnknownCurrency(String),
    /// It is not an amount.
    NotAnAmount(String),
    /// The amount has more decimals than its currency.
    TooManyDecimals {
        /// The amount as it was written.
        amount: String,
        /// ISO 4217.
        currency: String,
    },
    /// It is not a day.
    NotADay(String),
    /// It is neither CRDT nor DBIT.
    NotADirection(String),
}

impl Display for Fault {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(why) => write!(formatter, "The file cannot be read: {why}"),
            Self::NotXml(why) => write!(formatter, "This is not well-formed XML in UTF-8: {why}"),
            Self::DocumentType => formatter.write_str("A document type declaration is not allowed."),
            Self::UnknownEntity(name) => write!(formatter, "The entity {name:?} is not defined by XML."),
            Self::TooLong(limit) => write!(formatter, "The file is longer than {limit} bytes."),
            Self::TooDeep(limit) => write!(formatter, "More than {limit} elements are inside each other."),
            Self::TooManyElements(limit) => write!(formatter, "An entry has more than {limit} elements."),
            Self::NotAStatement(namespace) => {
                write!(
                    formatter,
                    "This is not camt.053 or camt.054 of a known version. Its namespace is {namespace:?}."
                )
            }
            Self::Missing(name) => write!(formatter, "{name} is missing."),
            Self::MissingCurrency => formatter.write_str("The amount has no currency (Ccy)."),
            Self::UnknownCurrency(code) => write!(formatter, "{code:?} is not a currency."),
            Self::NotAnAmount(text) => write!(formatter, "{text:?} is not an amount."),
            Self::TooManyDecimals { amount, currency } => {
                write!(formatter, "{amount} has more decimals than {currency}.")
            }
            Self::NotADay(text) => write!(formatter, "{text:?} is not a day."),
            Self::NotADirection(text) => write!(formatter, "{text:?} is neither CRDT nor DBIT."),
        }
    }
}

/// A fault and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankFileError {
    /// The line of the file, from 1. Faults inside an entry are at its last line.
    pub line: u64,
    /// The number of the entry, from 1. None before the first one.
    pub entry: Option<u32>,
    /// What is wrong.
    pub fault: Fault,
}

impl Display for BankFileError {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "Line {}", self.line)?;
        if let Some(entry) = self.entry {
            write!(formatter, ", entry {entry}")?;
        }
        write!(formatter, ": {}", self.fault)
    }
}

impl Error for BankFileError {}

/// The messages that are read: the start of the namespace, the element around all statements, and a statement.
const MESSAGES: [(&str, &str, &str); 2] = [
    ("urn:iso:std:iso:20022:tech:xsd:camt.053.001.", "BkToCstmrStmt", "Stmt"),
    ("urn:iso:std:iso:20022:tech:xsd:camt.054.001.", "BkToCstmrDbtCdtNtfctn", "Ntfctn"),
];

/// The names of the elements around and of a statement, for a namespace of a known version.
fn message(namespace: &str) -> Option<(&'static str, &'static str)> {
    MESSAGES.into_iter().find_map(|(start, outer, inner)| {
        let version: u32 = namespace.strip_prefix(start).filter(|rest| rest.len() == 2)?.parse().ok()?;
        (2..=13).contains(&version).then_some((outer, inner))
    })
}

/// Reads a file and gives each record to `take`, in the order of the file. `exponent_of` gives the decimals of a currency.
///
/// Records that were given before a fault must be dropped: keep them until this returns.
pub fn read(
    source: impl BufRead,
    limits: Limits,
    exponent_of: impl Fn(&str) -> Option<u32>,
    mut take: impl FnMut(Record),
) -> Result<Summary, BankFileError> {
    let mut xml = Xml::new(source, limits);
    let mut summary = Summary::default();
    let read = read_document(&mut xml, &mut summary, &exponent_of, &mut take);
    read.map_err(|fault| {
        let entry = (summary.entries > 0).then_some(summary.entries);
        BankFileError { line: xml.line(), entry, fault }
    })?;
    Ok(summary)
}

fn read_document(
    xml: &mut Xml<impl BufRead>,
    summary: &mut Summary,
    exponent_of: &impl Fn(&str) -> Option<u32>,
    take: &mut impl FnMut(Record),
) -> Result<(), Fault> {
    xml.root()?;
    let (outer, inner) = message(xml.namespace()).ok_or_else(|| Fault::NotAStatement(xml.namespace().to_owned()))?;
    let mut account = None;
    loop {
        let piece = xml.next()?;
        let depth = xml.depth();
        match piece {
            Piece::Start { name, .. } if depth == 2 && name == outer => {}
            Piece::Start { name, .. } if depth == 3 && name == inner => {
                account = None;
                summary.statements += 1;
            }
            Piece::Start { name: "Acct", currency } if depth == 4 => {
                account = entry::account(&xml.element("Acct", currency)?);
            }
            Piece::Start { name: "Ntry", currency } if depth == 4 => {
                summary.entries += 1;
                let element = xml.element("Ntry", currency)?;
                let account = account.as_deref().ok_or(Fault::Missing("Acct/Id"))?;
                let records = entry::records(&element, account, summary.entries, exponent_of)?;
                summary.not_booked += u32::from(records.is_none());
                for record in records.into_iter().flatten() {
                    summary.records += 1;
                    take(record);
                }
            }
            Piece::Start { .. } => xml.skip()?,
            Piece::Text(_) | Piece::End => {}
            Piece::Eof if summary.statements == 0 => return Err(Fault::Missing(inner)),
            Piece::Eof => return Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
