//! An organisation is to be handed on.

use sea_orm::entity::prelude::*;

/// One row of `ownership_transfer`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ownership_transfer")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation.
    pub organisation_id: Uuid,
    /// Offered by an owner, or recovered by the operator.
    pub kind: Kind,
    /// What became of it. Offered past `expires_at` means expired.
    pub state: State,
    /// Normalised address of who is to own it.
    pub email: String,
    /// SHA-256 of the secret in its link, hex.
    #[sea_orm(unique)]
    pub token_hash: String,
    /// The owner who offers, or the member of the operator's staff.
    pub offered_by_id: Uuid,
    /// Whether the old owner leaves; else ADMIN is kept.
    pub leaves: bool,
    /// Why the operator recovers it.
    #[sea_orm(column_type = "Text", nullable)]
    pub reason: Option<String>,
    /// Who accepted it.
    pub accepted_user_id: Option<Uuid>,
    /// Before, it cannot be accepted.
    pub opens_at: DateTimeUtc,
    /// Until when it can be accepted.
    pub expires_at: DateTimeUtc,
    /// When it was accepted, declined or withdrawn.
    pub answered_at: Option<DateTimeUtc>,
    /// When it was made.
    pub created_at: DateTimeUtc,
}

/// How a transfer came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    /// An owner offers it.
    Offer,
    /// The operator starts it for an owner who is gone.
    Recovery,
}

/// What became of a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// Waits for an answer.
    Offered,
    /// Accepted.
    Accepted,
    /// Declined.
    Declined,
    /// Taken back.
    Withdrawn,
    /// Who offered it is no longer an owner.
    Void,
    /// Replaced by another after its time.
    Expired,
}

impl ActiveModelBehavior for ActiveModel {}
