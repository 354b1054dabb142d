//! The partnership that earns commission on a subscription, from a day on.

use sea_orm::entity::prelude::*;

/// One row of `partner_of_record`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "partner_of_record")]
pub struct Model {
    /// The subscription.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subscription_id: Uuid,
    /// The first business day on which it counts.
    #[sea_orm(primary_key, auto_increment = false)]
    pub starts_on: Date,
    /// The organisation that the subscription belongs to.
    pub organisation_id: Uuid,
    /// The partnership; none if nobody earns.
    pub partnership_id: Option<Uuid>,
}

impl ActiveModelBehavior for ActiveModel {}
