//! A feature that products entitle to: a kind of seat or a quota.

use sea_orm::entity::prelude::*;

/// One row of `feature`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "feature")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation that sells it: the operator.
    pub organisation_id: Uuid,
    /// Its key, unique for the seller.
    pub key: String,
    /// Its name.
    pub name: String,
    /// The sort key of the name.
    pub name_key: String,
    /// Seats or a quota.
    pub kind: Kind,
    /// A person has at most one feature of a family.
    pub family: Option<String>,
    /// When it was created.
    pub created_at: DateTimeUtc,
}

/// What a feature counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    /// People, one seat each.
    Seat,
    /// Things.
    Quota,
}

impl ActiveModelBehavior for ActiveModel {}
