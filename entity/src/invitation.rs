//! An invitation to join an organisation.

use sea_orm::entity::prelude::*;

/// One row of `invitation`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invitation")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation.
    pub organisation_id: Uuid,
    /// The address, in the form that mail is sent to.
    pub email: String,
    /// The mailbox of the address.
    pub mailbox: String,
    /// The language of its mail.
    pub locale: super::user::Locale,
    /// Its state. PENDING after `expires_at` means expired.
    pub state: State,
    /// SHA-256 of the secret in its link, hex.
    #[sea_orm(unique)]
    pub token_hash: String,
    /// The user who invites, if any.
    pub inviter_user_id: Option<Uuid>,
    /// The key that invites, if any.
    pub inviter_key_id: Option<Uuid>,
    /// The partnership that allowed it, if any.
    pub partnership_id: Option<Uuid>,
    /// When the membership will expire, if ever.
    pub membership_expires_at: Option<DateTimeUtc>,
    /// The user who accepted it.
    pub accepted_user_id: Option<Uuid>,
    /// Number of links that were sent. Only the last one is valid.
    pub times_sent: i32,
    /// Number of the latest links that were each sent less than a day after the one before.
    pub sent_lately: i32,
    /// When its link was last sent.
    pub sent_at: DateTimeUtc,
    /// When the link expires.
    pub expires_at: DateTimeUtc,
    /// When it was accepted, declined or revoked.
    pub answered_at: Option<DateTimeUtc>,
    /// When it was created.
    pub created_at: DateTimeUtc,
}

/// The state of an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// Not answered yet.
    Pending,
    /// Accepted.
    Accepted,
    /// Declined.
    Declined,
    /// Revoked.
    Revoked,
    /// The inviter may no longer give what it gives.
    Void,
    /// Expired, and replaced by another.
    Expired,
}

impl ActiveModelBehavior for ActiveModel {}
