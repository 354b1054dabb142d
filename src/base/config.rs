//! The settings. `config.example.toml` is compiled in as the defaults and serves as the manual. A file and the
//! environment override it. This is the only place that reads the environment.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use config::{Config as Sources, Environment, File, FileFormat};
use ipnet::IpNet;
use serde::{Deserialize, Deserializer};
use url::{Host, Url};

pub use billing::Billing;
pub use cache::Cache;
pub use mail::{Mail, Smtp, SmtpTls};
pub use problem::ConfigError;

mod billing;
mod cache;
mod known;
mod mail;
mod problem;
#[cfg(test)]
mod tests;

/// The defaults, which are also the manual.
pub const MANUAL: &str = include_str!("../../config.example.toml");

/// All settings; `config.example.toml` says what each means.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config.example.toml is the manual")]
pub struct Config {
    pub listen: String,
    pub public_url: String,
    pub portal_url: String,
    pub data_dir: PathBuf,
    pub database: Database,
    pub cache: Cache,
    pub tokens: Tokens,
    pub passwords: Passwords,
    pub accounts: Accounts,
    pub invitations: Invitations,
    pub outreach: Outreach,
    pub organisations: Organisations,
    pub partnerships: Partnerships,
    pub billing: Billing,
    pub mail: Mail,
    pub limits: Limits,
    pub live: Live,
    pub http: Http,
    pub log: Log,
    pub telemetry: Telemetry,
    /// Whether the program has a console. No setting says so.
    #[serde(skip)]
    pub has_console: bool,
    /// Whether `public_url` was set. If not, it follows the address on which the server listens.
    #[serde(skip)]
    pub has_public_url: bool,
    /// Variables of the environment that look like ours and set nothing. No setting says so.
    #[serde(skip)]
    pub ignored: Vec<String>,
}

/// Where data is stored.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config.example.toml is the manual")]
pub struct Database {
    pub url: String,
    pub max_connections: u32,
    pub acquire_seconds: u64,
}

impl std::fmt::Debug for Database {
    /// The address may contain a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Database").field("max_connections", &self.max_connections).finish_non_exhaustive()
    }
}

/// Access and refresh tokens.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config.example.toml is the manual")]
pub struct Tokens {
    pub issuer: String,
    pub access_minutes: i64,
    pub refresh_days: i64,
    pub refresh_grace_seconds: i64,
    #[serde(deserialize_with = "one_or_many")]
    pub signing_keys: Vec<String>,
}

impl std::fmt::Debug for Tokens {
    /// The keys are secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens").field("access_minutes", &self.access_minutes).finish_non_exhaustive()
    }
}

/// Cost and bounds of password hashes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config.example.toml is the manual")]
pub struct Passwords {
    pub memory_kib: u32,
    pub iterations: u32,
    pub concurrent: usize,
    pub minimum_length: usize,
}

/// Sign-up, login and recovery of user accounts.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config.example.toml is the manual")]
pub struct Accounts {
    pub confirmation_minutes: i64,
    pub requests_per_client: i32,
    pub requests_per_network: i32,
    pub requests_in_all: i32,
    pub issuer: String,
    #[serde(deserialize_with = "one_or_many")]
    pub secret_keys: Vec<String>,
}

impl std::fmt::Debug for Accounts {
    /// The keys are secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = ("confirmation_minutes", &self.confirmation_minutes);
        f.debug_struct("Accounts").field(shown.0, shown.1).finish_non_exhaustive()
    }
}

/// Invitations.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config.example.toml is the manual")]
pub struct Invitations {
    pub days: i64,
}

/// Mail to people outside the sender's organisations, in a day.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config.example.toml is the manual")]
pub struct Outreach {
    pub new_account: i64,
    pub per_day_of_age: i64,
    pub person: i64,
    pub network: i64,
    pub installation: i64,
}

/// Organisations.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config.example.toml is the manual")]
pub struct Organisations {
    pub reopen_days: i64,
    pub transfer_days: i64,
    pub recovery_days: i64,
}

/// Partnerships.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config.example.toml is the manual")]
pub struct Partnerships {
    pub proposal_days: i64,
    pub longest_days: i64,
}

/// Limits of one request.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config.example.toml is the manual")]
pub struct Limits {
    pub depth: u64,
    pub nodes: u64,
    pub fields: u64,
    pub aliases: u64,
    pub root_fields: u64,
    pub directives: u64,
    pub document_bytes: u64,
    pub variables_bytes: u64,
    pub body_bytes: usize,
    pub batch: usize,
    pub execution_seconds: u64,
    pub cached_documents: usize,
    pub export_rows: usize,
    pub requests_at_once: u64,
    pub wait_milliseconds: u64,
}

