//! A subscription that has, or will have, something that is not billed.

use sea_orm::entity::prelude::*;

/// One row of `unbilled_subscription`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "unbilled_subscription")]
pub struct Model {
    /// The subscription.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subscription_id: Uuid,
    /// The organisation that it belongs to.
    pub organisation_id: Uuid,
    /// Everything before this business day is billed.
    pub since: Date,
}

impl ActiveModelBehavior for ActiveModel {}
