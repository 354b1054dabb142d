//! An organisation: a company, person, project, reseller, or the operator.

use sea_orm::entity::prelude::*;

/// One row of `organisation`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organisation")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The name that others see.
    pub name: String,
    /// The kind of organisation.
    pub kind: Kind,
    /// Whether it may act.
    pub state: State,
    /// A short code that others use to send a proposal.
    #[sea_orm(unique)]
    pub code: String,
    /// When it was created.
    pub created_at: DateTimeUtc,
}

/// The kind of organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    /// One person acting alone.
    Person,
    /// A company.
    Company,
    /// A project with several people.
    Project,
    /// A company with clients.
    Reseller,
    /// The organisation that runs the platform; exactly one.
    Operator,
}

/// Whether an organisation may act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// Everything is allowed.
    Active,
    /// Only reading, paying and removing are allowed.
    Suspended,
    /// Only the records that the law requires remain.
    Closed,
}

impl ActiveModelBehavior for ActiveModel {}
