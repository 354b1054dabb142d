//! A link that was sent by mail and is good for one use.

use sea_orm::entity::prelude::*;

/// One row of `link`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "link")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What it is for.
    pub kind: Kind,
    /// The user.
    pub user_id: Uuid,
    /// SHA-256 of its secret, hex.
    #[sea_orm(unique)]
    pub token_hash: String,
    /// The address that it is about: the new one of a change, the old one of an undo.
    pub address: Option<String>,
    /// Until when it is good.
    pub expires_at: DateTimeUtc,
    /// When it was used, or replaced by another.
    pub used_at: Option<DateTimeUtc>,
    /// When it was made.
    pub created_at: DateTimeUtc,
}

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    /// Proves the address.
    Verify,
    /// Sets a new password.
    Reset,
    /// Proves a new address.
    Change,
    /// Puts the old address back.
    Undo,
}

impl ActiveModelBehavior for ActiveModel {}
