//! What a configuration may say, and what is told of one that is wrong.

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
fn what_is_wrong_is_told_without_its_value() {
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
        for told in [problem.to_string(), format!("{problem:?}")] {
            assert!(told.contains(says), "{text}: {told}");
            assert!(!told.contains("SECRET") && !told.contains("7777"), "{text}: {told}");
        }
    }
}

#[test]
fn our_proxies_are_known_by_number_or_by_networks() {
    let trusted =
        |text: &str| with(&format!("[http]\ntrusted_proxies = {text}")).map(|config| config.http.trusted_proxies);
    let networks = trusted("[\"10.0.0.0/8\", \"2001:db8::/32\", \"192.0.2.7\"]").unwrap();
    let texts: Vec<String> = networks.iter().map(ToString::to_string).collect();
    assert_eq!(texts, ["10.0.0.0/8", "2001:db8::/32", "192.0.2.7/32"]);
    let problem = trusted("\"proxy.internal\"").unwrap_err().to_string();
    assert!(problem.contains("trusted_proxies") && !problem.contains("proxy.internal"), "{problem}");
    let both = with("[http]\nproxies = 1\ntrusted_proxies = \"10.0.0.0/8\"").unwrap_err().to_string();
    assert!(both.contains("http.proxies or http.trusted_proxies"), "{both}");
}

#[test]
fn numbers_out_of_range_are_refused_by_name() {
    for (table, name) in [("tokens", "access_minutes"), ("tokens", "refresh_days"), ("partnerships", "proposal_days")] {
        for wrong in [0, -1, i64::MAX] {
            let problem = with(&format!("[{table}]\n{name} = {wrong}")).unwrap_err().to_string();
            assert!(problem.contains(&format!("{table}.{name} is between 1 and")), "{problem}");
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
