//! Mail in the outbox. Sent mail is kept for a while.

use sea_orm::entity::prelude::*;

/// One row of `outgoing_mail`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outgoing_mail")]
pub struct Model {
    /// UUIDv7; part of the `Message-ID`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The user that it goes to, if any.
    pub user_id: Option<Uuid>,
    /// The address that it goes to.
    pub recipient: String,
    /// The subject.
    pub subject: String,
    /// The text; empty once the mail is sent.
    pub body_text: String,
    /// The text as HTML; empty once the mail is sent.
    pub body_html: String,
    /// The invoice whose PDF is attached.
    pub invoice_id: Option<Uuid>,
    /// The credit note whose PDF is attached.
    pub credit_note_id: Option<Uuid>,
    /// Number of attempts.
    pub attempts: i32,
    /// When the next attempt is due. A process moves this before it sends, so that no other process sends too.
    pub next_attempt_at: DateTimeUtc,
    /// When it was sent.
    pub sent_at: Option<DateTimeUtc>,
    /// When it was given up.
    pub failed_at: Option<DateTimeUtc>,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    /// Whether the row is removed once the mail is sent or given up, because its receiver was erased.
    #[sea_orm(default_value = false)]
    pub is_last: bool,
    /// When it was created.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
