//! Counts of failures and requests, which slow down further attempts.

use sea_orm::entity::prelude::*;

/// One row of `throttle`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "throttle")]
pub struct Model {
    /// What is counted, for example failures of an account, of an IP address, or of both together.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// Key of the user, or hash of an address that no user has; none if it concerns no account.
    pub account: Option<String>,
    /// The number of times in a row.
    pub failures: i32,
    /// When it last happened.
    pub last_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
