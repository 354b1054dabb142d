//! What is wrong with the settings. Says which and where, and never a value: it may be a key or a password.

use config::ConfigError as Problem;

/// A setting is wrong; says which, and what it may be.
#[derive(Debug, thiserror::Error)]
#[error("configuration: {0}. config.example.toml explains every setting.")]
pub struct ConfigError(String);

impl ConfigError {
    /// A number that is too small or too large.
    pub fn range(name: &str, least: i64, most: i64) -> Self {
        Self(format!("{name} is between {least} and {most}"))
    }

    /// Two settings of which only one may be set.
    pub fn both(one: &str, other: &str) -> Self {
        Self(format!("set {one} or {other}, not both"))
    }
}

impl From<Problem> for ConfigError {
    fn from(problem: Problem) -> Self {
        Self(tell(&problem))
    }
}

fn tell(problem: &Problem) -> String {
    match problem {
        Problem::NotFound(key) => format!("{key} is missing"),
        // The rest shows the line.
        Problem::FileParse { uri, cause } => {
            let text = cause.to_string();
            let file = uri.as_deref().unwrap_or("the file");
            format!("{file} does not read: {}", text.lines().next().unwrap_or_default())
        }
        Problem::Type { expected, key, origin, .. } => {
            format!("{} has to be {expected}{}", name(key.as_ref()), place(origin.as_ref()))
        }
        Problem::At { error, key, origin } => {
            let place = place(origin.as_ref());
            match &**error {
                Problem::Message(text) => format!("{}: {}{place}", name(key.as_ref()), harmless(text)),
                inner => format!("{}: {}{place}", name(key.as_ref()), tell(inner)),
            }
        }
        Problem::Message(text) => harmless(text).to_owned(),
        _ => "the settings cannot be read".to_owned(),
    }
}

/// What says something about names only.
fn harmless(text: &str) -> &str {
    let names = ["unknown field", "missing field", "missing configuration field", "it has to be"];
    if names.iter().any(|start| text.starts_with(start)) { text } else { "this is none of the values that it may have" }
}

fn name(key: Option<&String>) -> &str {
    key.map_or("a setting", String::as_str)
}

fn place(origin: Option<&String>) -> String {
    origin.map_or_else(String::new, |origin| format!(" (in {origin})"))
}
