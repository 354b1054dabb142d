//! Values of properties. Each is read into one canonical text, and encoded so that byte order is the order of the
//! values.

use chrono::{Datelike, NaiveDate};
use entity::property_definition::Model;
use sea_orm::ActiveEnum;
use serde_json::{Value as Json, json};
use unicode_normalization::UnicodeNormalization;
use url::Url;

pub use entity::property_definition::Kind;

use crate::base::error::{UserError, UserErrorCode};
use crate::base::message::Message;
use crate::base::text::{is_deceptive, is_visible};

/// The last position of a definition.
pub const LAST_POSITION: i32 = 10_000;
/// How many definitions a reseller can have.
pub const MOST_DEFINITIONS: usize = 100;
/// How many choices a CHOICE can have.
pub const MOST_CHOICES: usize = 100;
/// The longest value, in characters.
pub const LONGEST: usize = 2_000;
/// The longest choice, in characters.
const LONGEST_CHOICE: usize = 100;
/// The longest key of a definition.
const LONGEST_KEY: usize = 40;
/// How many digits of a number are exact.
const DIGITS: usize = 15;
/// How many characters of a text count when lists are ordered.
const ORDERED_BY: usize = 200;

/// No sort key of a value comes before this.
pub const FIRST: &str = "a";
/// Every sort key of a value comes before this.
pub const BEYOND: &str = "b";
/// The sort keys of a missing value: it comes last in both directions.
const UNSET: [&str; 2] = ["z", ""];

/// A message that says what is wrong with a value.
pub type Wrong = Message;

/// A value in the form of the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The canonical text; `None` if there is no value.
    pub value: Option<String>,
    /// The text, folded for searching and comparing.
    pub folded: Option<String>,
    /// The sort key for lists with the smallest first.
    pub ascending_key: String,
    /// The sort key for lists with the largest first.
    pub descending_key: String,
}

impl Stored {
    /// The form of a canonical text, or of a missing value.
    pub fn of(kind: Kind, value: Option<String>) -> Self {
        let Some(value) = value else {
            let [ascending, descending] = UNSET.map(str::to_owned);
            return Self { value: None, folded: None, ascending_key: ascending, descending_key: descending };
        };
        let key = sort_key(kind, &value);
        Self {
            folded: Some(collation::fold(&value)),
            value: Some(value),
            descending_key: key.clone(),
            ascending_key: key,
        }
    }
}

/// The sort key of a missing value in this direction.
pub const fn unset_key(descending: bool) -> &'static str {
    UNSET[descending as usize]
}

/// The sort key of a canonical text: the byte order of these keys is the order of the values. Texts are ordered by the root
/// collation of their first 200 characters, folded: texts that are compared as equal have the same key.
pub fn sort_key(kind: Kind, value: &str) -> String {
    let ordered = match kind {
        Kind::Text | Kind::Choice | Kind::Url => {
            collation::sort_key(&collation::fold(value).chars().take(ORDERED_BY).collect::<String>())
        }
        Kind::Number => number_key(value.parse().unwrap_or_default()),
        Kind::Date => value.to_owned(),
        Kind::Boolean => u8::from(value == "true").to_string(),
    };
    format!("{FIRST}{ordered}")
}

/// The bits of a number, changed so that their order is the order of the numbers.
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

