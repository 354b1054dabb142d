//! What the files have in common: why one cannot be written, and how amounts are written.

use std::error::Error;
use std::fmt::{self, Display, Formatter};

use super::voucher::Voucher;
use crate::base::message::Message;

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

impl ExportError {
    /// The same for a person.
    pub fn message(&self) -> Message {
        let message = match self {
            Self::OtherCurrency { voucher, currency } => [
                format!("Voucher {voucher} is in {currency}."),
                format!("Der Beleg {voucher} ist in {currency}."),
                format!("Verifikation {voucher} är i {currency}."),
            ],
            Self::OutsidePeriod { voucher } => [
                format!("Voucher {voucher} is outside the period."),
                format!("Der Beleg {voucher} liegt außerhalb des Zeitraums."),
                format!("Verifikation {voucher} är utanför perioden."),
            ],
            Self::TooManyRows(rows) => [
                format!("{rows} rows are too many for this format."),
                format!("{rows} Zeilen sind zu viele für dieses Format."),
                format!("{rows} rader är för många för det här formatet."),
            ],
            Self::TooLarge(minor) => [
                format!("{minor} minor units are too much for this format."),
                format!("{minor} kleinste Einheiten der Währung sind zu viel für dieses Format."),
                format!("{minor} av valutans minsta enheter är för mycket för det här formatet."),
            ],
            Self::TooManyDecimals(decimals) => [
                format!("This format has no amounts with {decimals} decimals."),
                format!("Dieses Format hat keine Beträge mit {decimals} Nachkommastellen."),
                format!("Det här formatet har inga belopp med {decimals} decimaler."),
            ],
            Self::Unwritable(why) => [
                format!("A row cannot be written: {why}"),
                format!("Eine Zeile lässt sich nicht schreiben: {why}"),
                format!("En rad kan inte skrivas: {why}"),
            ],
        };
        message.into()
    }
}

impl Display for ExportError {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        self.message().fmt(formatter)
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
