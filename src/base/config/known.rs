//! Finds settings that do not exist, in the settings file and in the environment.

use std::ffi::OsString;
use std::path::Path;
use std::sync::LazyLock;

use config::Map;
use toml::de::{DeTable, DeValue};

use super::{ConfigError, MANUAL};

/// What the names of our environment variables begin with.
const PREFIX: &str = "TENANTRY_";
/// Variables that only the build reads.
const OF_THE_BUILD: [&str; 2] = ["TENANTRY_CONSOLE", "TENANTRY_PLAYGROUND"];

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

/// What the environment says.
#[derive(Debug, Default)]
pub struct Variables {
    /// The variables that are settings, with their values.
    pub settings: Map<String, String>,
    /// Other variables that begin with `TENANTRY_`, each with the setting that was probably meant.
    pub ignored: Vec<String>,
}

/// Finds the settings in the environment. A name with `__` that sets nothing is refused. Other unknown names are only
/// ignored: Kubernetes gives each container `TENANTRY_PORT` and more if a service is called tenantry.
pub fn read_environment(all: impl Iterator<Item = (OsString, OsString)>) -> Result<Variables, ConfigError> {
    let mut variables = Variables::default();
    for (name, value) in all {
        let Ok(name) = name.into_string() else { continue };
        let Some(rest) = name.strip_prefix(PREFIX) else { continue };
        let key = rest.to_lowercase().replace("__", ".");
        if ALL.contains(&key) {
            let value = value.into_string().map_err(|_| ConfigError::not_text(&name))?;
            variables.settings.insert(name, value);
        } else if rest.contains("__") {
            return Err(ConfigError::unknown(&name, "the environment", nearest(&key, &ALL).map(|key| variable(&key))));
        } else if !OF_THE_BUILD.contains(&name.as_str()) {
            let meant = similar(&key).map(|key| format!(" (the nearest setting is {})", variable(key)));
            variables.ignored.push(name + &meant.unwrap_or_default());
        }
    }
    variables.ignored.sort();
    Ok(variables)
}

/// The variable that sets this.
fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.to_uppercase().replace('.', "__"))
}

/// The setting whose variable looks almost like this one, for example with `_` in place of `__`.
fn similar(given: &str) -> Option<&'static str> {
    let distance = |key: &str| strsim::damerau_levenshtein(&key.replace('.', "_"), given);
    let (distance, key) = ALL.iter().map(|key| (distance(key), key)).min()?;
    (distance <= 2).then_some(key)
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

    fn read(names: &[&str]) -> Result<Variables, ConfigError> {
        read_environment(names.iter().map(|name| (name.into(), "tcp://10.0.0.1:8080".into())))
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
        let told = read(&["TENANTRY_DATABASE__MAX_CONNECTION"]).unwrap_err().to_string();
        assert!(told.contains("TENANTRY_DATABASE__MAX_CONNECTION (the environment)"), "{told}");
        assert!(told.contains("the nearest is TENANTRY_DATABASE__MAX_CONNECTIONS."), "{told}");
    }

    #[test]
    fn variables_that_an_orchestrator_injects_are_ignored_and_named() {
        let injected = [
            "TENANTRY_PORT",
            "TENANTRY_PORT_8080_TCP",
            "TENANTRY_PORT_8080_TCP_ADDR",
            "TENANTRY_PORT_8080_TCP_PORT",
            "TENANTRY_PORT_8080_TCP_PROTO",
            "TENANTRY_SERVICE_HOST",
            "TENANTRY_SERVICE_PORT",
            "TENANTRY_SERVICE_PORT_HTTP",
        ];
        let found = read(&injected).unwrap();
        assert_eq!(found.ignored, injected);
        assert!(found.settings.is_empty());
    }

    #[test]
    fn an_ignored_variable_that_resembles_a_setting_is_told_so() {
        for (given, meant) in [
            ("TENANTRY_DATABASE_URL", "TENANTRY_DATABASE__URL"),
            ("TENANTRY_MAIL_SMTP_HOST", "TENANTRY_MAIL__SMTP__HOST"),
            ("TENANTRY_PUBLIC_ULR", "TENANTRY_PUBLIC_URL"),
        ] {
            assert_eq!(read(&[given]).unwrap().ignored, [format!("{given} (the nearest setting is {meant})")]);
        }
    }

    #[test]
    fn documented_names_without_the_separator_are_settings() {
        let found = read(&["TENANTRY_LISTEN", "TENANTRY_DATA_DIR", "TENANTRY_CONSOLE", "HOME"]).unwrap();
        assert!(found.ignored.is_empty(), "{found:?}");
        assert_eq!(found.settings.len(), 2, "{found:?}");
    }

    #[cfg(unix)]
    #[test]
    fn a_setting_that_is_no_text_is_named_without_its_value() {
        use std::os::unix::ffi::OsStringExt;
        let value = || OsString::from_vec(vec![b'x', 0xff]);
        let told = read_environment([("TENANTRY_LISTEN".into(), value())].into_iter()).unwrap_err().to_string();
        assert!(told.contains("TENANTRY_LISTEN is not text in UTF-8"), "{told}");
        assert_eq!(read_environment([("TENANTRY_OTHER".into(), value())].into_iter()).unwrap().ignored.len(), 1);
    }

    #[test]
    fn every_setting_of_the_manual_is_known() {
        check_file(Path::new("config.example.toml"), MANUAL).unwrap();
        let names: Vec<String> = ALL.iter().map(|key| variable(key)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        assert_eq!(read(&names).unwrap().settings.len(), ALL.len());
    }
}
