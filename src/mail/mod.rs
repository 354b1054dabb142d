//! Outgoing mail: never lost, and never sent twice by this server's doing.
//!
//! `letter` says what one looks like. `store` puts it into the outbox in the transaction of the act that it is about, so
//! there is a mail for each act that was committed and for no other. `worker` takes it out and sends it by a
//! `Transport`: `smtp`, or `folder` in development. `message` writes it as RFC 5322 has it, `rules` decides when to try
//! again and when to give up.
//!
//! Who sends a mail first takes a lease on it: it moves the moment of the next attempt behind the end of its own, in
//! one statement that no other process can share. So of any number of processes one sends. What is left is what no
//! protocol closes: the mail server took the mail, and this process did not get to write that down, because it was
//! killed in that very moment, or was stopped and the mail server took longer than a stop waits, or the answer was lost
//! on the way, or the database was out of reach until the lease ended. The mail is then sent again with the same `Message-ID`, which comes from the key of the row: receivers that
//! look at it show one. In a folder the key is the name of the file, so there it is one in any case.
//!
//! The bodies may hold links that let somebody in. They are in no log, and are emptied by the very statement that says
//! that the mail was sent or given up.

mod folder;
mod letter;
mod message;
mod rules;
mod smtp;
mod store;
mod worker;

use futures_util::future::BoxFuture;
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

pub use letter::{Letter, Part};
pub use store::{Recipient, queue};
pub use worker::{Round, Worker};

/// One mail. Its text may hold links that let somebody in, so it is never printed or logged.
#[derive(Clone)]
struct Mail {
    /// Names it, for ever.
    id: Uuid,
    /// When it was written.
    at: DateTimeUtc,
    /// The address that it goes to.
    to: String,
    /// What it is about.
    subject: String,
    /// What it says.
    text: String,
    /// The same as HTML.
    html: String,
}

/// Why a mail was not delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Undelivered {
    /// One short line without anything of the mail.
    reason: String,
    /// Whether it is of no use to try again.
    is_final: bool,
}

impl Undelivered {
    /// It may go another time.
    fn for_now(reason: &str) -> Self {
        Self { reason: rules::told(reason), is_final: false }
    }

    /// It will never go.
    fn for_good(reason: &str) -> Self {
        Self { reason: rules::told(reason), is_final: true }
    }
}

/// A way by which mail leaves.
trait Transport: Send + Sync {
    /// Delivers it; if that has succeeded before, it may do nothing.
    fn deliver(&self, mail: Mail) -> BoxFuture<'_, Result<(), Undelivered>>;
}
