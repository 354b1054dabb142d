//! Finds settings that do not exist, in the settings file and in the environment.

use std::path::Path;
use std::sync::LazyLock;

use toml::de::{DeTable, DeValue};

use super::{ConfigError, MANUAL};

/// What the names of our environment variables begin with.
const PREFIX: &str = "TENANTRY_";

/// Refuses keys of the file that are not in the manual. Says on which line they are.
pub fn check_file(path: &Path, text: &str) -> Result<(), ConfigError> {
    let Ok(given) = DeTable::parse(text) else { return Ok(()) };
    let known = &*ALL;
    for (key, start) in keys(given.get_ref()) {
        if !known.contains(&key) {
            let line = 1 + text.bytes().take(start).filter(|byte| *byte == b'\n').count();
            let place = format!("line {line} of {}", path.display());
            return Err(ConfigError::unknown(&key, &place, nearest(&key, known)));
        }
    }
    Ok(())
}

/// Refuses environment variables that begin with `TENANTRY_` and set nothing.
pub fn check_environment(names: impl Iterator<Item = String>) -> Result<(), ConfigError> {
    let known = &*ALL;
    for name in names {
        let Some(rest) = name.strip_prefix(PREFIX) else { continue };
        let key = rest.to_lowercase().replace("__", ".");
        if !known.contains(&key) {
            let nearest = nearest(&key, known).map(|key| format!("{PREFIX}{}", key.to_uppercase().replace('.', "__")));
            return Err(ConfigError::unknown(&name, "the environment", nearest));
        }
    }
    Ok(())
}

/// All settings, written like `mail.smtp.host`.
static ALL: LazyLock<Vec<String>> = LazyLock::new(|| {
    let manual = DeTable::parse(MANUAL).map(|manual| keys(manual.get_ref())).unwrap_or_default();
    manual.into_iter().map(|(key, _)| key).collect()
});

/// The keys of a table and of the tables in it, each with its place in the text.
fn keys(table: &DeTable<'_>) -> Vec<(String, usize)> {
    let mut keys = Vec::new();
    for (name, value) in table {
        let name_of = |inner: &str| format!("{}.{inner}", name.get_ref());
        match value.get_ref() {
            DeValue::Table(inner) => keys.extend(self::keys(inner).into_iter().map(|(key, at)| (name_of(&key), at))),
            _ => keys.push((name.get_ref().to_string(), name.span().start)),
        }
    }
    keys.sort_by_key(|(_, at)| *at);
    keys
}

/// The setting that was probably meant.
fn nearest(given: &str, known: &[String]) -> Option<String> {
    let last = |key: &str| key.rsplit('.').next().unwrap_or_default().to_owned();
    let same_name = known.iter().find(|key| last(key) == last(given));
    let near = || known.iter().filter(|key| strsim::damerau_levenshtein(key, given) <= 3);
    let nearest = || near().min_by_key(|key| strsim::damerau_levenshtein(key, given));
    same_name.or_else(nearest).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_file(text: &str) -> String {
        check_file(Path::new("tenantry.toml"), text).unwrap_err().to_string()
    }

    fn in_environment(name: &str) -> String {
        check_environment([name.to_owned()].into_iter()).unwrap_err().to_string()
    }

    #[test]
    fn an_unknown_key_of_the_file_is_named_with_its_line_and_the_nearest_setting() {
        let told = in_file("# A comment\n[http]\nmetric = true\n");
        assert!(told.contains("http.metric (line 3 of tenantry.toml)"), "{told}");
        assert!(told.contains("the nearest is http.metrics."), "{told}");
        let told = in_file("smtp.host = \"mail.example\"");
        assert!(told.contains("the nearest is mail.smtp.host."), "{told}");
        let told = in_file("[weather]\nsun = 1");
        assert!(told.contains("weather.sun (line 2 of tenantry.toml)") && !told.contains("nearest"), "{told}");
    }

    #[test]
    fn an_unknown_variable_of_the_environment_is_named() {
        let told = in_environment("TENANTRY_DATABASE__MAX_CONNECTION");
        assert!(told.contains("TENANTRY_DATABASE__MAX_CONNECTION (the environment)"), "{told}");
        assert!(told.contains("the nearest is TENANTRY_DATABASE__MAX_CONNECTIONS."), "{told}");
    }

    #[test]
    fn every_setting_of_the_manual_is_known() {
        check_file(Path::new("config.example.toml"), MANUAL).unwrap();
        let names = ALL.iter().map(|key| format!("{PREFIX}{}", key.to_uppercase().replace('.', "__")));
        check_environment(names).unwrap();
        check_environment(["HOME".to_owned(), "DATABASE_URL".to_owned()].into_iter()).unwrap();
    }
}
