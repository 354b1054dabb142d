//! How numbers are written.

use std::ops::Range;

use chrono::Datelike;
use entity::number_series::{Kind, Model, Restarts};
use sea_orm::prelude::Date;
use uuid::Uuid;

use crate::base::error::{UserError, UserErrorCode};
use crate::base::message::{Message, Texts};

/// The most digits of a count.
const MOST_DIGITS: usize = 12;
/// The most characters of a format.
const LONGEST: usize = 40;

/// A format of numbers: text with `{n:6}`, the count with at least six digits, and perhaps `{year}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format {
    before: String,
    digits: usize,
    after: String,
}

impl Format {
    /// Reads a format. The text around its two parts has letters of ASCII, digits, and - / . _ only.
    pub fn parse(text: &str) -> Option<Self> {
        let (before, rest) = text.split_once("{n:")?;
        let (digits, after) = rest.split_once('}')?;
        let digits = digits.parse().ok().filter(|digits| (1..=MOST_DIGITS).contains(digits))?;
        let is_plain = |part: &str| {
            let rest = part.replacen("{year}", "", 1);
            rest.chars().all(|letter| letter.is_ascii_alphanumeric() || "-/._".contains(letter))
        };
        let has_one_year = text.matches("{year}").count() <= 1;
        (text.len() <= LONGEST && has_one_year && is_plain(before) && is_plain(after)).then(|| Self {
            before: before.to_owned(),
            digits,
            after: after.to_owned(),
        })
    }

    /// Whether a number names its year.
    pub fn has_year(&self) -> bool {
        self.before.contains("{year}") || self.after.contains("{year}")
    }

    /// The number with this count.
    pub fn write(&self, year: i32, count: i64) -> String {
        let width = self.digits;
        format!("{}{count:0width$}{}", self.before, self.after).replace("{year}", &year.to_string())
    }
}

/// The series that an issuer begins with: the year and six digits, new in each year, with CN before credit notes. Orders
/// are counted on over the years.
pub fn first(issuer_id: Uuid, kind: Kind) -> Model {
    let (format, restarts) = match kind {
        Kind::Order => ("{year}-{n:6}", Restarts::Never),
        Kind::Invoice => ("{year}-{n:6}", Restarts::Yearly),
        Kind::CreditNote => ("CN{year}-{n:6}", Restarts::Yearly),
    };
    Model { issuer_id, kind, format: format.to_owned(), restarts, next: 1, last_on: None }
}

/// Reads the settings of a series.
pub fn checked(format: &str, restarts: Restarts) -> Result<String, UserError> {
    let wrong = |message: Texts| Err(UserError::at("format", UserErrorCode::InvalidInput, message));
    match Format::parse(format) {
        None => wrong([
            "A format has {n:6} for the count with six digits, perhaps {year}, and otherwise letters A to Z, digits \
             and - / . _ only. It has at most 40 characters.",
            "Ein Format hat {n:6} für die Zahl mit sechs Ziffern, vielleicht {year}, und sonst nur Buchstaben A bis Z, \
             Ziffern und - / . _. Es hat höchstens 40 Zeichen.",
            "Ett format har {n:6} för talet med sex siffror, kanske {year}, och annars bara bokstäver A till Z, \
             siffror och - / . _. Det har högst 40 tecken.",
        ]),
        Some(parsed) if restarts == Restarts::Yearly && !parsed.has_year() => wrong([
            "A series that begins again each year needs {year} in its format, or numbers would repeat.",
            "Ein Nummernkreis, der jedes Jahr neu beginnt, braucht {year} im Format, sonst kämen Nummern doppelt vor.",
            "En serie som börjar om varje år behöver {year} i sitt format, annars skulle nummer komma två gånger.",
        ]),
        Some(_) => Ok(format.to_owned()),
    }
}

/// Why a series has no number for a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoNumber {
    /// A later number has a later day.
    #[error("{}", self.message())]
    Earlier(Date),
    /// Its format cannot be read.
    #[error("{}", self.message())]
    Broken,
}

impl NoNumber {
    /// The same for a person.
    pub fn message(self) -> Message {
        match self {
            Self::Earlier(last) => {
                let message = [
                    format!("The last number is of {last}, and days never go back."),
                    format!("Die letzte Nummer ist vom {last}, und die Tage gehen nie zurück."),
                    format!("Det senaste numret är från {last}, och dagarna går aldrig bakåt."),
                ];
                message.into()
            }
            Self::Broken => {
                let message = [
                    "The format of the series is broken. Set it with setNumberSeries.",
                    "Das Format des Nummernkreises ist ungültig. Setzen Sie es mit setNumberSeries.",
                    "Seriens format är ogiltigt. Ange det med setNumberSeries.",
                ];
                message.into()
            }
        }
    }
}

/// The numbers of a day with these counts.
pub fn written(format: &str, day: Date, counts: Range<i64>) -> Result<Vec<String>, NoNumber> {
    let format = Format::parse(format).ok_or(NoNumber::Broken)?;
    Ok(counts.map(|count| format.write(day.year(), count)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_have_one_count_and_perhaps_a_year() {
        for (format, written) in [
            ("{year}-{n:6}", "2026-000042"),
            ("F{n:1}", "F42"),
            ("A/{n:4}.{year}", "A/0042.2026"),
            ("{n:12}", "000000000042"),
        ] {
            assert_eq!(Format::parse(format).unwrap().write(2026, 42), written);
        }
        for wrong in ["", "{year}", "{n}", "{n:0}", "{n:13}", "{n:6}{n:6}", "{year}{year}{n:6}", "Ä{n:6}", "a b{n:6}"]
        {
            assert_eq!(Format::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn numbers_are_written_in_the_year_of_their_day() {
        let format = first(Uuid::nil(), Kind::Invoice).format;
        let day = "2026-12-31".parse().unwrap();
        assert_eq!(written(&format, day, 9..11).unwrap(), ["2026-000009", "2026-000010"]);
        assert_eq!(written("{n}", day, 1..2), Err(NoNumber::Broken));
    }

    #[test]
    fn a_yearly_series_without_a_year_is_refused() {
        assert!(checked("{n:6}", Restarts::Yearly).is_err());
        assert!(checked("{n:6}", Restarts::Never).is_ok());
    }
}
