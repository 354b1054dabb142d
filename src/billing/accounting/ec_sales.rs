//! The EC sales list: what was sold to businesses of other member states under the reverse charge (Directive 2006/112/EC,
//! Articles 262 to 264). Only services are sold here: type 3 of the lists that number goods, triangulation and services.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use super::writing::{ExportError, decimal};
use crate::base::money::round_div;

/// The number of services among the types of supplies.
pub const SERVICES: u8 = 3;

/// How long the periods of a list are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// A calendar month.
    Month,
    /// A calendar quarter.
    Quarter,
}

/// The quarter of a day, 1 to 4.
pub(super) fn quarter(day: NaiveDate) -> u32 {
    day.month0() / 3 + 1
}

impl Period {
    /// The period of a day, for example 2026-03 or 2026-Q1.
    pub fn of(self, day: NaiveDate) -> String {
        match self {
            Self::Month => format!("{}-{:02}", day.year(), day.month()),
            Self::Quarter => format!("{}-Q{}", day.year(), quarter(day)),
        }
    }

    /// The period of a day as the Swedish Tax Agency writes it, for example 2603 or 26-1.
    fn swedish(self, day: NaiveDate) -> String {
        let year = day.year().rem_euclid(100);
        match self {
            Self::Month => format!("{year:02}{:02}", day.month()),
            Self::Quarter => format!("{year:02}-{}", quarter(day)),
        }
    }
}

/// A sale under the reverse charge: what is in category AE of one invoice or credit note.
#[derive(Clone, Copy, Debug)]
pub struct Sale<'a> {
    /// The buyer's VAT number with its prefix.
    pub vat_id: &'a str,
    /// The day of issue.
    pub issued_on: NaiveDate,
    /// The net amount in minor units of the accounting currency. Negative for a credit note.
    pub net_minor: i64,
}

/// A row of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The period, for example 2026-03.
    pub period: String,
    /// The buyer's VAT number with its prefix.
    pub vat_id: String,
    /// The sum in minor units. It can be negative or zero.
    pub net_minor: i64,
}

/// The sums by period and number, in this order.
pub fn rows<'a>(sales: impl IntoIterator<Item = Sale<'a>>, period: Period) -> Result<Vec<Row>, ExportError> {
    let mut sums: BTreeMap<(String, &str), i128> = BTreeMap::new();
    for sale in sales {
        *sums.entry((period.of(sale.issued_on), sale.vat_id)).or_default() += i128::from(sale.net_minor);
    }
    let row = |((period, vat_id), sum): ((String, &str), i128)| {
        let net_minor = i64::try_from(sum).map_err(|_| ExportError::TooLarge(i64::MAX))?;
        Ok(Row { period, vat_id: vat_id.to_owned(), net_minor })
    };
    sums.into_iter().map(row).collect()
}

/// The rows as CSV in UTF-8, with column names. Country and number stand apart, because most portals want them so.
pub fn write(rows: &[Row], currency: &str, exponent: u32) -> Result<Vec<u8>, ExportError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let unwritable = |error: csv::Error| ExportError::Unwritable(error.to_string());
    writer.write_record(["period", "country", "vatNumber", "type", "amount", "currency"]).map_err(unwritable)?;
    for row in rows {
        let (country, number) = row.vat_id.split_at_checked(2).unwrap_or((&row.vat_id, ""));
        let amount = decimal(row.net_minor, exponent, '.');
        let fields = [&row.period, country, number, &SERVICES.to_string(), &amount, currency];
        writer.write_record(fields).map_err(unwritable)?;
    }
    writer.into_inner().map_err(|error| ExportError::Unwritable(error.to_string()))
}

/// The person that the Swedish Tax Agency may ask.
#[derive(Clone, Copy, Debug)]
pub struct Contact<'a> {
    /// Name, 35 letters at most.
    pub name: &'a str,
    /// Telephone, 17 letters at most.
    pub telephone: &'a str,
    /// Mail.
    pub email: &'a str,
}

