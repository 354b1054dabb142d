//! The VAT rates that a new installation starts with, and the look-up of the rate in force.
//!
//! Rates are facts with a first day. A change adds a row, so a document of last year still finds its rate.

use chrono::NaiveDate;

use super::rules::TaxClass;

/// A rate of one country from a day on, until a later row of the same country and class begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rate<'a> {
    /// ISO 3166-1 alpha-2. Greece is GR.
    pub country: &'a str,
    /// The class of products that it is for.
    pub class: TaxClass,
    /// Hundredths of a percent: 2,500 is 25 %.
    pub basis_points: i32,
    /// The first day.
    pub valid_from: NaiveDate,
}

/// The rate in force on the day: the one with the latest first day that is not after it.
pub fn in_force<'a>(
    rates: impl IntoIterator<Item = Rate<'a>>,
    country: &str,
    class: TaxClass,
    day: NaiveDate,
) -> Option<i32> {
    let fits = |rate: &Rate<'a>| rate.country == country && rate.class == class && rate.valid_from <= day;
    rates.into_iter().filter(fits).max_by_key(|rate| rate.valid_from).map(|rate| rate.basis_points)
}

/// The standard rates of the 27 member states: country, basis points, first day as year, month and day.
///
/// Source: "VAT rates applied in the Member States" of the European Commission (Taxes in Europe Database), with the changes
/// published since: Estonia and Romania of 2025, Slovakia of 2025, Finland of 2024. State of the table: January 2026.
/// Temporary rates before 2023 are left out.
const STANDARD: [(&str, i32, (i32, u32, u32)); 33] = [
    ("AT", 2_000, (1984, 1, 1)),
    ("BE", 2_100, (1996, 1, 1)),
    ("BG", 2_000, (1999, 1, 1)),
    ("CY", 1_900, (2014, 1, 13)),
    ("CZ", 2_100, (2013, 1, 1)),
    ("DE", 1_900, (2021, 1, 1)),
    ("DK", 2_500, (1992, 1, 1)),
    ("EE", 2_000, (2009, 7, 1)),
    ("EE", 2_200, (2024, 1, 1)),
    ("EE", 2_400, (2025, 7, 1)),
    ("ES", 2_100, (2012, 9, 1)),
    ("FI", 2_400, (2013, 1, 1)),
    ("FI", 2_550, (2024, 9, 1)),
    ("FR", 2_000, (2014, 1, 1)),
    ("GR", 2_400, (2016, 6, 1)),
    ("HR", 2_500, (2012, 3, 1)),
    ("HU", 2_700, (2012, 1, 1)),
    ("IE", 2_300, (2021, 3, 1)),
    ("IT", 2_200, (2013, 10, 1)),
    ("LT", 2_100, (2009, 9, 1)),
    ("LU", 1_600, (2023, 1, 1)),
    ("LU", 1_700, (2024, 1, 1)),
    ("LV", 2_100, (2012, 7, 1)),
    ("MT", 1_800, (2004, 1, 1)),
    ("NL", 2_100, (2012, 10, 1)),
    ("PL", 2_300, (2011, 1, 1)),
    ("PT", 2_300, (2011, 1, 1)),
    ("RO", 1_900, (2017, 1, 1)),
    ("RO", 2_100, (2025, 8, 1)),
    ("SE", 2_500, (1990, 7, 1)),
    ("SI", 2_200, (2013, 7, 1)),
    ("SK", 2_000, (2011, 1, 1)),
    ("SK", 2_300, (2025, 1, 1)),
];