/// Events, their streams and webhooks.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config.example.toml is the manual")]
pub struct Live {
    pub days: i64,
    pub streams: usize,
    pub streams_per_actor: usize,
    pub streams_per_connection: usize,
    #[serde(deserialize_with = "networks")]
    pub webhook_networks: Vec<IpNet>,
    pub webhook_ca_file: PathBuf,
}

/// HTTP.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config.example.toml is the manual")]
pub struct Http {
    #[serde(deserialize_with = "one_or_many")]
    pub allowed_origins: Vec<String>,
    pub proxies: usize,
    #[serde(deserialize_with = "networks")]
    pub trusted_proxies: Vec<IpNet>,
    pub trusted_documents: PathBuf,
    pub metrics: bool,
}

/// The log.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config.example.toml is the manual")]
pub struct Log {
    pub format: LogFormat,
    pub filter: String,
    pub slow_milliseconds: u64,
}

/// Traces and metrics for a collector.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config.example.toml is the manual")]
pub struct Telemetry {
    pub endpoint: String,
    pub sample: f64,
}

/// The format of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum LogFormat {
    Text,
    Json,
}

/// A list, or its only entry.
fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "it must be a list of strings")]
    enum OneOrMany {
        Many(Vec<String>),
        One(String),
    }
    Ok(match OneOrMany::deserialize(deserializer)? {
        OneOrMany::Many(many) => many,
        OneOrMany::One(one) if one.is_empty() => Vec::new(),
        OneOrMany::One(one) => vec![one],
    })
}

/// A list of networks, or the only one. A single address is a network too.
fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    let read = |text: String| {
        let network = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        network
            .map_err(|_| serde::de::Error::custom("it has to be a list of networks like 10.0.0.0/8 or 2001:db8::/32"))
    };
    one_or_many(deserializer)?.into_iter().map(read).collect()
}

impl Config {
    /// The defaults alone, for tests.
    pub fn defaults() -> Result<Self, ConfigError> {
        let sources = Sources::builder().add_source(File::from_str(MANUAL, FileFormat::Toml)).build()?;
        Ok(sources.try_deserialize::<Self>()?.complete())
    }

