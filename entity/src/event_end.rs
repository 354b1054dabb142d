//! The last position in the order of events. There is one row.

use sea_orm::entity::prelude::*;

/// One row of `event_end`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event_end")]
pub struct Model {
    /// Always 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    /// The position of the last event; 0 before the first.
    pub position: i64,
}

impl ActiveModelBehavior for ActiveModel {}
