//! Mail by SMTP: one connection for each mail, over TLS, with a time limit.
//!
//! Connections are not reused: a late answer to one mail would be taken for the answer to the next.

use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use lettre::Message;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail as Sender, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};

use super::message::Letterhead;
use super::{Mail, Transport, Undelivered, rules};
use crate::base::config::{self, SmtpTls};

/// How long the server may take to answer QUIT. Nothing waits for it.
const FAREWELL: Duration = Duration::from_secs(5);

/// A mail server, and how to connect to it.
pub struct Smtp {
    letterhead: Letterhead,
    host: String,
    port: u16,
    tls: SmtpTls,
    /// `None` without encryption.
    certificates: Option<TlsParameters>,
    credentials: Option<Credentials>,
    name: ClientId,
    timeout: Duration,
}

impl Smtp {
    /// Reads the settings. The error names the wrong setting.
    pub fn new(settings: &config::Smtp, letterhead: Letterhead) -> Result<Self, String> {
        let host = settings.host.trim().to_owned();
        let certificates = match settings.tls {
            SmtpTls::None if is_this_machine(&host) || settings.allow_insecure => None,
            SmtpTls::None => {
                return Err(
                    "mail.smtp.tls = \"none\" is only for a mail server on this machine, because others could \
                            read the mail. If the network is safe, set mail.smtp.allow_insecure"
                        .to_owned(),
                );
            }
            SmtpTls::Starttls | SmtpTls::Implicit => Some(certificates(&host, &settings.root_certificate)?),
        };
        let credentials = match (settings.user.as_str(), password(settings)?) {
            ("", password) if password.is_empty() => None,
            ("", _) => return Err("mail.smtp.password needs mail.smtp.user".to_owned()),
            (_, password) if password.is_empty() => {
                return Err("mail.smtp.user needs mail.smtp.password or mail.smtp.password_file".to_owned());
            }
            (user, password) => Some(Credentials::new(user.to_owned(), password)),
        };
        let name = ClientId::Domain(letterhead.domain());
        let timeout = Duration::from_secs(settings.timeout_seconds);
        Ok(Self { letterhead, host, port: settings.port, tls: settings.tls, certificates, credentials, name, timeout })
    }

    /// Connects to the server, starts TLS and logs in.
    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let from_the_start = self.certificates.clone().filter(|_| self.tls == SmtpTls::Implicit);
        let server = (self.host.as_str(), self.port);
        let connected = AsyncSmtpConnection::connect_tokio1(server, None, &self.name, from_the_start, None);
        let mut connection = connected.await?;
        if let (SmtpTls::Starttls, Some(certificates)) = (self.tls, &self.certificates) {
            // Fails if the server does not offer it.
            connection.starttls(certificates.clone(), &self.name).await?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(&[Mechanism::Plain, Mechanism::Login], credentials).await?;
        }
        Ok(connection)
    }

    async fn send(&self, message: &Message) -> Result<(), Undelivered> {
        let mut connection = self.connect().await.map_err(|error| Undelivered::for_now(&error.to_string()))?;
        let outcome = hand_over(&mut connection, message).await;
        // Nothing after this changes whether the mail was delivered.
        tokio::spawn(async move { tokio::time::timeout(FAREWELL, connection.quit()).await.is_ok() });
        outcome
    }
}

impl Transport for Smtp {
    fn deliver(&self, mail: Mail) -> BoxFuture<'_, Result<(), Undelivered>> {
        async move {
            let message = self.letterhead.write(mail)?;
            match tokio::time::timeout(self.timeout, self.send(&message)).await {
                Ok(outcome) => outcome,
                Err(_) => Err(Undelivered::for_now("the mail server did not accept the mail in time")),
            }
        }
        .boxed()
    }

    fn check(&self) -> BoxFuture<'_, Result<(), Undelivered>> {
        async move {
            match tokio::time::timeout(self.timeout, self.connect()).await {
                Ok(Ok(mut connection)) => {
                    // The server has taken the log-in, so its farewell does not matter.
                    let _ = tokio::time::timeout(FAREWELL, connection.quit()).await;
                    Ok(())
                }
                Ok(Err(error)) => Err(Undelivered::for_now(&error.to_string())),
                Err(_) => Err(Undelivered::for_now("the mail server did not answer in time")),
            }
        }
        .boxed()
    }
}

