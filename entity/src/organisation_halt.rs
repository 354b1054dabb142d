//! Since when and why an organisation is stopped; most have no such row.

use sea_orm::entity::prelude::*;

/// One row of `organisation_halt`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organisation_halt")]
pub struct Model {
    /// The organisation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organisation_id: Uuid,
    /// Since when it is suspended.
    pub suspended_at: Option<DateTimeUtc>,
    /// Why.
    pub suspended_because: Option<String>,
    /// Since when it is closed.
    pub closed_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
