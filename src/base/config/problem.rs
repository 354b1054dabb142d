//! Errors in the settings. A message names the setting and its origin but never its value, which may be a key or a
//! password.

use config::ConfigError as Problem;

/// An invalid setting: which one, and what is allowed.
#[derive(Debug, thiserror::Error)]
#[error("configuration: {0}. config.example.toml explains every setting.")]
pub struct ConfigError(String);

impl ConfigError {
    /// A number that is out of range.
    pub fn range(name: &str, least: i64, most: i64) -> Self {
        Self(format!("{name} must be between {least} and {most}"))
    }
}

impl From<Problem> for ConfigError {
    fn from(problem: Problem) -> Self {
        Self(message_of(&problem))
    }
}

fn message_of(problem: &Problem) -> String {
    match problem {
        Problem::NotFound(key) => format!("{key} is missing"),
        // Further lines would show the content of the file.
        Problem::FileParse { uri, cause } => {
            let text = cause.to_string();
            let file = uri.as_deref().unwrap_or("the file");
            format!("{file} cannot be read: {}", text.lines().next().unwrap_or_default())
        }
        Problem::Type { expected, key, origin, .. } => {
            format!("{} must be {expected}{}", name(key.as_ref()), source(origin.as_ref()))
        }
        Problem::At { error, key, origin } => {
            let source = source(origin.as_ref());
            match &**error {
                Problem::Message(text) => format!("{}: {}{source}", name(key.as_ref()), without_values(text)),
                inner => format!("{}: {}{source}", name(key.as_ref()), message_of(inner)),
            }
        }
        Problem::Message(text) => without_values(text).to_owned(),
        _ => "the settings cannot be read".to_owned(),
    }
}

/// Passes on only messages that contain names but no values.
fn without_values(text: &str) -> &str {
    let names = ["unknown field", "missing field", "missing configuration field", "it must be"];
    if names.iter().any(|start| text.starts_with(start)) { text } else { "the value is not allowed" }
}

fn name(key: Option<&String>) -> &str {
    key.map_or("a setting", String::as_str)
}

fn source(origin: Option<&String>) -> String {
    origin.map_or_else(String::new, |origin| format!(" (in {origin})"))
}
