//! The rules by which the licences of one family are given.

use sea_orm::entity::prelude::*;

/// One row of `licence_rule_set`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "licence_rule_set")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation.
    pub organisation_id: Uuid,
    /// The family of features.
    pub family: String,
    /// Grows each time the rules are saved.
    pub version: i32,
    /// For how many days a licence is kept after the rules no longer give it.
    pub grace_days: i32,
    /// More losses than this share of the licences, in basis points, must be confirmed.
    pub guard_basis_points: i32,
    /// When the rules are applied.
    pub schedule: Schedule,
    /// When they were saved.
    pub updated_at: DateTimeUtc,
    /// When they were applied last.
    pub applied_at: Option<DateTimeUtc>,
    /// The business day on which the schedule last tried to apply them.
    pub tried_on: Option<Date>,
}

/// When rules are applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Schedule {
    /// When somebody does it.
    Manual,
    /// Every day.
    Daily,
}

impl ActiveModelBehavior for ActiveModel {}
