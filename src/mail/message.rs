//! A mail in the format of RFC 5322: text and HTML, with an id by which receivers recognise it.

use lettre::Message;
use lettre::address::Address;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart};

use super::{Mail, Undelivered};
use crate::base::config;

/// The headers that all mails share.
pub struct Letterhead {
    from: Mailbox,
    reply_to: Option<Mailbox>,
}

impl Letterhead {
    /// Reads the settings. The error names the wrong setting.
    pub fn new(settings: &config::Mail) -> Result<Self, String> {
        let read = |name: &str, text: &str| {
            let mailbox: Result<Mailbox, _> = text.parse();
            mailbox.map_err(|_| format!("mail.{name} must be an address, such as Tenantry <mail@example.org>"))
        };
        let reply_to = settings.reply_to.trim();
        let reply_to = if reply_to.is_empty() { None } else { Some(read("reply_to", reply_to)?) };
        Ok(Self { from: read("from", &settings.from)?, reply_to })
    }

    /// The domain of the sender in ASCII.
    pub fn domain(&self) -> String {
        let domain = self.from.email.domain();
        idna::domain_to_ascii(domain).unwrap_or_else(|_| domain.to_owned())
    }

    /// The message, ready to send.
    pub fn write(&self, mail: Mail) -> Result<Message, Undelivered> {
        // The library chooses the encodings and the line breaks.
        let unwritable = || Undelivered::for_good("the mail cannot be written in the format of RFC 5322");
        let mut message = Message::builder()
            .message_id(Some(format!("<{}@{}>", mail.id, self.domain())))
            .date(mail.at.into())
            .from(self.from.clone())
            .to(Mailbox::new(None, address(&mail.to)?))
            .subject(mail.subject.replace(char::is_control, " "))
            .raw_header(auto_submitted());
        if let Some(reply_to) = &self.reply_to {
            message = message.reply_to(reply_to.clone());
        }
        let bodies = MultiPart::alternative_plain_html(mail.text, mail.html);
        let content = match mail.attachment {
            Some(file) => {
                let kind = ContentType::parse("application/pdf").map_err(|_| unwritable())?;
                MultiPart::mixed().multipart(bodies).singlepart(Attachment::new(file.name).body(file.bytes, kind))
            }
            None => bodies,
        };
        message.multipart(content).map_err(|_| unwritable())
    }
}

/// Prevents automatic replies (RFC 3834).
fn auto_submitted() -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned())
}

/// The address with its domain in ASCII, which every mail server accepts. Only other letters before the `@` need
/// support by the server.
fn address(text: &str) -> Result<Address, Undelivered> {
    let parts = text.rsplit_once('@').and_then(|(user, domain)| Some((user, idna::domain_to_ascii(domain).ok()?)));
    let address = parts.and_then(|(user, domain)| Address::new(user, domain).ok());
    address.ok_or_else(|| Undelivered::for_good("mail cannot be sent to an address of this form"))
}

#[cfg(test)]
pub mod tests {
    use sea_orm::prelude::DateTimeUtc;
    use uuid::Uuid;

    use super::*;
    use crate::base::config::Config;

    pub fn letterhead() -> Letterhead {
        let mut settings = Config::defaults().unwrap().mail;
        settings.from = "Tenantry på webben <mail@tenantry.example>".to_owned();
        settings.reply_to = "help@tenantry.example".to_owned();
        Letterhead::new(&settings).unwrap()
    }

    pub fn mail(to: &str) -> Mail {
        Mail {
            id: Uuid::nil(),
            at: DateTimeUtc::default(),
            to: to.to_owned(),
            subject: "Grüße\r\nBcc: all@example.org".to_owned(),
            text: "One\nTwo\n.\nThree\n".to_owned(),
            html: "<p>Ett två</p>\n".to_owned(),
            attachment: None,
        }
    }

    fn written(to: &str) -> Result<String, Undelivered> {
        letterhead().write(mail(to)).map(|message| String::from_utf8(message.formatted()).unwrap())
    }

    #[test]
    fn a_mail_has_the_usual_headers_and_its_text_cannot_add_one() {
        let text = written("ada@example.org").unwrap();
        let head: Vec<&str> = text.split("\r\n\r\n").next().unwrap().split("\r\n").collect();
        for line in [
            "Message-ID: <00000000-0000-0000-0000-000000000000@tenantry.example>",
            "Date: Thu, 01 Jan 1970 00:00:00 +0000",
            "To: ada@example.org",
            "Reply-To: help@tenantry.example",
            "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0",
        ] {
            assert!(head.contains(&line), "{line}\n{text}");
        }
        assert!(!head.iter().any(|line| line.starts_with("Bcc")), "{text}");
        assert!(text.is_ascii() && text.contains("multipart/alternative"), "{text}");
        assert!(text.contains("text/plain") && text.contains("text/html"), "{text}");
    }

    #[test]
    fn the_domain_is_written_in_ascii_and_an_invalid_address_is_refused_for_good() {
        assert!(written("ada@exämple.org").unwrap().contains("\r\nTo: ada@xn--exmple-cua.org\r\n"));
        assert!(written("zoë@example.org").unwrap().contains("\r\nTo: zoë@example.org\r\n"));
        for wrong in ["ada", "", "a b@example.org", "ada@exa mple.org", "ada@example.org\r\nBcc: all@example.org"] {
            assert!(written(wrong).unwrap_err().is_final, "{wrong}");
        }
    }

    #[test]
    fn an_invalid_sender_is_refused_with_the_name_of_the_setting() {
        for (from, reply_to, name) in
            [("", "", "mail.from"), ("Ada", "", "mail.from"), ("a@b.example", "x", "reply_to")]
        {
            let mut settings = Config::defaults().unwrap().mail;
            (settings.from, settings.reply_to) = (from.to_owned(), reply_to.to_owned());
            let problem = Letterhead::new(&settings).err().unwrap();
            assert!(problem.contains(name), "{problem}");
        }
    }
}