/// Gives one mail to the server. Only an answer about its recipient or its text can be final.
async fn hand_over(connection: &mut AsyncSmtpConnection, message: &Message) -> Result<(), Undelivered> {
    let (envelope, text) = (message.envelope(), message.formatted());
    let mut parameters = Vec::new();
    if !text.is_ascii() {
        // Only addresses can have other letters; everything else is encoded.
        if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            return Err(Undelivered::for_good("the mail server accepts only addresses in ASCII (no SMTPUTF8)"));
        }
        parameters = vec![MailParameter::SmtpUtfEight, MailParameter::Body(MailBodyParameter::EightBitMime)];
    }
    let sender = connection.command(Sender::new(envelope.from().cloned(), parameters)).await;
    sender.map_err(|error| Undelivered::for_now(&error.to_string()))?;
    for recipient in envelope.to() {
        connection.command(Rcpt::new(recipient.clone(), Vec::new())).await.map_err(refused)?;
    }
    connection.command(Data).await.map_err(refused)?;
    connection.message(&text).await.map_err(refused)?;
    Ok(())
}

fn refused(error: Error) -> Undelivered {
    let reason = error.to_string();
    let is_final = error.is_permanent() && rules::is_final(&reason);
    if is_final { Undelivered::for_good(&reason) } else { Undelivered::for_now(&reason) }
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The certificates that the server is verified with: the public authorities, and the one in the file.
fn certificates(host: &str, file: &Path) -> Result<TlsParameters, String> {
    let mut parameters = TlsParameters::builder(host.to_owned());
    if !file.as_os_str().is_empty() {
        let invalid = |error: String| format!("mail.smtp.root_certificate must be a certificate in PEM: {error}");
        let pem = std::fs::read(file).map_err(|error| invalid(error.to_string()))?;
        let root = Certificate::from_pem(&pem).map_err(|error| invalid(error.to_string()))?;
        parameters = parameters.add_root_certificate(root);
    }
    parameters.build().map_err(|error| format!("mail.smtp cannot be used with TLS: {error}"))
}

fn password(settings: &config::Smtp) -> Result<String, String> {
    if settings.password_file.as_os_str().is_empty() {
        return Ok(settings.password.clone());
    }
    if !settings.password.is_empty() {
        return Err("mail.smtp.password and mail.smtp.password_file cannot both be set".to_owned());
    }
    let text = std::fs::read_to_string(&settings.password_file)
        .map_err(|error| format!("mail.smtp.password_file cannot be read: {error}"))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::message::tests::letterhead;
    use super::*;
    use crate::base::config::Config;

    fn refusal(change: impl Fn(&mut config::Smtp)) -> Option<String> {
        let mut settings = Config::defaults().unwrap().mail.smtp;
        settings.host = "mail.example".to_owned();
        change(&mut settings);
        Smtp::new(&settings, letterhead()).err()
    }

    #[test]
    fn only_safe_and_complete_settings_are_accepted() {
        assert_eq!(refusal(|_| {}), None);
        assert_eq!(refusal(|smtp| (smtp.host, smtp.tls) = ("127.0.0.1".to_owned(), SmtpTls::None)), None);
        assert_eq!(refusal(|smtp| (smtp.allow_insecure, smtp.tls) = (true, SmtpTls::None)), None);
        for (change, says) in [
            ((|smtp| smtp.tls = SmtpTls::None) as fn(&mut config::Smtp), "mail.smtp.tls"),
            (|smtp| smtp.user = "ada".to_owned(), "needs mail.smtp.password"),
            (|smtp| smtp.password = "SECRET".to_owned(), "needs mail.smtp.user"),
            (|smtp| smtp.password_file = "/nowhere".into(), "mail.smtp.password_file"),
            (|smtp| smtp.root_certificate = "/nowhere".into(), "mail.smtp.root_certificate"),
            (|smtp| (smtp.password, smtp.password_file) = ("SECRET".to_owned(), "/etc/hostname".into()), "both"),
        ] {
            let problem = refusal(change).unwrap();
            assert!(problem.contains(says) && !problem.contains("SECRET"), "{problem}");
        }
    }
}
