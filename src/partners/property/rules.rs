//! Values of properties: read into one canonical text each, and encoded so that the order of the bytes is their order.

use chrono::{Datelike, NaiveDate};
use entity::property_definition::Model;
use unicode_normalization::UnicodeNormalization;
use url::Url;

pub use entity::property_definition::Kind;

use crate::base::text::is_deceptive;

/// Definitions that a reseller can have.
pub const MOST_DEFINITIONS: usize = 100;
/// Values that a choice can have.
pub const MOST_CHOICES: usize = 100;
/// Longest value, in characters.
pub const LONGEST: usize = 2_000;
/// Longest choice, in characters.
const LONGEST_CHOICE: usize = 100;
/// Longest key of a definition.
const LONGEST_KEY: usize = 40;
/// So many digits of a number are kept exactly.
const DIGITS: usize = 15;
/// So many characters of a text decide about its place in a list.
const PLACED_BY: usize = 200;

/// No key of a value that is set comes before this.
pub const FIRST: &str = "a";
/// Every key of a value that is set comes before this.
pub const BEYOND: &str = "b";
/// The keys of what is not set: behind all others, whatever the direction.
const UNSET: [&str; 2] = ["z", ""];

/// What is wrong with a value, for people.
pub type Wrong = String;

/// A value as its row keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// In its canonical text; none if it is not set.
    pub value: Option<String>,
    /// In small letters.
    pub folded: Option<String>,
    /// For lists with the smallest first.
    pub ascending_key: String,
    /// For lists with the largest first.
    pub descending_key: String,
}

impl Stored {
    /// A value in its canonical text, or none.
    pub fn of(kind: Kind, value: Option<String>) -> Self {
        let Some(value) = value else {
            let [ascending, descending] = UNSET.map(str::to_owned);
            return Self { value: None, folded: None, ascending_key: ascending, descending_key: descending };
        };
        let key = sort_key(kind, &value);
        Self { folded: Some(fold(&value)), value: Some(value), descending_key: key.clone(), ascending_key: key }
    }
}

/// The key that no set value has, in the order of this direction.
pub const fn unset_key(descending: bool) -> &'static str {
    UNSET[descending as usize]
}

/// In small letters, to compare without regard to case.
pub fn fold(text: &str) -> String {
    text.to_lowercase()
}

/// What a value in its canonical text is ordered by: the order of the bytes of these keys is the order of the values.
/// Texts are ordered without regard to case, by their first 200 characters.
pub fn sort_key(kind: Kind, value: &str) -> String {
    let ordered = match kind {
        Kind::Text | Kind::Choice | Kind::Url => fold(value).chars().take(PLACED_BY).collect(),
        Kind::Number => number_key(value.parse().unwrap_or_default()),
        Kind::Date => value.to_owned(),
        Kind::Boolean => u8::from(value == "true").to_string(),
    };
    format!("{FIRST}{ordered}")
}

/// The bits of a number so that they are in the order of the numbers: those of negative ones are turned round.
fn number_key(number: f64) -> String {
    const SIGN: u64 = 1 << 63;
    let bits = number.to_bits();
    format!("{:016x}", if bits & SIGN == 0 { bits | SIGN } else { !bits })
}

/// The choices of a definition.
pub fn choices(definition: &Model) -> Vec<String> {
    let stored = definition.choices.as_deref().unwrap_or("[]");
    serde_json::from_str(stored).unwrap_or_default()
}

/// Reads a value into its canonical text, or says what is wrong with it.
pub fn read(kind: Kind, choices: &[String], typed: &str) -> Result<String, Wrong> {
    if typed.chars().count() > LONGEST {
        return Err(format!("A value has at most {LONGEST} characters."));
    }
    if typed.chars().any(is_deceptive) {
        let message =
            "A value is one line without control characters: no line breaks, and none that hide or turn text.";
        return Err(message.to_owned());
    }
    let text: String = typed.trim().nfc().collect();
    if text.is_empty() {
        return Err("Give a value, or null to have none.".to_owned());
    }
    match kind {
        Kind::Text => Ok(text),
        Kind::Number => read_number(&text),
        Kind::Date => read_date(&text),
        Kind::Boolean if matches!(text.as_str(), "true" | "false") => Ok(text),
        Kind::Boolean => Err("Give true or false.".to_owned()),
        Kind::Choice if choices.contains(&text) => Ok(text),
        Kind::Choice => Err(format!("Give one of the choices: {}.", listed(choices))),
        Kind::Url => read_url(&text),
    }
}

