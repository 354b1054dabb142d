//! What is known of the directory of an organisation as a whole.

use sea_orm::entity::prelude::*;

/// One row of `directory`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "directory")]
pub struct Model {
    /// The organisation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organisation_id: Uuid,
    /// Grows with each change of its people and groups.
    pub version: i64,
    /// Until when its log-ins are known completely.
    pub log_ins_until: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
