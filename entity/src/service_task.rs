//! A task for the program that provisions services.

use sea_orm::entity::prelude::*;

/// One row of `service_task`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "service_task")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation that it belongs to.
    pub organisation_id: Uuid,
    /// The service.
    pub service_id: Uuid,
    /// The generation of the service that it leads to.
    pub generation: i32,
    /// What is to be done.
    pub kind: Kind,
    /// The action that was requested, for tasks of that kind.
    pub action: Option<String>,
    /// What the service should be like, as a JSON object.
    pub wanted: String,
    /// Its state.
    pub state: State,
    /// How often it was claimed.
    pub attempts: i32,
    /// Until when it belongs to the program that claimed it.
    pub lease_until: Option<DateTimeUtc>,
    /// The API key that claimed it last.
    pub claimed_by_key_id: Option<Uuid>,
    /// It can be claimed from then on.
    pub not_before: DateTimeUtc,
    /// Why it failed last.
    pub error: Option<String>,
    /// When it was created.
    pub created_at: DateTimeUtc,
    /// When it was done.
    pub finished_at: Option<DateTimeUtc>,
}

/// What a task does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    /// Create the service.
    Create,
    /// Change its attributes or its size.
    Change,
    /// Stop it, but keep it.
    Suspend,
    /// Let it run again.
    Resume,
    /// Delete it.
    End,
    /// Do what the customer requested, for example restart it.
    Action,
}

/// The state of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// It can be claimed, now or later.
    Waiting,
    /// A program works on it.
    Claimed,
    /// It was done.
    Done,
    /// It has failed too often, and waits for the operator's staff.
    Failed,
}

impl ActiveModelBehavior for ActiveModel {}
