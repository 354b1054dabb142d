//! A group of people in the directory of an organisation.

use sea_orm::entity::prelude::*;

/// One row of `directory_group`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "directory_group")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation.
    pub organisation_id: Uuid,
    /// The id in the source, unique in the organisation.
    pub external_id: String,
    /// The name.
    pub name: String,
    /// The sort key of the name.
    pub name_key: String,
    /// The folded text that a search looks through.
    pub search_text: String,
    /// The full synchronisation that named it last.
    pub seen_in: Option<Uuid>,
    /// When it was created.
    pub created_at: DateTimeUtc,
    /// When it last changed.
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
