//! What the files have in common: why one cannot be written, and how amounts are written.

use std::error::Error;
use std::fmt::{self, Display, Formatter};

use super::voucher::Voucher;

/// Why a file cannot be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExportError {
    /// A voucher has another currency than the file.
    OtherCurrency {
        /// The number of the voucher.
        voucher: String,
        /// Its currency.
        currency: String,
    },
    /// A voucher is of a day outside the file's period.
    OutsidePeriod {
        /// The number of the voucher.
        voucher: String,
    },
    /// The format has no room for so many rows.
    TooManyRows(usize),
    /// The format has no room for the amount, in minor units.
    TooLarge(i64),
    /// The currency has more decimals than the format.
    TooManyDecimals(u32),
    /// A row could not be written.
    Unwritable(String),
}

impl Display for ExportError {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherCurrency { voucher, currency } => write!(formatter, "Voucher {voucher} is in {currency}."),
            Self::OutsidePeriod { voucher } => write!(formatter, "Voucher {voucher} is outside the period."),
            Self::TooManyRows(rows) => write!(formatter, "{rows} rows are too many for this format."),
            Self::TooLarge(minor) => write!(formatter, "{minor} minor units are too much for this format."),
            Self::TooManyDecimals(decimals) => {
                write!(formatter, "This format has no amounts with {decimals} decimals.")
            }
            Self::Unwritable(why) => write!(formatter, "A row cannot be written: {why}"),
        }
    }
}

impl Error for ExportError {}

/// An amount as a decimal number without grouping, with a minus sign in front if it is negative.
pub fn decimal(minor: i64, exponent: u32, point: char) -> String {
    let places = usize::try_from(exponent).unwrap_or_default();
    let digits = format!("{:0>width$}", minor.unsigned_abs(), width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    let sign = if minor < 0 { "-" } else { "" };
    if places == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}{point}{fraction}") }
}

/// Refuses vouchers of another currency: files of this kind have one.
pub fn require_currency(vouchers: &[Voucher], currency: &str) -> Result<(), ExportError> {
    match vouchers.iter().find(|voucher| voucher.currency() != currency) {
        None => Ok(()),
        Some(other) => Err(ExportError::OtherCurrency {
            voucher: other.number().to_owned(),
            currency: other.currency().to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::decimal;

    #[test]
    fn amounts_are_written_with_the_decimals_of_their_currency() {
        for (minor, exponent, text) in
            [(123_456, 2, "1234,56"), (-5, 2, "-0,05"), (0, 2, "0,00"), (700, 0, "700"), (-1_234, 3, "-1,234")]
        {
            assert_eq!(decimal(minor, exponent, ','), text);
        }
        assert_eq!(decimal(i64::MIN, 2, '.'), "-92233720368547758.08");
    }
}
