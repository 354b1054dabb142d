//! The terms under which an organisation is a reseller.

use sea_orm::entity::prelude::*;

use crate::organisation;

/// One row of `reseller_programme`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reseller_programme")]
pub struct Model {
    /// The reseller; one row each.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organisation_id: Uuid,
    /// Its share of what its clients buy, in hundredths of a percent, where a partnership says no other.
    pub commission_basis_points: i32,
    /// What was agreed.
    #[sea_orm(column_type = "Text")]
    pub terms: String,
    /// What it was before, and is again when it leaves the programme.
    pub kind_before: organisation::Kind,
    /// Since when.
    pub approved_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
