//! The partnership that earns commission on a subscription, from a day on. Rows are only added: of several with the same
//! first day, the newest counts.

use sea_orm::entity::prelude::*;

/// One row of `partner_of_record`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "partner_of_record")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation that the subscription belongs to.
    pub organisation_id: Uuid,
    /// The subscription.
    pub subscription_id: Uuid,
    /// The first business day on which it counts.
    pub starts_on: Date,
    /// The partnership; none if nobody earns.
    pub partnership_id: Option<Uuid>,
    /// When it was recorded.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
