//! What is wrong with the settings. Messages name the setting and its place, and never its value, which may be a secret.

use std::io;
use std::path::Path;

use config::ConfigError as Problem;

/// A wrong setting: which one, where it stands, and what it may be.
#[derive(Debug, thiserror::Error)]
#[error("configuration: {0}. config.example.toml explains every setting.")]
pub struct ConfigError(String);

impl ConfigError {
    /// A number that is too small or too large.
    pub fn range(name: &str, least: i64, most: i64) -> Self {
        Self(format!("{name} must be between {least} and {most}"))
    }

    /// A text that must be there.
    pub fn empty(name: &str) -> Self {
        Self(format!("{name} must not be empty"))
    }

    /// An address that browsers cannot open.
    pub fn address(name: &str, reason: &str) -> Self {
        Self(format!("{name} {reason}; write it like https://tenantry.example"))
    }

    /// A setting that does not exist. `place` says where it stands.
    pub fn unknown(name: &str, place: &str, nearest: Option<String>) -> Self {
        let nearest = nearest.map(|name| format!("; the nearest is {name}")).unwrap_or_default();
        Self(format!("there is no setting {name} ({place}){nearest}"))
    }

    /// A settings file that cannot be read.
    pub fn file(path: &Path, error: &io::Error) -> Self {
        Self(format!("the file {} cannot be read: {error}", path.display()))
    }

    /// A variable of the environment whose value cannot be read.
    pub fn not_text(name: &str) -> Self {
        Self(format!("{name} is not text in UTF-8"))
    }

    /// Two settings of which only one may be set.
    pub fn both(one: &str, other: &str) -> Self {
        Self(format!("set {one} or {other}, not both"))
    }
}

impl From<Problem> for ConfigError {
    fn from(problem: Problem) -> Self {
        Self(describe(&problem))
    }
}

fn describe(problem: &Problem) -> String {
    match problem {
        Problem::NotFound(key) => format!("{key} is missing"),
        // The message shows the line of the file between its first and its last line.
        Problem::FileParse { uri, cause } => {
            let text = cause.to_string();
            let file = uri.as_deref().unwrap_or("the file");
            let mut lines = text.lines().filter(|line| !line.is_empty());
            let place = lines.next().unwrap_or_default();
            match lines.next_back() {
                Some(reason) => format!("{file} cannot be parsed: {place}: {reason}"),
                None => format!("{file} cannot be parsed: {place}"),
            }
        }
        Problem::Type { expected, key, origin, .. } => {
            format!("{} must be {expected}{}", name(key.as_ref()), place(origin.as_ref()))
        }
        Problem::At { error, key, origin } => {
            let place = place(origin.as_ref());
            match &**error {
                Problem::Message(text) => format!("{}: {}{place}", name(key.as_ref()), without_value(text)),
                inner => format!("{}: {}{place}", name(key.as_ref()), describe(inner)),
            }
        }
        Problem::Message(text) => without_value(text).to_owned(),
        _ => "the settings cannot be read".to_owned(),
    }
}

/// The message, if it speaks of names only.
fn without_value(text: &str) -> &str {
    let names = ["unknown field", "missing field", "missing configuration field", "it must be"];
    if names.iter().any(|start| text.starts_with(start)) { text } else { "this is not one of the allowed values" }
}

fn name(key: Option<&String>) -> &str {
    key.map_or("a setting", String::as_str)
}

fn place(origin: Option<&String>) -> String {
    origin.map_or_else(String::new, |origin| format!(" (in {origin})"))
}
