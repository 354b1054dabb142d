//! What an organisation uses of a feature. What it may use follows from its subscriptions, and is stored nowhere.

use sea_orm::entity::prelude::*;

/// One row of `licence_pool`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "licence_pool")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation.
    pub organisation_id: Uuid,
    /// The feature: an organisation has one pool of each.
    pub feature_id: Uuid,
    /// How many are in use; never negative.
    pub used: i64,
}

impl ActiveModelBehavior for ActiveModel {}
