//! How often something failed, and until when it is not tried again.

use sea_orm::entity::prelude::*;

/// One row of `throttle`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "throttle")]
pub struct Model {
    /// What failed: an account, an address of the network, or both together.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// How often in a row.
    pub failures: i32,
    /// Before, nothing is tried.
    pub blocked_until: DateTimeUtc,
    /// When it last failed.
    pub last_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
