//! A set of prices.

use sea_orm::entity::prelude::*;

/// One row of `price_plan`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "price_plan")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation that sells by it: the operator.
    pub organisation_id: Uuid,
    /// Its name.
    pub name: String,
    /// The sort key of the name.
    pub name_key: String,
    /// Whether it has the prices of everything that another plan lacks. At most one plan has.
    pub is_default: bool,
    /// When it was created.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