/// The canonical text of a value. The error says what is wrong.
pub fn read(kind: Kind, choices: &[String], typed: &str) -> Result<String, Wrong> {
    if typed.chars().count() > LONGEST {
        return Err([
            format!("A value can have at most {LONGEST} characters."),
            format!("Ein Wert kann höchstens {LONGEST} Zeichen haben."),
            format!("Ett värde kan ha högst {LONGEST} tecken."),
        ]
        .into());
    }
    if typed.chars().any(is_deceptive) {
        let message = [
            "A value must be one line, without control characters or characters that hide or reverse text.",
            "Ein Wert muss eine Zeile sein, ohne Steuerzeichen und ohne Zeichen, die Text verbergen oder umkehren.",
            "Ett värde måste vara en rad, utan styrtecken och utan tecken som döljer eller vänder text.",
        ];
        return Err(message.into());
    }
    let text: String = typed.trim().nfc().collect();
    if !text.chars().any(is_visible) {
        return Err([
            "Give a value, or null to remove it.",
            "Geben Sie einen Wert an, oder null, um ihn zu entfernen.",
            "Ange ett värde, eller null för att ta bort det.",
        ]
        .into());
    }
    match kind {
        Kind::Text => Ok(text),
        Kind::Number => read_number(&text),
        Kind::Date => read_date(&text),
        Kind::Boolean if matches!(text.as_str(), "true" | "false") => Ok(text),
        Kind::Boolean => Err(["Give true or false.", "Geben Sie true oder false an.", "Ange true eller false."].into()),
        Kind::Choice if choices.contains(&text) => Ok(text),
        Kind::Choice => Err([
            format!("Give one of the choices: {}.", listed(choices)),
            format!("Geben Sie etwas aus der Auswahl an: {}.", listed(choices)),
            format!("Ange ett av valen: {}.", listed(choices)),
        ]
        .into()),
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
    let wrong = || -> Wrong {
        [
            "Give a finite number, for example 12, -0.5 or 6.02e23.",
            "Geben Sie eine endliche Zahl an, zum Beispiel 12, -0.5 oder 6.02e23.",
            "Ange ett ändligt tal, till exempel 12, -0.5 eller 6.02e23.",
        ]
        .into()
    };
    // The parser of numbers also accepts words such as inf.
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
        let message = [
            format!("A number can have at most {DIGITS} digits. Use TEXT for longer ones, such as account numbers."),
            format!(
                "Eine Zahl kann höchstens {DIGITS} Ziffern haben. Nehmen Sie für längere, wie Kontonummern, den Typ \
                 TEXT."
            ),
            format!("Ett tal kan ha högst {DIGITS} siffror. Använd TEXT för längre, till exempel kontonummer."),
        ];
        return Err(message.into());
    }
    Ok(number_text(number))
}

/// The shortest text that stands for the number.
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
    let wrong = || -> Wrong {
        [
            "Give a date as YYYY-MM-DD, for example 2026-02-28.",
            "Geben Sie einen Tag als JJJJ-MM-TT an, zum Beispiel 2026-02-28.",
            "Ange en dag som ÅÅÅÅ-MM-DD, till exempel 2026-02-28.",
        ]
        .into()
    };
    let is_shaped = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let day: NaiveDate = text.parse().ok().filter(|_| is_shaped).ok_or_else(wrong)?;
    if day.year() < 1 || day.to_string() != text {
        return Err(wrong());
    }
    Ok(text.to_owned())
}

fn read_url(text: &str) -> Result<String, Wrong> {
    let wrong = || -> Wrong {
        [
            "Give a full web address, for example https://example.org/page.",
            "Geben Sie eine vollständige Webadresse an, zum Beispiel https://example.org/page.",
            "Ange en fullständig webbadress, till exempel https://example.org/page.",
        ]
        .into()
    };
    if text.contains(char::is_whitespace) {
        return Err(wrong());
    }
    let url = Url::parse(text).map_err(|_| wrong())?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(wrong());
    }
    let text = url.to_string();
    // Characters outside of ASCII become longer in a URL.
    if text.len() > LONGEST {
        Err([
            format!("A value can have at most {LONGEST} characters."),
            format!("Ein Wert kann höchstens {LONGEST} Zeichen haben."),
            format!("Ett värde kan ha högst {LONGEST} tecken."),
        ]
        .into())
    } else {
        Ok(text)
    }
}

/// What is wrong with the key of a definition; `None` if nothing is.
pub fn wrong_key(key: &str) -> Option<Wrong> {
    let mut letters = key.chars();
    let begins = letters.next().is_some_and(|letter| letter.is_ascii_lowercase());
    let goes_on = letters.all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_');
    (!begins || !goes_on || key.len() > LONGEST_KEY).then(|| {
        [
            format!(
                "Begin a key with a lower-case letter, and use only lower-case letters, digits and _: at most \
                 {LONGEST_KEY} characters, for example region_2."
            ),
            format!(
                "Beginnen Sie einen Schlüssel mit einem Kleinbuchstaben, und nehmen Sie nur Kleinbuchstaben, Ziffern \
                 und _: höchstens {LONGEST_KEY} Zeichen, zum Beispiel region_2."
            ),
            format!(
                "Börja en nyckel med en liten bokstav och använd bara små bokstäver, siffror och _: högst \
                 {LONGEST_KEY} tecken, till exempel region_2."
            ),
        ]
        .into()
    })
}

