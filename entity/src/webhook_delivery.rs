//! An event on its way to a webhook, and what came of it.

use sea_orm::entity::prelude::*;

/// One row of `webhook_delivery`. It holds all that is sent, so that nothing else is read to send it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_delivery")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The webhook.
    pub webhook_id: Uuid,
    /// The event.
    pub event_id: Uuid,
    /// The place of the event in the order of all; 0 for a test, which is no event.
    pub position: i64,
    /// The type of event, by its name in the schema.
    #[sea_orm(column_type = "String(StringLen::N(40))")]
    pub kind: String,
    /// Where it happened.
    pub organisation_id: Uuid,
    /// Whether it happened at the organisation of the webhook.
    pub is_own: bool,
    /// Public id of the object that it is about.
    #[sea_orm(column_type = "Text", nullable)]
    pub object_id: Option<String>,
    /// When it happened.
    pub at: DateTimeUtc,
    /// The state.
    pub state: State,
    /// When it was queued, the last time.
    pub waits_since: DateTimeUtc,
    /// When it is tried next, or when the lease of a running attempt ends; null if it is not tried any more.
    pub next_attempt_at: Option<DateTimeUtc>,
    /// How often a server has taken it. The outcome of an attempt counts only if nobody has taken it since.
    pub claims: i32,
    /// The attempts and their outcomes, as JSON.
    #[sea_orm(column_type = "Text")]
    pub attempts: String,
    /// When it was first tried.
    pub attempted_at: Option<DateTimeUtc>,
    /// When it was created.
    pub created_at: DateTimeUtc,
}

/// The state of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// It waits for its next attempt.
    Pending,
    /// The receiver has it.
    Delivered,
    /// It was given up.
    Failed,
}

impl ActiveModelBehavior for ActiveModel {}
