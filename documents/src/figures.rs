//! Amounts, rates and days as people write them in each language.

use chrono::NaiveDate;
use iso_currency::Currency;

use super::model::Language;

/// Keeps a number and its unit on one line.
const NO_BREAK_SPACE: char = '\u{a0}';

/// How many decimals a currency has. None if the code is unknown or means no money.
pub fn decimals(currency: &str) -> Option<usize> {
    Currency::from_code(currency).and_then(Currency::exponent).map(usize::from)
}

/// An amount without its currency.
pub fn amount(minor: i64, currency: &str, language: Language) -> String {
    let places = decimals(currency).unwrap_or(2);
    let (group, point) = separators(language);
    let digits = format!("{:0>width$}", minor.unsigned_abs(), width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    let mut text = String::from(if minor < 0 { "\u{2212}" } else { "" });
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(group);
        }
        text.push(digit);
    }
    if places > 0 {
        text.push(point);
        text.push_str(fraction);
    }
    text
}

/// An amount with its currency, for example `1,234.50 SEK`.
pub fn money(minor: i64, currency: &str, language: Language) -> String {
    let sign = match (language, currency) {
        (Language::Sv, "SEK") => "kr",
        (Language::Sv | Language::De, "EUR") => "€",
        _ => currency,
    };
    format!("{}{NO_BREAK_SPACE}{sign}", amount(minor, currency, language))
}

/// A rate in hundredths of a percent, without needless decimals.
pub fn percent(basis_points: i32, language: Language) -> String {
    let (_, point) = separators(language);
    let (whole, rest) = (basis_points / 100, (basis_points % 100).abs());
    let rate = match rest {
        0 => whole.to_string(),
        rest if rest % 10 == 0 => format!("{whole}{point}{}", rest / 10),
        rest => format!("{whole}{point}{rest:02}"),
    };
    match language {
        Language::En => format!("{rate}%"),
        Language::Sv | Language::De => format!("{rate}{NO_BREAK_SPACE}%"),
    }
}

/// A decimal number that is written with a point.
pub fn decimal(number: &str, language: Language) -> String {
    let (_, point) = separators(language);
    number.replace('.', &point.to_string())
}

/// A whole number.
pub fn count(number: i32, language: Language) -> String {
    amount(i64::from(number), "JPY", language)
}

/// A day.
pub fn day(day: NaiveDate, language: Language) -> String {
    let format = match language {
        Language::En => "%-d\u{a0}%b\u{a0}%Y",
        Language::Sv => "%Y-%m-%d",
        Language::De => "%d.%m.%Y",
    };
    day.format(format).to_string()
}

/// A period with both days.
pub fn period((first, last): (NaiveDate, NaiveDate), language: Language) -> String {
    format!("{} – {}", day(first, language), day(last, language))
}

/// An account number in groups of four, as ISO 13616 prints it.
pub fn in_fours(account: &str) -> String {
    let mut text = String::new();
    for (index, letter) in account.chars().filter(|letter| !letter.is_whitespace()).enumerate() {
        if index > 0 && index % 4 == 0 {
            text.push(NO_BREAK_SPACE);
        }
        text.push(letter);
    }
    text
}

const fn separators(language: Language) -> (char, char) {
    match language {
        Language::En => (',', '.'),
        Language::Sv => (NO_BREAK_SPACE, ','),
        Language::De => ('.', ','),
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::super::model::Language::{De, En, Sv};
    use super::{amount, count, day, decimals, in_fours, money, percent};

    #[test]
    fn each_language_writes_amounts_its_own_way() {
        for (minor, currency, language, text) in [
            (123_456, "SEK", Sv, "1 234,56 kr"),
            (123_456, "SEK", De, "1.234,56 SEK"),
            (123_456, "EUR", De, "1.234,56 €"),
            (123_456, "EUR", En, "1,234.56 EUR"),
            (-5, "EUR", En, "−0.05 EUR"),
            (123_456_789, "SEK", Sv, "1 234 567,89 kr"),
            (1_200, "JPY", En, "1,200 JPY"),
            (1_234_567, "KWD", En, "1,234.567 KWD"),
            (i64::MIN, "EUR", En, "−92,233,720,368,547,758.08 EUR"),
        ] {
            assert_eq!(money(minor, currency, language).replace('\u{a0}', " "), text);
        }
        assert_eq!(amount(0, "SEK", Sv), "0,00");
        assert_eq!(count(-12_000, En), "−12,000");
    }

    #[test]
    fn rates_have_no_needless_decimals() {
        assert_eq!(percent(2_500, En), "25%");
        assert_eq!(percent(1_250, Sv).replace('\u{a0}', " "), "12,5 %");
        assert_eq!(percent(525, De).replace('\u{a0}', " "), "5,25 %");
    }

    #[test]
    fn days_follow_the_custom_of_the_language() {
        let date = NaiveDate::from_ymd_opt(2026, 3, 9).unwrap();
        assert_eq!(day(date, En).replace('\u{a0}', " "), "9 Mar 2026");
        assert_eq!(day(date, Sv), "2026-03-09");
        assert_eq!(day(date, De), "09.03.2026");
    }

    #[test]
    fn account_numbers_are_printed_in_groups_of_four() {
        assert_eq!(in_fours("SE45 5000000005").replace('\u{a0}', " "), "SE45 5000 0000 05");
    }

    #[test]
    fn a_code_that_is_no_currency_has_no_decimals() {
        assert_eq!(
            (decimals("SEK"), decimals("KWD"), decimals("JPY"), decimals("ABC")),
            (Some(2), Some(3), Some(0), None)
        );
    }
}
