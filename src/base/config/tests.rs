//! What a configuration may contain, and the errors for an invalid one.

use super::*;

/// The defaults, overridden by this text.
fn with(text: &str) -> Result<Config, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tenantry.toml");
    std::fs::write(&file, text).unwrap();
    Config::load(Some(&file))
}

#[test]
fn a_list_of_one_may_be_written_without_brackets() {
    assert_eq!(with("[tokens]\nsigning_keys = \"a.pem\"").unwrap().tokens.signing_keys, ["a.pem"]);
    assert!(with("[tokens]\nsigning_keys = \"\"").unwrap().tokens.signing_keys.is_empty());
    assert_eq!(with("[http]\nallowed_origins = [\"a\", \"b\"]").unwrap().http.allowed_origins, ["a", "b"]);
}

#[test]
fn an_error_does_not_show_the_value() {
    for (text, says) in [
        ("[tokens]\nsigning_keys = { a = \"SECRET\" }", "signing_keys"),
        ("[tokens]\naccess_minutes = \"SECRET\"", "access_minutes"),
        ("[passwords]\nmemory_kib = -7777", "memory_kib"),
        ("[log]\nformat = \"SECRET\"", "format"),
        ("[tokens]\nsigning_keys = [\"SECRET", "line 2"),
        ("database = \"SECRET\"", "database"),
        ("[http]\nmetric = \"SECRET\"", "unknown field `metric`"),
    ] {
        let problem = with(text).unwrap_err();
        for shown in [problem.to_string(), format!("{problem:?}")] {
            assert!(shown.contains(says), "{text}: {shown}");
            assert!(!shown.contains("SECRET") && !shown.contains("7777"), "{text}: {shown}");
        }
    }
}

#[test]
fn numbers_out_of_range_are_refused_by_name() {
    for (table, name) in [("tokens", "access_minutes"), ("tokens", "refresh_days"), ("partnerships", "proposal_days")] {
        for wrong in [0, -1, i64::MAX] {
            let problem = with(&format!("[{table}]\n{name} = {wrong}")).unwrap_err().to_string();
            assert!(problem.contains(&format!("{table}.{name} must be between 1 and")), "{problem}");
        }
    }
}

#[test]
fn links_lead_to_the_portal_where_there_is_one() {
    let mut config = Config::defaults().unwrap();
    assert_eq!(config.link("invitation", "abc"), "http://127.0.0.1:8080/invitation?token=abc");
    config.portal_url = "https://portal.example/".to_owned();
    assert_eq!(config.link("invitation", "abc"), "https://portal.example/invitation?token=abc");
}

#[test]
fn the_manual_is_a_whole_configuration() {
    let config = Config::defaults().unwrap();
    assert_eq!(config.limits.nodes, 20_000);
    assert!(config.database_url().starts_with("sqlite://"));
}
