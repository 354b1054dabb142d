//! A partnership: a reseller, a client, and the permissions that the client delegates.

use sea_orm::entity::prelude::*;

/// One row of `partnership`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "partnership")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The reseller.
    pub reseller_id: Uuid,
    /// The client.
    pub client_id: Uuid,
    /// Name of the client. A trigger keeps it equal.
    pub client_name: String,
    /// The sort key of that name. A trigger keeps it equal to that of the organisation.
    pub client_key: String,
    /// That name, folded for searching. A trigger keeps it equal.
    pub client_folded: String,
    /// The permissions that the reseller's people get at the client, as a bit set.
    pub delegated: i64,
    /// The permissions that they get at the client's own clients, as a bit set.
    pub client_delegated: i64,
    /// Whether people of the resellers above get them too.
    pub includes_upstream: bool,
    /// The stored state. `ends_at` is compared with the time of each request.
    pub state: State,
    /// When it begins.
    pub starts_at: DateTimeUtc,
    /// When it expires, if ever.
    pub ends_at: Option<DateTimeUtc>,
    /// When somebody ended it.
    pub ended_at: Option<DateTimeUtc>,
    /// When it was created.
    pub created_at: DateTimeUtc,
    /// The side that ended it.
    pub ended_by: Option<EndedBy>,
    /// How many days before the end the last reminder was for.
    pub reminded_days: Option<i32>,
    /// The reseller's own number for the client. Only the reseller sees it.
    pub reference: Option<String>,
    /// That number, folded for searching.
    pub reference_folded: Option<String>,
    /// The template that the reseller chose for the client.
    pub template_id: Option<Uuid>,
}

/// The stored state of a partnership.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// In force, or past `ends_at`.
    Active,
    /// Ended.
    Ended,
}

/// The side that ended a partnership.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EndedBy {
    /// The reseller.
    Reseller,
    /// The client.
    Client,
    /// The operator, which removed the reseller from the programme.
    Operator,
}

impl ActiveModelBehavior for ActiveModel {}
