//! Outgoing mail: it is never lost, and never sent twice as far as a server can prevent it.
//!
//! `letter` describes the content of a mail, and `quote` cleans the names in it that strangers chose. `store` writes it to
//! the outbox, in the transaction of the act that it is about: every committed act has its mail, and no other act has one.
//! `worker` reads the outbox and sends the mail with a `Transport`: `smtp`, or `folder` in development. `message` formats
//! it as RFC 5322 asks. `rules` decides when to try again and when to give up. A mail that carries the PDF of an invoice
//! waits until that is written.
//!
//! A process takes a lease before it sends a mail: one statement moves the next attempt past the end of this one. So
//! only one of many processes sends it. One gap remains that no protocol closes. The mail server may have accepted the
//! mail while this process could not record it: it was killed, the answer was lost, or the database was unreachable.
//! The mail is then sent again with the same `Message-ID`, which is made of the key of the row. Receivers that compare
//! these ids show it once. In a folder, the key is the file name, so there is always one file.
//!
//! Bodies may contain secret links. They are never logged, and the statement that records the end of a mail also
//! empties them.

mod folder;
mod letter;
mod message;
mod quote;
mod rules;
mod smtp;
mod store;
mod worker;

use std::future::ready;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

pub use letter::{Attached, Letter, Part, escaped};
pub use quote::quoted;
pub use store::{Recipient, queue, queue_last};
pub use worker::{Round, Worker};

/// One mail. Its text may contain secret links, so it is never printed or logged.
#[derive(Clone)]
struct Mail {
    /// The key of its row.
    id: Uuid,
    /// When it was written.
    at: DateTimeUtc,
    /// The address that it goes to.
    to: String,
    /// The subject.
    subject: String,
    /// The text.
    text: String,
    /// The text as HTML.
    html: String,
    /// The PDF that it carries.
    attachment: Option<Attachment>,
}

/// A PDF that a mail carries.
#[derive(Clone)]
struct Attachment {
    /// The name of the file.
    name: String,
    /// The file.
    bytes: Vec<u8>,
}

/// Why a mail was not delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Undelivered {
    /// One short line without any content of the mail.
    reason: String,
    /// Whether another attempt would fail too.
    is_final: bool,
}

impl Undelivered {
    /// Another attempt may succeed.
    fn for_now(reason: &str) -> Self {
        Self { reason: rules::safe_reason(reason), is_final: false }
    }

    /// No attempt will succeed.
    fn for_good(reason: &str) -> Self {
        Self { reason: rules::safe_reason(reason), is_final: true }
    }
}

/// Delivers mail.
trait Transport: Send + Sync {
    /// Delivers a mail. It may do nothing if the mail was already delivered.
    fn deliver(&self, mail: Mail) -> BoxFuture<'_, Result<(), Undelivered>>;

    /// Finds out whether it would take mail now, and sends nothing.
    fn check(&self) -> BoxFuture<'_, Result<(), Undelivered>> {
        ready(Ok(())).boxed()
    }
}
