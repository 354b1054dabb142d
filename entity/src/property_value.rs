//! The value of a property of a client. Every client has a row for every property, even without a value.

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
    /// The value as canonical text; null if none is set.
    pub value: Option<String>,
    /// The value, folded for searching and comparing.
    pub folded: Option<String>,
    /// The sort key of lists in ascending order.
    pub ascending_key: String,
    /// The sort key of lists in descending order.
    pub descending_key: String,
}

impl ActiveModelBehavior for ActiveModel {}
