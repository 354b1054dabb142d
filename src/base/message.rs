//! Messages for people: those of `userErrors`, and what else the console shows as they are. A message has all languages, or
//! it does not compile.
//!
//! What only programs and operators read is text in English: errors of GraphQL such as INVALID_INPUT about a malformed
//! argument, the command line, settings, the log.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::locale::Locale;

/// The same text in the languages of `Locale::ALL`.
pub type Texts = [&'static str; Locale::ALL.len()];

/// A message. `["English", "Deutsch", "Svenska"].into()` makes one, in the order of `Locale::ALL`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Stored")]
pub struct Message(Box<[String; Locale::ALL.len()]>);

impl Message {
    /// The message in this language.
    pub fn in_language(&self, locale: Locale) -> &str {
        locale.choose(self.0.each_ref()).as_str()
    }

    /// The message behind these words.
    #[must_use]
    pub fn after(self, words: [impl fmt::Display; Locale::ALL.len()]) -> Self {
        self.map(|locale, text| format!("{}{text}", locale.choose(words.each_ref())))
    }

    /// Each of the texts, changed.
    #[must_use]
    pub fn map(self, change: impl Fn(Locale, String) -> String) -> Self {
        let [en, de, sv] = *self.0;
        [change(Locale::En, en), change(Locale::De, de), change(Locale::Sv, sv)].into()
    }
}

impl From<[&str; Locale::ALL.len()]> for Message {
    fn from(texts: [&str; Locale::ALL.len()]) -> Self {
        texts.map(str::to_owned).into()
    }
}

impl From<[String; Locale::ALL.len()]> for Message {
    fn from(texts: [String; Locale::ALL.len()]) -> Self {
        Self(Box::new(texts))
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.in_language(Locale::En))
    }
}

/// A message in the database. Before all were translated, some were stored in English alone.
#[derive(Deserialize)]
#[serde(untagged)]
enum Stored {
    English(String),
    Translated(Box<[String; Locale::ALL.len()]>),
}

impl From<Stored> for Message {
    fn from(stored: Stored) -> Self {
        match stored {
            Stored::English(text) => Locale::ALL.map(|_| text.clone()).into(),
            Stored::Translated(texts) => Self(texts),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_in_the_language_of_its_reader() {
        let message = Message::from(["one", "eins", "ett"]);
        assert_eq!(Locale::ALL.map(|locale| message.in_language(locale)), ["one", "eins", "ett"]);
        let after = message.after(["Give ", "Nehmen Sie ", "Ta "]);
        assert_eq!(Locale::ALL.map(|locale| after.in_language(locale)), ["Give one", "Nehmen Sie eins", "Ta ett"]);
    }

    #[test]
    fn a_stored_message_is_read_again() {
        let message = Message::from(["one", "eins", "ett"]);
        let stored = serde_json::to_string(&message).unwrap();
        assert_eq!(serde_json::from_str::<Message>(&stored).unwrap(), message);
        let old = serde_json::from_str::<Message>("\"from before\"").unwrap();
        assert_eq!(Locale::ALL.map(|locale| old.in_language(locale)), ["from before"; 3]);
    }
}
