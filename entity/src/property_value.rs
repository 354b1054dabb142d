//! The value of one property of one client. There is a row for each of both, also where none is set.

use sea_orm::entity::prelude::*;

/// One row of `property_value`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "property_value")]
pub struct Model {
    /// The client's partnership with the reseller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub partnership_id: Uuid,
    /// The key of the definition.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// The reseller.
    pub organisation_id: Uuid,
    /// The definition.
    pub definition_id: Uuid,
    /// The value in its canonical text; null if none is set.
    pub value: Option<String>,
    /// The value in small letters.
    pub folded: Option<String>,
    /// What lists are ordered by, the smallest first.
    pub ascending_key: String,
    /// What lists are ordered by, the largest first.
    pub descending_key: String,
}

impl ActiveModelBehavior for ActiveModel {}
