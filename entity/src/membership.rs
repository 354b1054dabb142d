//! A membership: a user in an organisation.

use sea_orm::entity::prelude::*;

/// One row of `membership`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "membership")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation that it belongs to.
    pub organisation_id: Uuid,
    /// The member.
    pub user_id: Uuid,
    /// The partnership through which it was given, if any.
    pub partnership_id: Option<Uuid>,
    /// When it expires; never for an OWNER.
    pub expires_at: Option<DateTimeUtc>,
    /// When it was created.
    pub created_at: DateTimeUtc,
    /// The reseller whose person holds ownership until the invited owner accepts, if any.
    pub custody_reseller_id: Option<Uuid>,
}

impl ActiveModelBehavior for ActiveModel {}
