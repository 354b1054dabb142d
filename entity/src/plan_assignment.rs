//! The price plan of an organisation, from a day on.

use sea_orm::entity::prelude::*;

/// One row of `plan_assignment`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "plan_assignment")]
pub struct Model {
    /// The organisation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organisation_id: Uuid,
    /// The first business day on which it counts.
    #[sea_orm(primary_key, auto_increment = false)]
    pub starts_on: Date,
    /// The plan.
    pub plan_id: Uuid,
    /// When it was assigned.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