/// The choices without surrounding space. The error says what is wrong.
pub fn read_choices(kind: Kind, typed: Option<&[String]>) -> Result<Vec<String>, Wrong> {
    if kind != Kind::Choice {
        let is_none = typed.is_none_or(<[String]>::is_empty);
        return if is_none {
            Ok(Vec::new())
        } else {
            Err([
                "Only a CHOICE can have choices. Leave them out.",
                "Nur CHOICE kann eine Auswahl haben. Lassen Sie sie weg.",
                "Bara CHOICE kan ha val. Utelämna dem.",
            ]
            .into())
        };
    }
    let typed = typed.unwrap_or_default();
    if typed.is_empty() || typed.len() > MOST_CHOICES {
        return Err([
            format!("Give a CHOICE 1 to {MOST_CHOICES} choices."),
            format!("Geben Sie für CHOICE 1 bis {MOST_CHOICES} Möglichkeiten an."),
            format!("Ange 1 till {MOST_CHOICES} val för CHOICE."),
        ]
        .into());
    }
    let mut choices: Vec<String> = Vec::with_capacity(typed.len());
    for choice in typed {
        let choice = read(Kind::Text, &[], choice)?;
        if choice.chars().count() > LONGEST_CHOICE {
            return Err([
                format!("A choice can have at most {LONGEST_CHOICE} characters."),
                format!("Eine Möglichkeit kann höchstens {LONGEST_CHOICE} Zeichen haben."),
                format!("Ett val kan ha högst {LONGEST_CHOICE} tecken."),
            ]
            .into());
        }
        if choices.contains(&choice) {
            return Err([
                format!("The choice {choice} is in the list twice. Give each choice once."),
                format!("Die Möglichkeit {choice} steht zweimal in der Liste. Geben Sie jede einmal an."),
                format!("Valet {choice} finns två gånger i listan. Ange varje val en gång."),
            ]
            .into());
        }
        choices.push(choice);
    }
    Ok(choices)
}

/// The definition with this key among those of a reseller. The error names the keys that exist.
pub fn named<'a>(definitions: &'a [Model], key: &str) -> Result<&'a Model, Wrong> {
    definitions.iter().find(|definition| definition.key == key).ok_or_else(|| {
        let keys: Vec<&str> = definitions.iter().take(20).map(|definition| definition.key.as_str()).collect();
        let shown: String = key.chars().take(50).collect();
        if keys.is_empty() {
            [
                format!("There is no property {shown:?}: this reseller has not defined any."),
                format!("Es gibt keine Eigenschaft {shown:?}: Dieser Reseller hat keine definiert."),
                format!("Det finns ingen egenskap {shown:?}: återförsäljaren har inte definierat någon."),
            ]
            .into()
        } else {
            [
                format!("There is no property {shown:?}. The properties are: {}.", keys.join(", ")),
                format!("Es gibt keine Eigenschaft {shown:?}. Die Eigenschaften sind: {}.", keys.join(", ")),
                format!("Det finns ingen egenskap {shown:?}. Egenskaperna är: {}.", keys.join(", ")),
            ]
            .into()
        }
    })
}

/// Refuses more keys than a reseller can have properties.
pub fn check_keys(keys: Option<&[String]>) -> Result<(), Wrong> {
    let count = keys.map_or(0, <[String]>::len);
    if count <= MOST_DEFINITIONS {
        return Ok(());
    }
    let message = [
        format!("You gave {count} keys. Give at most {MOST_DEFINITIONS}."),
        format!("Sie haben {count} Schlüssel angegeben. Geben Sie höchstens {MOST_DEFINITIONS} an."),
        format!("Du angav {count} nycklar. Ange högst {MOST_DEFINITIONS}."),
    ];
    Err(message.into())
}

/// Checks the position of a definition.
pub fn read_position(given: i32) -> Result<i32, UserError> {
    if (0..=LAST_POSITION).contains(&given) {
        return Ok(given);
    }
    let message = [
        format!("position is {given}. Give 0 to {LAST_POSITION}."),
        format!("position ist {given}. Geben Sie 0 bis {LAST_POSITION} an."),
        format!("position är {given}. Ange 0 till {LAST_POSITION}."),
    ];
    Err(UserError::at("position", UserErrorCode::InvalidInput, message))
}

/// The choices in the form of the database.
pub fn stored_choices(choices: &[String]) -> Option<String> {
    (!choices.is_empty()).then(|| json!(choices).to_string())
}

/// A definition as the audit log records it.
pub fn audit_snapshot(row: &Model) -> Json {
    json!({
        "key": row.key,
        "label": row.label,
        "type": row.kind.to_value(),
        "position": row.position,
        "required": row.is_required,
        "choices": choices(row),
    })
}

#[cfg(test)]
mod tests;
