//! A member of a group: a person, or another group.

use sea_orm::entity::prelude::*;

/// One row of `directory_group_member`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "directory_group_member")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation.
    pub organisation_id: Uuid,
    /// The group.
    pub group_id: Uuid,
    /// The member, if it is a person.
    pub person_id: Option<Uuid>,
    /// The member, if it is a group.
    pub child_id: Option<Uuid>,
    /// When it became a member.
    pub added_at: DateTimeUtc,
    /// The full synchronisation that named it last.
    pub seen_in: Option<Uuid>,
}

impl ActiveModelBehavior for ActiveModel {}
