//! Messages for people. A translated message has all languages, or it does not compile. The others are in English until
//! somebody translates them.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::locale::Locale;

/// The same text in the languages of `Locale::ALL`.
pub type Texts = [&'static str; Locale::ALL.len()];

/// A message. `["English", "Deutsch", "Svenska"].into()` makes a translated one, in the order of `Locale::ALL`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Message {
    /// Not translated yet.
    English(String),
    /// In all languages.
    Translated(Box<[String; Locale::ALL.len()]>),
}

impl Message {
    /// The message in this language, or in English if it is not translated.
    pub fn in_language(&self, locale: Locale) -> &str {
        match self {
            Self::English(text) => text,
            Self::Translated(texts) => locale.choose(texts.each_ref()).as_str(),
        }
    }

    /// The message behind these words.
    #[must_use]
    pub fn after(self, words: [impl fmt::Display; Locale::ALL.len()]) -> Self {
        self.map(|locale, text| format!("{}{text}", locale.choose(words.each_ref())))
    }

    /// Each of the texts, changed.
    #[must_use]
    pub fn map(self, change: impl Fn(Locale, String) -> String) -> Self {
        match self {
            Self::English(text) => Self::English(change(Locale::En, text)),
            Self::Translated(texts) => {
                let [en, de, sv] = *texts;
                [change(Locale::En, en), change(Locale::De, de), change(Locale::Sv, sv)].into()
            }
        }
    }
}

impl From<&str> for Message {
    fn from(text: &str) -> Self {
        Self::English(text.to_owned())
    }
}

impl From<String> for Message {
    fn from(text: String) -> Self {
        Self::English(text)
    }
}

impl From<[&str; Locale::ALL.len()]> for Message {
    fn from(texts: [&str; Locale::ALL.len()]) -> Self {
        texts.map(str::to_owned).into()
    }
}

impl From<[String; Locale::ALL.len()]> for Message {
    fn from(texts: [String; Locale::ALL.len()]) -> Self {
        Self::Translated(Box::new(texts))
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.in_language(Locale::En))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_in_the_language_of_its_reader() {
        let message = Message::from(["one", "eins", "ett"]);
        assert_eq!(Locale::ALL.map(|locale| message.in_language(locale)), ["one", "eins", "ett"]);
        let english = Message::from("one");
        assert_eq!(Locale::ALL.map(|locale| english.in_language(locale)), ["one"; 3]);
    }

    #[test]
    fn a_stored_message_is_read_again() {
        for message in [Message::from("one"), ["one", "eins", "ett"].into()] {
            let stored = serde_json::to_string(&message).unwrap();
            assert_eq!(serde_json::from_str::<Message>(&stored).unwrap(), message);
        }
        assert_eq!(serde_json::from_str::<Message>("\"from before\"").unwrap(), Message::from("from before"));
    }
}
