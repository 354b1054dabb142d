//! The ends of an organisation's audit log. The last event's place and hash are kept by a trigger.

use sea_orm::entity::prelude::*;

/// One row of `audit_chain`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_chain")]
pub struct Model {
    /// The organisation; one row each.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organisation_id: Uuid,
    /// Place of the last event; 0 before the first.
    pub sequence: i64,
    /// Hash of the last event, hex.
    pub hash: String,
    /// Place of the last event that retention has removed; 0 if none.
    pub removed_sequence: i64,
    /// Hash of that event, from which the kept ones go on.
    pub removed_hash: String,
    /// How many days events are kept; null for ever.
    pub retention_days: Option<i32>,
}

impl ActiveModelBehavior for ActiveModel {}
