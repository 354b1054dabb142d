//! What an organisation asks of the log-ins of its members. Organisations that ask for nothing have no row.

use sea_orm::entity::prelude::*;

/// One row of `sign_in_policy`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_in_policy")]
pub struct Model {
    /// The organisation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organisation_id: Uuid,
    /// Whether its members need a second factor.
    pub requires_second_factor: bool,
    /// Whether log-ins of its members are written to its audit log.
    pub logs_log_ins: bool,
}

impl ActiveModelBehavior for ActiveModel {}
