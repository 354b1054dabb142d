//! The file of the European Central Bank with the reference rates of the euro ("eurofxref"): of the last day, of 90 days or
//! of all days, as XML or as CSV. Pure functions.
//!
//! The file is as the bank publishes it at <https://www.ecb.europa.eu/stats/eurofxref/>: the CSV comes in a ZIP file, which
//! is to be unpacked first. In a file of many days, `N/A` stands where a currency had no rate.

use std::collections::HashMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use sea_orm::prelude::Date;

use super::rules::{EURO, parse};

/// Who publishes the rates, as recorded rates name it.
pub const SOURCE: &str = "ECB";
/// The root of the XML.
const ROOT: &str = "Envelope";
/// How days are written in the files of one day and of many days.
const DAYS: [&str; 2] = ["%Y-%m-%d", "%d %B %Y"];

/// How much of a currency one euro was worth on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The day.
    pub day: Date,
    /// ISO 4217.
    pub currency: String,
    /// In 1/1,000,000,000.
    pub billionths: i64,
}

/// Why a file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EcbFileError {
    /// It is something else.
    #[error("This is not a file of reference rates of the European Central Bank: eurofxref as XML or CSV.")]
    NotRates,
    /// A line is wrong.
    #[error("Line {line}: {what}")]
    Line {
        /// Which one, from 1.
        line: usize,
        /// What is wrong, in a sentence.
        what: String,
    },
    /// It has no rates.
    #[error("The file has no rates.")]
    Empty,
}

/// Reads a file as a whole.
pub fn read(file: &[u8]) -> Result<Vec<Published>, EcbFileError> {
    let text = std::str::from_utf8(file).map_err(|_| EcbFileError::NotRates)?;
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let mut rates = Rates::default();
    if text.starts_with('<') {
        xml(text, &mut rates)?;
    } else {
        csv(text, &mut rates)?;
    }
    if rates.all.is_empty() { Err(EcbFileError::Empty) } else { Ok(rates.all) }
}

fn wrong(line: usize, what: impl Into<String>) -> EcbFileError {
    EcbFileError::Line { line, what: what.into() }
}

/// The rates that were read until now.
#[derive(Default)]
struct Rates {
    all: Vec<Published>,
    places: HashMap<(Date, String), usize>,
}

impl Rates {
    fn add(&mut self, line: usize, day: Date, currency: &str, rate: &str) -> Result<(), EcbFileError> {
        let is_code = currency.len() == 3 && currency.bytes().all(|letter| letter.is_ascii_uppercase());
        if !is_code || currency == EURO {
            return Err(wrong(line, format!("{currency:?} is no currency to which the euro has a rate.")));
        }
        let billionths =
            parse(rate).ok_or_else(|| wrong(line, format!("{rate:?} is no rate of {currency}: a number above 0.")))?;
        match self.places.get(&(day, currency.to_owned())) {
            Some(place) if self.all[*place].billionths == billionths => Ok(()),
            Some(_) => Err(wrong(line, format!("{currency} has two rates on {day}."))),
            None => {
                self.places.insert((day, currency.to_owned()), self.all.len());
                self.all.push(Published { day, currency: currency.to_owned(), billionths });
                Ok(())
            }
        }
    }
}

fn day(line: usize, written: &str) -> Result<Date, EcbFileError> {
    let mut read = DAYS.into_iter().filter_map(|form| Date::parse_from_str(written.trim(), form).ok());
    read.next().ok_or_else(|| wrong(line, format!("{written:?} is no day.")))
}

