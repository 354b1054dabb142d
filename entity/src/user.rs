//! A user: one person with one e-mail address.

use sea_orm::entity::prelude::*;

/// One row of `user`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "user")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The address, in the form that mail is sent to.
    pub email: String,
    /// The mailbox of the address: the same for all its spellings, and unique.
    #[sea_orm(unique)]
    pub mailbox: String,
    /// The name that others see.
    pub name: String,
    /// The name, folded for searching.
    pub name_folded: String,
    /// Argon2id in PHC form.
    pub password_hash: String,
    /// When the address was verified.
    pub email_verified_at: Option<DateTimeUtc>,
    /// Whether the person may log in.
    pub state: State,
    /// When it was created.
    pub created_at: DateTimeUtc,
    /// The language in which the person gets mail.
    #[sea_orm(default_value = "EN")]
    pub locale: Locale,
    /// When the person was erased.
    pub erased_at: Option<DateTimeUtc>,
}

/// A language in which mail is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(2))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Locale {
    /// English.
    #[default]
    En,
    /// German.
    De,
    /// Swedish.
    Sv,
}

/// Whether a user may act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// May log in.
    Active,
    /// May not log in, and holds no permissions.
    Disabled,
}

impl ActiveModelBehavior for ActiveModel {}
