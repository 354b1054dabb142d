//! A licence that a person has or had.

use sea_orm::entity::prelude::*;

/// One row of `licence_assignment`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "licence_assignment")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation.
    pub organisation_id: Uuid,
    /// The person.
    pub person_id: Uuid,
    /// The feature.
    pub feature_id: Uuid,
    /// The family of the feature.
    pub family: String,
    /// The state.
    pub state: State,
    /// What gave it.
    pub source: Source,
    /// Why it is as it is, as JSON.
    pub reason: String,
    /// When it was assigned.
    pub assigned_at: DateTimeUtc,
    /// The business day on which somebody last gave it by hand, if one did.
    pub by_hand_on: Option<Date>,
    /// The first business day without it, once it is ending.
    pub ends_on: Option<Date>,
    /// When it ended.
    pub ended_at: Option<DateTimeUtc>,
    /// What an outside system says of it.
    pub confirmation: Confirmation,
    /// Why the outside system failed.
    pub error: Option<String>,
}

/// The state of an assignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// The person has it.
    Active,
    /// The person has it until its last day.
    Ending,
    /// The person had it.
    Ended,
}

/// What gave a licence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Source {
    /// A rule.
    Rule,
    /// A pin.
    Pin,
    /// Somebody, by hand.
    Manual,
}

/// What an outside system says of an assignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Confirmation {
    /// Nothing.
    None,
    /// It is set up there.
    Done,
    /// It could not be set up.
    Failed,
}

impl ActiveModelBehavior for ActiveModel {}