/// Reads `<Cube time='…'><Cube currency='…' rate='…'/></Cube>`. Entities cannot be defined.
fn xml(text: &str, rates: &mut Rates) -> Result<(), EcbFileError> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let line_at = |position: u64| {
        let end = usize::try_from(position).unwrap_or(usize::MAX).min(text.len());
        text.bytes().take(end).filter(|byte| *byte == b'\n').count() + 1
    };
    let (mut depth, mut of, mut has_root) = (0_usize, None, false);
    loop {
        let event =
            reader.read_event().map_err(|error| wrong(line_at(reader.error_position()), format!("{error}.")))?;
        let line = || line_at(reader.buffer_position());
        match event {
            Event::Start(start) => {
                if depth == 0 && (has_root || start.local_name().as_ref() != ROOT) {
                    return Err(EcbFileError::NotRates);
                }
                has_root = true;
                depth += 1;
                if start.local_name().as_ref() == "Cube" {
                    cube(&start, line(), &mut of, rates)?;
                }
            }
            Event::End(_) => depth = depth.saturating_sub(1),
            Event::DocType(_) => return Err(wrong(line(), "The file must not define entities.")),
            Event::Eof if depth > 0 => return Err(wrong(line(), "The file ends too early.")),
            Event::Eof if !has_root => return Err(EcbFileError::NotRates),
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

/// An element for a day, for a rate of it, or around all of them.
fn cube(start: &BytesStart<'_>, line: usize, of: &mut Option<Date>, rates: &mut Rates) -> Result<(), EcbFileError> {
    let attribute = |name: &str| match start.try_get_attribute(name) {
        Ok(found) => Ok(found.map(|found| found.value.into_owned())),
        Err(error) => Err(wrong(line, format!("{error}."))),
    };
    if let Some(time) = attribute("time")? {
        *of = Some(day(line, &time)?);
    }
    let (currency, rate) = (attribute("currency")?, attribute("rate")?);
    match (currency, rate, *of) {
        (None, None, _) => Ok(()),
        (Some(currency), Some(rate), Some(day)) => rates.add(line, day, currency.trim(), &rate),
        _ => Err(wrong(line, "A rate has a day, a currency and a number.")),
    }
}

/// Reads a table: `Date` and the currencies at the top, and a day a line.
fn csv(text: &str, rates: &mut Rates) -> Result<(), EcbFileError> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).trim(csv::Trim::All).flexible(true).from_reader(text.as_bytes());
    let mut head: Option<csv::StringRecord> = None;
    for record in reader.records() {
        let record = record.map_err(|_| EcbFileError::NotRates)?;
        let line = record.position().map_or(0, |position| usize::try_from(position.line()).unwrap_or_default());
        let Some(head) = &head else {
            if record.get(0) != Some("Date") {
                return Err(EcbFileError::NotRates);
            }
            head = Some(record);
            continue;
        };
        if record.len() != head.len() {
            return Err(wrong(line, format!("There are {} values for {} columns.", record.len(), head.len())));
        }
        let day = day(line, &record[0])?;
        for (currency, rate) in head.iter().zip(&record).skip(1) {
            // Each line ends with a comma, and currencies come and go.
            if !matches!((currency, rate), ("", "") | (_, "N/A")) {
                rates.add(line, day, currency, rate)?;
            }
        }
    }
    if head.is_none() { Err(EcbFileError::NotRates) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The file of a day as the bank publishes it.
    const DAILY: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
	<gesmes:subject>Reference rates</gesmes:subject>
	<gesmes:Sender>
		<gesmes:name>European Central Bank</gesmes:name>
	</gesmes:Sender>
	<Cube>
		<Cube time='2026-03-13'>
			<Cube currency='USD' rate='1.0812'/>
			<Cube currency='JPY' rate='163.45'/>
			<Cube currency='SEK' rate='11.2345'/>
		</Cube>
	</Cube>
</gesmes:Envelope>"#;
    const DAILY_CSV: &str = "Date, USD, JPY, SEK, \n13 March 2026, 1.0812, 163.45, 11.2345, \n";
    const MANY: &str = "Date,USD,JPY,SEK,SIT,\n2026-03-13,1.0812,163.45,11.2345,N/A,\n2026-03-12,1.08,163,11.2,N/A,\n";

    fn shown(file: &str) -> Result<Vec<String>, String> {
        let rates = read(file.as_bytes()).map_err(|error| error.to_string())?;
        Ok(rates.iter().map(|one| format!("{} {} {}", one.day, one.currency, one.billionths)).collect())
    }

    #[test]
    fn xml_and_csv_of_a_day_have_the_same_rates() {
        let expected = ["2026-03-13 USD 1081200000", "2026-03-13 JPY 163450000000", "2026-03-13 SEK 11234500000"];
        assert_eq!(shown(DAILY).unwrap(), expected);
        assert_eq!(shown(DAILY_CSV).unwrap(), expected);
        assert_eq!(shown(&format!("\u{feff}{DAILY_CSV}")).unwrap(), expected);
    }

    #[test]
    fn a_file_of_many_days_leaves_out_what_had_no_rate() {
        let rates = shown(MANY).unwrap();
        assert_eq!((rates.len(), rates[5].as_str()), (6, "2026-03-12 SEK 11200000000"));
        let two = DAILY.replace(
            "</Cube>\n\t</Cube>",
            "</Cube><Cube time='2026-03-12'><Cube currency='USD' rate='1.08'/></Cube>\n\t</Cube>",
        );
        assert_eq!(shown(&two).unwrap()[3], "2026-03-12 USD 1080000000");
    }

    #[test]
    fn a_broken_file_is_refused_with_the_line_and_what_is_wrong() {
        for (file, what) in [
            (String::new(), "This is not a file of reference rates"),
            ("<html><body>Not found</body></html>".to_owned(), "This is not a file of reference rates"),
            ("from,to,rate\nEUR,SEK,11\n".to_owned(), "This is not a file of reference rates"),
            (DAILY[..DAILY.len() - 30].to_owned(), "Line 12: "),
            (DAILY.replace("1.0812", "0"), "Line 9: \"0\" is no rate of USD"),
            (DAILY.replace("1.0812", "-1.0812"), "Line 9: "),
            (DAILY.replace("1.0812", "1234567890.1"), "Line 9: "),
            (DAILY.replace("'USD'", "'EUR'"), "Line 9: \"EUR\" is no currency"),
            (DAILY.replace("'USD'", "'dollar'"), "Line 9: "),
            (DAILY.replace("'JPY'", "'USD'"), "Line 10: USD has two rates on 2026-03-13."),
            (DAILY.replace(" time='2026-03-13'", ""), "Line 9: A rate has a day"),
            (DAILY.replace("2026-03-13", "2026-02-30"), "Line 8: \"2026-02-30\" is no day."),
            (DAILY.replace("<gesmes:Envelope", "<!DOCTYPE a [<!ENTITY b \"c\">]>\n<gesmes:Envelope"), "Line 2: "),
            (DAILY_CSV.replace("1.0812, ", ""), "Line 2: There are 4 values for 5 columns."),
            (DAILY_CSV.replace("13 March 2026", "soon"), "Line 2: \"soon\" is no day."),
            (DAILY_CSV.replace("1.0812", ""), "Line 2: \"\" is no rate of USD"),
            ("Date, USD, \n".to_owned(), "The file has no rates."),
        ] {
            let said = shown(&file).unwrap_err();
            assert!(said.starts_with(what), "{said}\n{file}");
        }
        assert_eq!(read(&[0xff, 0xfe, 0]), Err(EcbFileError::NotRates));
    }
}
