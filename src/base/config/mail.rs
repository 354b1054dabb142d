//! Outgoing mail.

use std::path::PathBuf;

use serde::Deserialize;

/// Outgoing mail.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config.example.toml is the manual")]
pub struct Mail {
    pub from: String,
    pub reply_to: String,
    pub keep_days: i64,
    pub smtp: Smtp,
}

/// The mail server.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config.example.toml is the manual")]
pub struct Smtp {
    pub host: String,
    pub port: u16,
    pub tls: SmtpTls,
    pub user: String,
    pub password: String,
    pub password_file: PathBuf,
    pub root_certificate: PathBuf,
    pub timeout_seconds: u64,
    pub allow_insecure: bool,
}

/// How the connection to the mail server is secured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "config.example.toml is the manual")]
pub enum SmtpTls {
    Starttls,
    Implicit,
    None,
}

impl std::fmt::Debug for Smtp {
    /// The password is secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("Smtp");
        shown.field("host", &self.host).field("port", &self.port).field("tls", &self.tls).finish_non_exhaustive()
    }
}