/// The first of the choices, for a message.
fn listed(choices: &[String]) -> String {
    const SHOWN: usize = 10;
    let more = if choices.len() > SHOWN { ", …" } else { "" };
    format!("{}{more}", choices.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", "))
}

fn read_number(text: &str) -> Result<String, Wrong> {
    let wrong = || "Give a finite number, for example 12, -0.5 or 6.02e23.".to_owned();
    // The parser of numbers also takes words.
    if !text.chars().all(|letter| letter.is_ascii_digit() || matches!(letter, '+' | '-' | '.' | 'e' | 'E')) {
        return Err(wrong());
    }
    let number: f64 = text.parse().map_err(|_| wrong())?;
    if !number.is_finite() {
        return Err(wrong());
    }
    let digits: String =
        text.split(['e', 'E']).next().unwrap_or_default().chars().filter(char::is_ascii_digit).collect();
    if digits.trim_matches('0').len() > DIGITS {
        let message =
            format!("A number keeps {DIGITS} digits; keep longer ones, such as numbers of accounts, as TEXT.");
        return Err(message);
    }
    Ok(number_text(number))
}

/// The shortest text that is read as the same number.
pub fn number_text(number: f64) -> String {
    let size = number.abs();
    if size == 0.0 {
        "0".to_owned()
    } else if (1e-7..1e21).contains(&size) {
        number.to_string()
    } else {
        format!("{number:e}")
    }
}

fn read_date(text: &str) -> Result<String, Wrong> {
    let wrong = || "Give a day of the calendar as YYYY-MM-DD, for example 2026-02-28.".to_owned();
    let is_shaped = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let day: NaiveDate = text.parse().ok().filter(|_| is_shaped).ok_or_else(wrong)?;
    if day.year() < 1 || day.to_string() != text {
        return Err(wrong());
    }
    Ok(text.to_owned())
}

fn read_url(text: &str) -> Result<String, Wrong> {
    let wrong = || "Give a whole address of the web, for example https://example.org/page.".to_owned();
    if text.contains(char::is_whitespace) {
        return Err(wrong());
    }
    let url = Url::parse(text).map_err(|_| wrong())?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(wrong());
    }
    let text = url.to_string();
    // What stands outside of ASCII is written longer.
    if text.len() > LONGEST { Err(format!("A value has at most {LONGEST} characters.")) } else { Ok(text) }
}

/// What is wrong with the key of a definition, if anything is.
pub fn wrong_key(key: &str) -> Option<Wrong> {
    let mut letters = key.chars();
    let begins = letters.next().is_some_and(|letter| letter.is_ascii_lowercase());
    let goes_on = letters.all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_');
    (!begins || !goes_on || key.len() > LONGEST_KEY).then(|| {
        format!("A key begins with a small letter and has small letters, digits and _: {LONGEST_KEY} at most. Like region_2.")
    })
}

/// The choices without the space around them, or what is wrong with them.
pub fn read_choices(kind: Kind, typed: Option<&[String]>) -> Result<Vec<String>, Wrong> {
    if kind != Kind::Choice {
        let is_none = typed.is_none_or(<[String]>::is_empty);
        return if is_none { Ok(Vec::new()) } else { Err("Only a CHOICE has choices.".to_owned()) };
    }
    let typed = typed.unwrap_or_default();
    if typed.is_empty() || typed.len() > MOST_CHOICES {
        return Err(format!("A CHOICE has 1 to {MOST_CHOICES} choices."));
    }
    let mut choices: Vec<String> = Vec::with_capacity(typed.len());
    for choice in typed {
        let choice = read(Kind::Text, &[], choice)?;
        if choice.chars().count() > LONGEST_CHOICE {
            return Err(format!("A choice has at most {LONGEST_CHOICE} characters."));
        }
        if choices.contains(&choice) {
            return Err(format!("The choice {choice} stands there twice."));
        }
        choices.push(choice);
    }
    Ok(choices)
}

#[cfg(test)]
mod tests;
