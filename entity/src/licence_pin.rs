//! A decision by hand about a person, which goes before all rules.

use sea_orm::entity::prelude::*;

/// One row of `licence_pin`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "licence_pin")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation.
    pub organisation_id: Uuid,
    /// The person.
    pub person_id: Uuid,
    /// The family of features.
    pub family: String,
    /// The feature that the person gets; none for no licence.
    pub feature_id: Option<Uuid>,
    /// Why.
    pub note: String,
    /// The first business day without it.
    pub until: Option<Date>,
    /// The user who set it.
    pub user_id: Option<Uuid>,
    /// When it was set.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
