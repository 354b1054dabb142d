//! Something that happened and has no place in the order of events yet.

use sea_orm::entity::prelude::*;

/// One row of `waiting_event`. Of an audit event, only the id is set. Triggers write most of them.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "waiting_event")]
pub struct Model {
    /// In the order of writing. Those of one organisation are written one after the other, as its log is.
    #[sea_orm(primary_key)]
    pub place: i64,
    /// The id of the audit event, or any other.
    pub id: Uuid,
    /// The type of event, by its name in the schema.
    #[sea_orm(column_type = "String(StringLen::N(40))", nullable)]
    pub kind: Option<String>,
    /// The organisation where it happened.
    pub organisation_id: Option<Uuid>,
    /// The user whom it concerns.
    pub user_id: Option<Uuid>,
    /// The key of the object.
    pub object_key: Option<Uuid>,
}

impl ActiveModelBehavior for ActiveModel {}
