//! The first and the last link of an organisation's audit log. A trigger keeps the number and hash of the last event.

use sea_orm::entity::prelude::*;

/// One row of `audit_chain`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_chain")]
pub struct Model {
    /// The organisation; one row each.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organisation_id: Uuid,
    /// Number of the last event; 0 before the first.
    pub sequence: i64,
    /// Hash of the last event, hex.
    pub hash: String,
    /// Number of the last event that retention removed; 0 if none.
    pub removed_sequence: i64,
    /// Hash of that event, which the first kept event continues.
    pub removed_hash: String,
    /// Number of days that events are kept; null for ever.
    pub retention_days: Option<i32>,
}

impl ActiveModelBehavior for ActiveModel {}
