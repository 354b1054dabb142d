//! A link that was sent by mail. It is valid for one use.

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
    /// The new address of a change, or the old address of an undo.
    pub address: Option<String>,
    /// When it expires.
    pub expires_at: DateTimeUtc,
    /// When it was used, or replaced by another link.
    pub used_at: Option<DateTimeUtc>,
    /// When it was created.
    pub created_at: DateTimeUtc,
}

/// The purpose of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    /// Verifies the address.
    Verify,
    /// Sets a new password.
    Reset,
    /// Verifies a new address.
    Change,
    /// Restores the old address.
    Undo,
}

impl ActiveModelBehavior for ActiveModel {}
