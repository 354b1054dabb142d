//! Somebody is asked into an organisation.

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
    /// Normalised address.
    pub email: String,
    /// The language of its mail.
    pub locale: super::user::Locale,
    /// What became of it. Pending past `expires_at` means expired.
    pub state: State,
    /// SHA-256 of the secret in its link, hex.
    #[sea_orm(unique)]
    pub token_hash: String,
    /// The user who invites, or none.
    pub inviter_user_id: Option<Uuid>,
    /// The key that invites, or none.
    pub inviter_key_id: Option<Uuid>,
    /// The partnership by which it was allowed, if one.
    pub partnership_id: Option<Uuid>,
    /// When the membership ends by itself, if ever.
    pub membership_expires_at: Option<DateTimeUtc>,
    /// Who accepted it.
    pub accepted_user_id: Option<Uuid>,
    /// How many links were sent; the last one is good.
    pub times_sent: i32,
    /// How many of them were sent without a day between one and the next, up to the last.
    pub sent_lately: i32,
    /// When its link was last sent.
    pub sent_at: DateTimeUtc,
    /// Until when the link is good.
    pub expires_at: DateTimeUtc,
    /// When it was accepted, declined or taken back.
    pub answered_at: Option<DateTimeUtc>,
    /// When it was made.
    pub created_at: DateTimeUtc,
}

/// What became of an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// Waits for an answer.
    Pending,
    /// Accepted.
    Accepted,
    /// Declined.
    Declined,
    /// Taken back.
    Revoked,
    /// The inviter may no longer give what it gives.
    Void,
    /// Replaced by another after its time.
    Expired,
}

impl ActiveModelBehavior for ActiveModel {}