/// The reduced rates of services that are supplied electronically.
///
/// Directive 2006/112/EC, Article 98, allows a reduced rate for them only where Annex III names them: in effect books,
/// newspapers and periodicals (point 6). Software, hosting and telecommunication take the standard rate everywhere. A
/// country that is missing here has no such rate, or a zero rate, or one that could not be verified; its operator adds it.
/// Source: the overviews of rates for electronic publications that tax advisers published from 2019 to 2020, and the laws
/// of Finland (2025, 2026) and Lithuania (2026). State of the table: January 2026.
const REDUCED: [(&str, i32, (i32, u32, u32)); 19] = [
    ("AT", 1_000, (2020, 1, 1)),
    ("BE", 600, (2019, 4, 1)),
    ("DE", 700, (2021, 1, 1)),
    ("EE", 900, (2020, 5, 1)),
    ("ES", 400, (2020, 4, 23)),
    ("FI", 1_000, (2019, 7, 1)),
    ("FI", 1_400, (2025, 1, 1)),
    ("FI", 1_350, (2026, 1, 1)),
    ("FR", 550, (2013, 1, 1)),
    ("HR", 500, (2019, 1, 1)),
    ("IT", 400, (2015, 1, 1)),
    ("LT", 500, (2026, 1, 1)),
    ("LU", 300, (2019, 5, 1)),
    ("MT", 500, (2019, 1, 1)),
    ("NL", 900, (2020, 1, 1)),
    ("PL", 500, (2019, 11, 1)),
    ("PT", 600, (2019, 1, 1)),
    ("SE", 600, (2019, 7, 1)),
    ("SI", 500, (2020, 1, 1)),
];

/// The rates that a new installation starts with. The operator adds later ones.
pub fn initial<'a>() -> impl Iterator<Item = Rate<'a>> {
    let tables = [(TaxClass::Standard, STANDARD.as_slice()), (TaxClass::Reduced, REDUCED.as_slice())];
    tables.into_iter().flat_map(|(class, table)| {
        table.iter().filter_map(move |(country, basis_points, (year, month, day))| {
            let valid_from = NaiveDate::from_ymd_opt(*year, *month, *day)?;
            Some(Rate { country, class, basis_points: *basis_points, valid_from })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::rules::EU_COUNTRIES;
    use super::*;

    fn on(country: &str, class: TaxClass, day: &str) -> Option<i32> {
        in_force(initial(), country, class, day.parse().unwrap())
    }

    #[test]
    fn every_row_has_a_real_day_and_stands_once() {
        let rows: Vec<_> = initial().collect();
        assert_eq!(rows.len(), STANDARD.len() + REDUCED.len());
        for (index, row) in rows.iter().enumerate() {
            let is_same = |other: &Rate| {
                (other.country, other.class, other.valid_from) == (row.country, row.class, row.valid_from)
            };
            assert!(!rows[..index].iter().any(is_same), "{row:?}");
        }
    }

    #[test]
    fn every_member_state_has_a_standard_rate_that_the_directive_allows() {
        for country in EU_COUNTRIES {
            let rate = on(country, TaxClass::Standard, "2026-01-01").unwrap_or_default();
            // Directive 2006/112/EC, Article 97. No member state is above 27 %.
            assert!((1_500..=2_700).contains(&rate), "{country} {rate}");
        }
        assert!(initial().all(|rate| EU_COUNTRIES.contains(&rate.country)));
    }

    #[test]
    fn a_change_counts_from_its_first_day() {
        for (country, day, rate) in [
            ("FI", "2024-08-31", 2_400),
            ("FI", "2024-09-01", 2_550),
            ("SK", "2024-12-31", 2_000),
            ("SK", "2025-01-01", 2_300),
            ("EE", "2025-06-30", 2_200),
            ("EE", "2025-07-01", 2_400),
            ("RO", "2025-07-31", 1_900),
            ("RO", "2025-08-01", 2_100),
            ("SE", "2026-03-01", 2_500),
            ("HU", "2026-03-01", 2_700),
        ] {
            assert_eq!(on(country, TaxClass::Standard, day), Some(rate), "{country} {day}");
        }
        assert_eq!(on("SE", TaxClass::Reduced, "2026-03-01"), Some(600));
    }

    #[test]
    fn there_is_no_rate_before_the_first_row_nor_for_a_country_without_one() {
        assert_eq!(on("SE", TaxClass::Standard, "1990-06-30"), None);
        assert_eq!(on("DK", TaxClass::Reduced, "2026-03-01"), None);
        assert_eq!(on("NO", TaxClass::Standard, "2026-03-01"), None);
        assert_eq!(on("SE", TaxClass::Exempt, "2026-03-01"), None);
    }
}
