//! A synchronisation of a directory, which comes in parts.

use sea_orm::entity::prelude::*;

/// One row of `directory_sync`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "directory_sync")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation.
    pub organisation_id: Uuid,
    /// The id that the source gave it, unique in the organisation.
    pub sync_key: String,
    /// What it says about those that it does not name.
    pub mode: Mode,
    /// Its state.
    pub state: State,
    /// How many people and groups it created so far.
    pub created: i32,
    /// How many it changed.
    pub updated: i32,
    /// How many were as it says already.
    pub unchanged: i32,
    /// How many it deleted.
    pub deleted: i32,
    /// How many of its rows were refused.
    pub failed: i32,
    /// When its first part came.
    pub started_at: DateTimeUtc,
    /// When it ended.
    pub ended_at: Option<DateTimeUtc>,
}

/// What a synchronisation says about those that it does not name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Mode {
    /// They are gone.
    Full,
    /// Nothing.
    Patch,
}

/// The state of a synchronisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// More parts can come.
    Open,
    /// It is complete.
    Done,
    /// Another one began before it was complete.
    Abandoned,
}

impl ActiveModelBehavior for ActiveModel {}
