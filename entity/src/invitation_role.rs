//! A role that an invitation gives: a built-in one by name, or a custom one of the same organisation.

use sea_orm::entity::prelude::*;

/// One row of `invitation_role`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invitation_role")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation that it belongs to.
    pub organisation_id: Uuid,
    /// The invitation.
    pub invitation_id: Uuid,
    /// Name of a built-in role, or none.
    pub builtin: Option<String>,
    /// A custom role, or none.
    pub role_id: Option<Uuid>,
}

impl ActiveModelBehavior for ActiveModel {}
