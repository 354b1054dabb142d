//! The name of an organisation in the forms by which it is found and ordered.

use sea_orm::entity::prelude::*;

/// One row of `organisation_name`: written together with the name.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organisation_name")]
pub struct Model {
    /// The organisation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organisation_id: Uuid,
    /// The name, folded.
    pub folded: String,
    /// The sort key of the name. A trigger copies both to the organisation's partnerships.
    pub sort_key: String,
}

impl ActiveModelBehavior for ActiveModel {}