/// The list of one period in the format SKV574008 of the Swedish Tax Agency (skatteverket.se, "Lämna periodisk
/// sammanställning med filöverföring"): whole kronor, services in the fourth field. `day` is any day of the period, and the
/// accounting currency is SEK.
pub fn write_swedish(rows: &[Row], period: Period, day: NaiveDate, vat_id: &str, contact: Contact<'_>) -> Vec<u8> {
    let plain = |text: &str, most: usize| {
        text.chars().filter(|letter| *letter != ';' && !letter.is_control()).take(most).collect::<String>()
    };
    let Contact { name, telephone, email } = contact;
    let period_code = period.swedish(day);
    let (name, telephone, email) = (plain(name, 35), plain(telephone, 17), plain(email, 254));
    let mut lines = vec!["SKV574008;".to_owned(), format!("{vat_id};{period_code};{name};{telephone};{email}")];
    let label = period.of(day);
    for row in rows.iter().filter(|row| row.period == label) {
        let kronor = round_div(i128::from(row.net_minor), 100);
        lines.push(format!("{};;;{kronor};", row.vat_id));
    }
    lines.push(String::new());
    lines.join("\r\n").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sales() -> [Sale<'static>; 5] {
        let sale = |vat_id, day: &str, net_minor| Sale { vat_id, issued_on: day.parse().unwrap(), net_minor };
        [
            sale("FI01409351", "2026-03-31", 1_530_050),
            sale("DE123456789", "2026-03-01", 10_000),
            sale("FI01409351", "2026-03-31", -30_000),
            sale("FI01409351", "2026-04-01", 700),
            sale("EL123456789", "2026-02-01", -149),
        ]
    }

    #[test]
    fn sales_are_summed_by_period_and_number() {
        let shown = |period| {
            let rows = rows(sales(), period).unwrap();
            rows.into_iter().map(|row| (row.period, row.vat_id, row.net_minor)).collect::<Vec<_>>()
        };
        let row = |period: &str, vat_id: &str, net_minor| (period.to_owned(), vat_id.to_owned(), net_minor);
        assert_eq!(
            shown(Period::Month),
            [
                row("2026-02", "EL123456789", -149),
                row("2026-03", "DE123456789", 10_000),
                row("2026-03", "FI01409351", 1_500_050),
                row("2026-04", "FI01409351", 700),
            ]
        );
        assert_eq!(shown(Period::Quarter).len(), 4);
        assert_eq!(shown(Period::Quarter)[3].0, "2026-Q2");
    }

    #[test]
    fn the_list_is_read_back_as_services() {
        let rows = rows(sales(), Period::Month).unwrap();
        let bytes = write(&rows, "SEK", 2).unwrap();
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(records[2], ["2026-03", "FI", "01409351", "3", "15000.50", "SEK"][..]);
        let sum: i64 = records.iter().map(|record| record[4].replace('.', "").parse::<i64>().unwrap()).sum();
        assert_eq!(sum, sales().iter().map(|sale| sale.net_minor).sum::<i64>());
        assert!(records.iter().all(|record| &record[3] == "3"));
    }

    #[test]
    fn the_swedish_file_has_whole_kronor_of_one_period() {
        let contact = Contact { name: "Per; Persson", telephone: "0123-45690", email: "per@example.se" };
        let rows = rows(sales(), Period::Quarter).unwrap();
        let day = "2026-02-15".parse().unwrap();
        let text = String::from_utf8(write_swedish(&rows, Period::Quarter, day, "556000016701", contact)).unwrap();
        let expected = "SKV574008;\r\n556000016701;26-1;Per Persson;0123-45690;per@example.se\r\n\
                        DE123456789;;;100;\r\nEL123456789;;;-1;\r\nFI01409351;;;15001;\r\n";
        assert_eq!(text, expected);
        assert_eq!(Period::Month.swedish(day), "2602");
    }
}
