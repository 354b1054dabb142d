//! A transfer of the ownership of an organisation.

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
    /// Its state. OFFERED after `expires_at` means expired.
    pub state: State,
    /// Address of the new owner, in the form that mail is sent to.
    pub email: String,
    /// The mailbox of the address.
    pub mailbox: String,
    /// SHA-256 of the secret in its link, hex.
    #[sea_orm(unique)]
    pub token_hash: String,
    /// The owner who offers it, or the member of the operator's staff who recovers it.
    pub offered_by_id: Uuid,
    /// Whether the old owner leaves. Otherwise the old owner becomes an ADMIN.
    pub leaves: bool,
    /// Why the operator recovers it.
    #[sea_orm(column_type = "Text", nullable)]
    pub reason: Option<String>,
    /// The user who accepted it.
    pub accepted_user_id: Option<Uuid>,
    /// From when it can be accepted.
    pub opens_at: DateTimeUtc,
    /// Until when it can be accepted.
    pub expires_at: DateTimeUtc,
    /// When it was accepted, declined or withdrawn.
    pub answered_at: Option<DateTimeUtc>,
    /// When it was created.
    pub created_at: DateTimeUtc,
}

/// How a transfer began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    /// An owner offered it.
    Offer,
    /// The operator started it, because the owner is gone.
    Recovery,
}

/// The state of a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// Not answered yet.
    Offered,
    /// Accepted.
    Accepted,
    /// Declined.
    Declined,
    /// Withdrawn.
    Withdrawn,
    /// The person who offered it is no longer an owner.
    Void,
    /// Expired, and replaced by another.
    Expired,
}

impl ActiveModelBehavior for ActiveModel {}
