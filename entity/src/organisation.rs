//! A firm, person, project, reseller or the operator itself.

use sea_orm::entity::prelude::*;

/// One row of `organisation`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organisation")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What others see.
    pub name: String,
    /// What sort of organisation.
    pub kind: Kind,
    /// Whether it may act.
    pub state: State,
    /// Short code to be found by for a proposal.
    #[sea_orm(unique)]
    pub code: String,
    /// When it was made.
    pub created_at: DateTimeUtc,
}

/// What sort of organisation it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    /// One person acting alone.
    Person,
    /// A firm.
    Company,
    /// Something that several work on.
    Project,
    /// A firm that has clients.
    Reseller,
    /// Who runs the platform; exactly one.
    Operator,
}

/// Whether an organisation may act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// Works.
    Active,
    /// Reads, pays, and takes away.
    Suspended,
    /// Keeps what the law asks to keep.
    Closed,
}

impl ActiveModelBehavior for ActiveModel {}
