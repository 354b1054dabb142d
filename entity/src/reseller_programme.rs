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
    /// The commission on the purchases of its clients, in hundredths of a percent.
    pub commission_basis_points: i32,
    /// The agreed terms.
    #[sea_orm(column_type = "Text")]
    pub terms: String,
    /// The kind of the organisation before it joined the programme, and after it leaves.
    pub kind_before: organisation::Kind,
    /// When it joined the programme.
    pub approved_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
