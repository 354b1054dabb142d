//! When and why an organisation was suspended or closed. Most organisations have no row.

use sea_orm::entity::prelude::*;

/// One row of `organisation_halt`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organisation_halt")]
pub struct Model {
    /// The organisation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organisation_id: Uuid,
    /// When it was suspended.
    pub suspended_at: Option<DateTimeUtc>,
    /// Why it was suspended.
    pub suspended_because: Option<String>,
    /// When it was closed.
    pub closed_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
