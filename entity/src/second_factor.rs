//! The second factor of a user: a shared secret for codes that change over time.

use sea_orm::entity::prelude::*;

/// One row of `second_factor`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "second_factor")]
pub struct Model {
    /// The user.
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: Uuid,
    /// The secret, sealed with the server's key.
    pub sealed_secret: String,
    /// When the user first gave a right code. Until then, the second factor is off.
    pub confirmed_at: Option<DateTimeUtc>,
    /// The time step of the last accepted code. No code is accepted twice.
    pub last_step: i64,
    /// When it was created.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
