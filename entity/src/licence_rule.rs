//! A rule of a set.

use sea_orm::entity::prelude::*;

/// One row of `licence_rule`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "licence_rule")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation.
    pub organisation_id: Uuid,
    /// The set.
    pub set_id: Uuid,
    /// Its place in the set, from 1.
    pub position: i32,
    /// The name.
    pub name: String,
    /// The conditions, as JSON.
    pub conditions: String,
    /// The feature that it gives; none for a rule that gives nothing.
    pub feature_id: Option<Uuid>,
    /// The most people whom it applies to.
    pub ceiling: Option<i32>,
}

impl ActiveModelBehavior for ActiveModel {}
