//! Outgoing mail: `letter.rs` says what one looks like, `store.rs` puts it into the outbox in the transaction of the act
//! that it is about, and `folder.rs` is one way by which it leaves: into the data directory, to be read there.

mod folder;
mod letter;
mod store;

use std::io;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use crate::config::Config;
use folder::Folder;
pub use letter::{Letter, Part};
pub use store::{Recipient, queue};

/// One mail. Its text may hold links that let somebody in, so it is never printed or logged.
pub struct Mail {
    /// Names it, for ever.
    pub id: Uuid,
    /// When it was written.
    pub at: DateTimeUtc,
    /// The address that it goes to.
    pub to: String,
    /// What it is about.
    pub subject: String,
    /// What it says.
    pub text: String,
}

impl Mail {
    /// The whole of it as RFC 5322 has it, in UTF-8 (RFC 6532).
    fn to_rfc5322(&self) -> String {
        let line = |text: &str| text.replace(char::is_control, " ");
        format!(
            "Message-ID: <{}@tenantry>\r\nDate: {}\r\nTo: {}\r\nSubject: {}\r\nMIME-Version: 1.0\r\n\
             Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{}",
            self.id,
            self.at.to_rfc2822(),
            line(&self.to),
            line(&self.subject),
            self.text.replace("\r\n", "\n").replace('\n', "\r\n"),
        )
    }
}

/// A way by which mail leaves.
trait Transport: Send + Sync {
    fn deliver(&self, mail: Mail) -> BoxFuture<'_, io::Result<()>>;
}

#[allow(dead_code, reason = "until the worker is there")]
/// Sends mail. Cheap to clone.
#[derive(Clone)]
pub struct Mailer(Arc<dyn Transport>);

impl Mailer {
    /// Writes mail into a folder of the data directory.
    pub fn new(config: &Config) -> Self {
        Self(Arc::new(Folder::new(config.data_dir.join("mail"))))
    }

    /// Sends the mail. What was done before it stays done where it cannot be sent; the log says so.
    pub async fn send(&self, mail: Mail) {
        let (id, to, subject) = (mail.id, mail.to.clone(), mail.subject.clone());
        match self.0.deliver(mail).await {
            Ok(()) => tracing::info!(%id, to, subject, "mail"),
            Err(error) => tracing::error!(%id, to, subject, %error, "mail was not sent"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_mail_becomes_a_file_and_no_text_of_it_becomes_a_header() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::defaults().unwrap();
        config.data_dir = folder.path().to_owned();
        let mail = Mail {
            id: Uuid::nil(),
            at: DateTimeUtc::default(),
            to: "ada@example.org".to_owned(),
            subject: "Grüße\r\nBcc: all@example.org".to_owned(),
            text: "One\nTwo\n".to_owned(),
        };
        Mailer::new(&config).send(mail).await;
        let files: Vec<_> = std::fs::read_dir(folder.path().join("mail")).unwrap().map(Result::unwrap).collect();
        assert_eq!(files.len(), 1);
        assert_eq!(files[0].file_name().to_string_lossy(), "19700101T000000Z-00000000-0000-0000-0000-000000000000.eml");
        let text = std::fs::read_to_string(files[0].path()).unwrap();
        assert!(text.contains("\r\nTo: ada@example.org\r\nSubject: Grüße  Bcc: all@example.org\r\n"), "{text}");
        assert!(text.ends_with("\r\n\r\nOne\r\nTwo\r\n"), "{text}");
    }
}
