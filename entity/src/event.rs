//! Something that happened, with its place in the order of all events.

use sea_orm::entity::prelude::*;

pub use crate::audit_event::ActorKind;

/// One row of `event`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event")]
pub struct Model {
    /// Its place in the order. Whoever has read up to a position has read all events up to it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i64,
    /// UUIDv7. That of the audit event, if it was made of one.
    #[sea_orm(unique)]
    pub id: Uuid,
    /// The type of event, by its name in the schema.
    #[sea_orm(column_type = "String(StringLen::N(40))")]
    pub kind: String,
    /// When it happened.
    pub at: DateTimeUtc,
    /// The organisation where it happened; null if it concerns a person alone.
    pub organisation_id: Option<Uuid>,
    /// The user whom it concerns, if any.
    pub user_id: Option<Uuid>,
    /// The kind of actor; null for the server.
    pub actor_kind: Option<ActorKind>,
    /// The user or API key that did it.
    pub actor_id: Option<Uuid>,
    /// The key of the object.
    pub object_key: Option<Uuid>,
    /// Public id of the object.
    #[sea_orm(column_type = "Text", nullable)]
    pub object_id: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
