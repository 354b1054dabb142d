//! How many licences of a feature an organisation had and used on a day.

use sea_orm::entity::prelude::*;

/// One row of `usage_day`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "usage_day")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation.
    pub organisation_id: Uuid,
    /// The feature.
    pub feature_id: Uuid,
    /// The business day.
    pub day: Date,
    /// How many it could use.
    pub granted: i64,
    /// How many were in use.
    pub assigned: i64,
    /// Of those, how many belong to people who logged in within 7 days.
    pub active_7: i64,
    /// The same within 30 days.
    pub active_30: i64,
    /// Of those, how many belong to people who never logged in.
    pub never: i64,
}

impl ActiveModelBehavior for ActiveModel {}
