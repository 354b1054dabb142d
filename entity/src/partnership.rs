//! A reseller and a client, and what the client's side lets through.

use sea_orm::entity::prelude::*;

/// One row of `partnership`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "partnership")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation that has the client.
    pub reseller_id: Uuid,
    /// The organisation that is the client.
    pub client_id: Uuid,
    /// Name of the client, kept equal by a trigger, for the order of client lists.
    pub client_name: String,
    /// What people who come through the reseller may do at the client.
    pub delegated: i64,
    /// What they may do at the clients of the client.
    pub client_delegated: i64,
    /// Whether people of resellers above the reseller may come through.
    pub includes_upstream: bool,
    /// Stored state; dates are judged when asked.
    pub state: State,
    /// From when it holds.
    pub starts_at: DateTimeUtc,
    /// When it ends by itself, if ever.
    pub ends_at: Option<DateTimeUtc>,
    /// When somebody ended it.
    pub ended_at: Option<DateTimeUtc>,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// Which side ended it.
    pub ended_by: Option<EndedBy>,
    /// For which of the days before its end its people were reminded last.
    pub reminded_days: Option<i32>,
    /// The reseller's own number of the client, for nobody else.
    pub reference: Option<String>,
    /// What the reseller asks of clients like this one.
    pub template_id: Option<Uuid>,
}

/// The stored state of a partnership.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// Agreed.
    Active,
    /// Over.
    Ended,
}

/// Who ended a partnership.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EndedBy {
    /// The reseller.
    Reseller,
    /// The client.
    Client,
    /// The operator, which has taken the reseller out of its programme.
    Operator,
}

impl ActiveModelBehavior for ActiveModel {}
