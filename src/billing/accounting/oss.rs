//! The return of the One Stop Shop: VAT of other member states by country and rate (Directive 2006/112/EC, Articles 369a to
//! 369k). A return is for a quarter. What credits an earlier quarter is a correction that names its quarter (Article 369g).

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::ec_sales::Period;
use super::writing::{ExportError, decimal};

/// A group of an invoice or credit note whose VAT belongs to another member state.
#[derive(Clone, Copy, Debug)]
pub struct Sale<'a> {
    /// The member state that gets the VAT, as ISO 3166-1 alpha-2.
    pub country: &'a str,
    /// The rate in hundredths of a percent.
    pub basis_points: i32,
    /// The day of issue of the invoice. For a credit note, that of the invoice which it credits.
    pub supplied_on: NaiveDate,
    /// The net amount in minor units. Negative for a credit note.
    pub base_minor: i64,
    /// The VAT in minor units.
    pub vat_minor: i64,
}

/// A row of the return.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The quarter of the supply, for example 2026-Q1. Earlier than the return's own: a correction.
    pub quarter: String,
    /// The member state.
    pub country: String,
    /// The rate in hundredths of a percent.
    pub basis_points: i32,
    /// The net sum in minor units.
    pub base_minor: i64,
    /// The VAT in minor units.
    pub vat_minor: i64,
}

/// The sums by quarter, country and rate, in this order. Amounts are in one currency: euros, at the rate that the European
/// Central Bank published for the last day of the return's quarter (Article 369h).
pub fn rows<'a>(sales: impl IntoIterator<Item = Sale<'a>>) -> Result<Vec<Row>, ExportError> {
    let mut sums: BTreeMap<(String, &str, i32), (i128, i128)> = BTreeMap::new();
    for sale in sales {
        let key = (Period::Quarter.of(sale.supplied_on), sale.country, sale.basis_points);
        let (base, vat) = sums.entry(key).or_default();
        *base += i128::from(sale.base_minor);
        *vat += i128::from(sale.vat_minor);
    }
    let fitting = |sum: i128| i64::try_from(sum).map_err(|_| ExportError::TooLarge(i64::MAX));
    let row = |((quarter, country, basis_points), (base, vat)): ((String, &str, i32), (i128, i128))| {
        let country = country.to_owned();
        Ok(Row { quarter, country, basis_points, base_minor: fitting(base)?, vat_minor: fitting(vat)? })
    };
    sums.into_iter().map(row).collect()
}

/// The rows as CSV in UTF-8, with column names. Rates are in percent.
pub fn write(rows: &[Row], currency: &str, exponent: u32) -> Result<Vec<u8>, ExportError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let unwritable = |error: csv::Error| ExportError::Unwritable(error.to_string());
    writer.write_record(["quarter", "country", "rate", "base", "vat", "currency"]).map_err(unwritable)?;
    for row in rows {
        let amount = |minor| decimal(minor, exponent, '.');
        let rate = decimal(i64::from(row.basis_points), 2, '.');
        let fields = [&row.quarter, &row.country, &rate, &amount(row.base_minor), &amount(row.vat_minor), currency];
        writer.write_record(fields).map_err(unwritable)?;
    }
    writer.into_inner().map_err(|error| ExportError::Unwritable(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sales() -> [Sale<'static>; 4] {
        let sale = |country, basis_points, day: &str, base_minor, vat_minor| Sale {
            country,
            basis_points,
            supplied_on: day.parse().unwrap(),
            base_minor,
            vat_minor,
        };
        [
            sale("DE", 1_900, "2026-06-30", 10_000, 1_900),
            sale("DE", 1_900, "2026-04-01", 5_000, 950),
            sale("FI", 2_550, "2026-04-01", 10_000, 2_550),
            sale("DE", 1_900, "2026-03-31", -1_000, -190),
        ]
    }

    #[test]
    fn sales_are_summed_by_quarter_country_and_rate() {
        let shown: Vec<_> = rows(sales())
            .unwrap()
            .into_iter()
            .map(|row| (row.quarter, row.country, row.basis_points, row.base_minor, row.vat_minor))
            .collect();
        let row =
            |quarter: &str, country: &str, rate, base, vat| (quarter.to_owned(), country.to_owned(), rate, base, vat);
        assert_eq!(
            shown,
            [
                row("2026-Q1", "DE", 1_900, -1_000, -190),
                row("2026-Q2", "DE", 1_900, 15_000, 2_850),
                row("2026-Q2", "FI", 2_550, 10_000, 2_550),
            ]
        );
    }

    #[test]
    fn the_return_is_read_back_with_the_same_sums() {
        let bytes = write(&rows(sales()).unwrap(), "EUR", 2).unwrap();
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(records[2], ["2026-Q2", "FI", "25.50", "100.00", "25.50", "EUR"][..]);
        let sum =
            |place: usize| records.iter().map(|one| one[place].replace('.', "").parse::<i64>().unwrap()).sum::<i64>();
        assert_eq!((sum(3), sum(4)), (24_000, 5_210));
    }
}
