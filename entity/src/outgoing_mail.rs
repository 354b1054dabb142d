//! Mail in the outbox, and for a while what was sent.

use sea_orm::entity::prelude::*;

/// One row of `outgoing_mail`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outgoing_mail")]
pub struct Model {
    /// UUIDv7; names the mail for ever.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The user that it goes to, if one.
    pub user_id: Option<Uuid>,
    /// The address that it goes to.
    pub recipient: String,
    /// What it is about.
    pub subject: String,
    /// What it says; empty once it is sent.
    pub body_text: String,
    /// The same as HTML; empty once it is sent.
    pub body_html: String,
    /// How often it was tried.
    pub attempts: i32,
    /// When it is tried next. Who sends it moves this first, so that nobody else does.
    pub next_attempt_at: DateTimeUtc,
    /// When it was sent.
    pub sent_at: Option<DateTimeUtc>,
    /// When it was given up.
    pub failed_at: Option<DateTimeUtc>,
    /// Why it was not sent the last time.
    pub last_error: Option<String>,
    /// When it was made.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
