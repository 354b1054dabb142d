//! Which settings are accepted, and the messages for those that are not.

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
fn messages_never_repeat_a_value() {
    for (text, says) in [
        ("[tokens]\nsigning_keys = { a = \"SECRET\" }", "signing_keys"),
        ("[tokens]\naccess_minutes = \"SECRET\"", "access_minutes"),
        ("[passwords]\nmemory_kib = -7777", "memory_kib"),
        ("[log]\nformat = \"SECRET\"", "format"),
        ("[tokens]\nsigning_keys = [\"SECRET", "line 2"),
        ("[tokens]\nsigning_keys = [\"SECRET", "tenantry.toml"),
        ("listen = SECRET", "line 1, column 10"),
        ("database = \"SECRET\"", "database"),
        ("[http]\nmetric = \"SECRET\"", "http.metric (line 2 of"),
    ] {
        let problem = with(text).unwrap_err();
        for message in [problem.to_string(), format!("{problem:?}")] {
            assert!(message.contains(says), "{text}: {message}");
            assert!(!message.contains("SECRET") && !message.contains("7777"), "{text}: {message}");
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
fn an_unknown_time_zone_is_refused_with_the_likely_name() {
    let zone = |name: &str| with(&format!("[billing]\ntime_zone = \"{name}\"")).map(|config| config.billing.time_zone);
    assert_eq!(zone("Asia/Kolkata").unwrap(), chrono_tz::Asia::Kolkata);
    assert_eq!(with("").unwrap().billing.time_zone, chrono_tz::Europe::Stockholm);
    let problem = zone("Europe/Stokholm").unwrap_err().to_string();
    assert!(problem.contains("billing.time_zone: it must be a time zone"), "{problem}");
    assert!(problem.contains("the nearest is Europe/Stockholm") && !problem.contains("Stokholm"), "{problem}");
    let problem = zone("SECRET").unwrap_err().to_string();
    assert!(problem.contains("billing.time_zone") && !problem.contains("SECRET"), "{problem}");
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
fn links_lead_to_the_portal_or_else_to_the_console() {
    let mut config = Config::defaults().unwrap();
    assert_eq!(config.link("invitation", "abc"), "http://127.0.0.1:8080/invitation?token=abc");
    config.has_console = true;
    assert_eq!(config.link("invitation", "abc"), "http://127.0.0.1:8080/console/invitation?token=abc");
    assert_eq!(config.page("reset-password"), "http://127.0.0.1:8080/console/reset-password");
    config.portal_url = "https://portal.example/".to_owned();
    assert_eq!(config.link("invitation", "abc"), "https://portal.example/invitation?token=abc");
}

#[test]
fn a_settings_file_that_does_not_exist_is_named() {
    let message = Config::load(Some(Path::new("nowhere/tenantry.toml"))).unwrap_err().to_string();
    assert!(message.contains("the file nowhere/tenantry.toml cannot be read: No such file"), "{message}");
}

#[test]
fn addresses_that_browsers_cannot_open_are_refused() {
    for (address, reason) in [
        ("tenantry.example", "is not an address"),
        ("ftp://tenantry.example", "must begin with http:// or https://"),
        ("https://", "is not an address"),
        ("https://ada:secret@tenantry.example", "must not contain a user"),
        ("https://tenantry.example/?a=b", "must not contain ?"),
    ] {
        for name in ["public_url", "portal_url"] {
            let message = with(&format!("{name} = \"{address}\"")).unwrap_err().to_string();
            assert!(message.contains(&format!("{name} {reason}")), "{address}: {message}");
        }
    }
    with("public_url = \"https://tenantry.example/base/\"\nportal_url = \"\"").unwrap();
}

#[test]
fn a_public_url_that_is_not_set_follows_the_address_to_listen_on() {
    for text in ["", "public_url = \"\""] {
        let config = with(&format!("listen = \"10.0.0.7:80\"\n{text}")).unwrap();
        assert_eq!((config.public_url.as_str(), config.has_public_url), ("http://10.0.0.7:80", false));
    }
    let config = with("public_url = \"http://127.0.0.1:8080\"").unwrap();
    assert_eq!((config.public_url.as_str(), config.has_public_url), ("http://127.0.0.1:8080", true));
}

#[test]
fn tokens_need_an_issuer() {
    let problem = with("[tokens]\nissuer = \" \"").unwrap_err().to_string();
    assert!(problem.contains("tokens.issuer must not be empty"), "{problem}");
}

#[test]
fn links_to_this_machine_are_noticed() {
    let mut config = Config::defaults().unwrap();
    assert!(config.links_are_local());
    for (portal, local) in [("http://localhost:3000", true), ("http://[::1]", true), ("https://portal.example", false)]
    {
        config.portal_url = portal.to_owned();
        assert_eq!(config.links_are_local(), local, "{portal}");
    }
}

#[test]
fn the_name_of_a_database_has_no_password() {
    let mut config = Config::defaults().unwrap();
    assert_eq!(config.database_name(), "SQLite in data/tenantry.db");
    for (url, name) in [
        ("postgres://ada:secret@db.example:5433/shop?sslmode=require", "postgres://ada@db.example:5433/shop"),
        ("sqlite://other/file.db?mode=rwc", "SQLite in other/file.db"),
        ("not an address", "the database of database.url"),
    ] {
        config.database.url = url.to_owned();
        assert_eq!(config.database_name(), name);
    }
}

#[test]
fn the_manual_is_a_whole_configuration() {
    let config = Config::defaults().unwrap();
    assert_eq!(config.limits.nodes, 20_000);
    assert!(config.database_url().starts_with("sqlite://"));
}