    /// Defaults, then the file, then the environment.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let mut sources = Sources::builder().add_source(File::from_str(MANUAL, FileFormat::Toml));
        if let Some(path) = file {
            let text = std::fs::read_to_string(path).map_err(|error| ConfigError::file(path, &error))?;
            known::check_file(path, &text)?;
            sources = sources.add_source(File::from(path).format(FileFormat::Toml));
        }
        let variables = known::read_environment(std::env::vars_os())?;
        let environment = Environment::with_prefix("TENANTRY")
            .source(Some(variables.settings))
            .prefix_separator("_")
            .separator("__")
            .try_parsing(true)
            .list_separator(" ")
            .with_list_parse_key("tokens.signing_keys")
            .with_list_parse_key("accounts.secret_keys")
            .with_list_parse_key("http.allowed_origins")
            .with_list_parse_key("http.trusted_proxies")
            .with_list_parse_key("live.webhook_networks");
        sources = sources.add_source(environment);
        // Values stay strings here: the library would read `007` as a number.
        for (name, key) in [
            ("DATABASE_URL", "database.url"),
            ("TENANTRY_MAIL__SMTP__USER", "mail.smtp.user"),
            ("TENANTRY_MAIL__SMTP__PASSWORD", "mail.smtp.password"),
        ] {
            #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
            if let Ok(text) = std::env::var(name) {
                sources = sources.set_override(key, text)?;
            }
        }
        let mut config = sources.build()?.try_deserialize::<Self>()?.complete();
        config.ignored = variables.ignored;
        config.check()?;
        Ok(config)
    }

    /// Fills in what follows from other settings.
    fn complete(mut self) -> Self {
        self.has_public_url = !self.public_url.is_empty();
        if !self.has_public_url {
            self.public_url = format!("http://{}", self.listen);
        }
        self
    }

    /// Refuses numbers that dates cannot be computed with, and numbers that make no sense.
    fn check(&self) -> Result<(), ConfigError> {
        for (name, given, most) in [
            ("tokens.access_minutes", self.tokens.access_minutes, 1_440),
            ("tokens.refresh_days", self.tokens.refresh_days, 3_650),
            ("partnerships.proposal_days", self.partnerships.proposal_days, 36_500),
            ("accounts.confirmation_minutes", self.accounts.confirmation_minutes, 1_440),
            ("accounts.requests_per_client", self.accounts.requests_per_client.into(), 1_000_000),
            ("invitations.days", self.invitations.days, 365),
            ("organisations.reopen_days", self.organisations.reopen_days, 3_650),
            ("organisations.transfer_days", self.organisations.transfer_days, 365),
            ("organisations.recovery_days", self.organisations.recovery_days, 365),
            ("mail.keep_days", self.mail.keep_days, 3_650),
            ("live.days", self.live.days, 90),
            ("mail.smtp.timeout_seconds", i64::try_from(self.mail.smtp.timeout_seconds).unwrap_or(i64::MAX), 600),
        ] {
            if !(1..=most).contains(&given) {
                return Err(ConfigError::range(name, 1, most));
            }
        }
        if self.http.proxies > 0 && !self.http.trusted_proxies.is_empty() {
            return Err(ConfigError::both("http.proxies", "http.trusted_proxies"));
        }
        if !(0..=300).contains(&self.tokens.refresh_grace_seconds) {
            return Err(ConfigError::range("tokens.refresh_grace_seconds", 0, 300));
        }
        if !(0..=36_500).contains(&self.partnerships.longest_days) {
            return Err(ConfigError::range("partnerships.longest_days", 0, 36_500));
        }
        if self.tokens.issuer.trim().is_empty() {
            return Err(ConfigError::empty("tokens.issuer"));
        }
        if !(0.0..=1.0).contains(&self.telemetry.sample) {
            return Err(ConfigError::range("telemetry.sample", 0, 1));
        }
        if !self.telemetry.endpoint.is_empty() {
            check_address("telemetry.endpoint", &self.telemetry.endpoint)?;
        }
        if self.has_public_url {
            check_address("public_url", &self.public_url)?;
        }
        if !self.portal_url.is_empty() {
            check_address("portal_url", &self.portal_url)?;
        }
        Ok(())
    }

    /// The link in a mail: a page of the portal or of the console, with the secret that authorises its reader.
    pub fn link(&self, page: &str, token: &str) -> String {
        format!("{}?token={token}", self.page(page))
    }

    /// The same page without a secret.
    pub fn page(&self, page: &str) -> String {
        let (base, folder) = match (self.portal_url.as_str(), self.has_console) {
            ("", true) => (self.public_url.as_str(), "/console"),
            ("", false) => (self.public_url.as_str(), ""),
            (portal, _) => (portal, ""),
        };
        format!("{}{folder}/{page}", base.trim_end_matches('/'))
    }

    /// Whether links in mails lead to this machine only, so that nobody else can follow them.
    pub fn links_are_local(&self) -> bool {
        match Url::parse(&self.page("")).as_ref().map(Url::host) {
            Ok(Some(Host::Domain(name))) => name == "localhost" || name.ends_with(".localhost"),
            Ok(Some(Host::Ipv4(address))) => address.is_loopback() || address.is_unspecified(),
            Ok(Some(Host::Ipv6(address))) => address.is_loopback() || address.is_unspecified(),
            _ => false,
        }
    }

    /// Where mail goes: a mail server, or files.
    pub fn mail_route(&self) -> String {
        let smtp = &self.mail.smtp;
        if smtp.host.is_empty() {
            format!("files in {}", self.data_dir.join("mail").display())
        } else {
            format!("{}:{}", smtp.host, smtp.port)
        }
    }

    /// Address of the database: the configured one, or the embedded one in the data directory.
    pub fn database_url(&self) -> String {
        if self.database.url.is_empty() {
            format!("sqlite://{}", self.data_dir.join("tenantry.db").display())
        } else {
            self.database.url.clone()
        }
    }

    /// The file of the database, if it is SQLite in a file.
    pub fn database_file(&self) -> Option<PathBuf> {
        let url = self.database_url();
        let path = url.strip_prefix("sqlite:")?;
        let path = path.strip_prefix("//").unwrap_or(path).split('?').next().unwrap_or_default();
        (!path.is_empty() && path != ":memory:").then(|| PathBuf::from(path))
    }

    /// The database as messages name it: a file, or an address without its password and options.
    pub fn database_name(&self) -> String {
        if let Some(file) = self.database_file() {
            return format!("SQLite in {}", file.display());
        }
        let Ok(mut url) = Url::parse(&self.database.url) else { return "the database of database.url".to_owned() };
        // Fails only for addresses without a host, which have no password either.
        let _ = url.set_password(None);
        url.set_query(None);
        url.set_fragment(None);
        url.to_string()
    }
}

/// Refuses addresses that browsers cannot open, and those to which no path can be added.
fn check_address(name: &str, text: &str) -> Result<(), ConfigError> {
    let wrong = |reason| Err(ConfigError::address(name, reason));
    let Ok(url) = Url::parse(text) else { return wrong("is not an address") };
    if !matches!(url.scheme(), "http" | "https") {
        return wrong("must begin with http:// or https://");
    }
    if url.host_str().is_none_or(str::is_empty) {
        return wrong("names no host");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return wrong("must not contain a user or a password");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return wrong("must not contain ? or #");
    }
    Ok(())
}
