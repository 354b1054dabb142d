//! An address of an organisation to which events are sent.

use sea_orm::entity::prelude::*;

/// One row of `webhook`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation that it belongs to.
    pub organisation_id: Uuid,
    /// Its name, for people.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// Where the events go.
    #[sea_orm(column_type = "Text")]
    pub url: String,
    /// Name and address, folded for searching.
    #[sea_orm(column_type = "Text")]
    pub search_text: String,
    /// The types of events, by their names in the schema, with spaces between; all if null.
    #[sea_orm(column_type = "Text", nullable)]
    pub types: Option<String>,
    /// The permissions at the organisation itself, as a bit set.
    pub permissions: i64,
    /// The permissions at the clients of the organisation, as a bit set.
    pub client_permissions: i64,
    /// Whether it gets the events of clients too.
    pub includes_clients: bool,
    /// Whether each event waits until the one before is delivered or given up.
    pub is_ordered: bool,
    /// The secret that signs, sealed.
    #[sea_orm(column_type = "Text")]
    pub sealed_secret: String,
    /// The secret before the last rotation, sealed.
    #[sea_orm(column_type = "Text", nullable)]
    pub previous_secret: Option<String>,
    /// Until when the previous secret signs as well.
    pub previous_until: Option<DateTimeUtc>,
    /// Since when nothing has been delivered, although it was tried.
    pub failing_since: Option<DateTimeUtc>,
    /// When the server stopped sending; null while it sends.
    pub disabled_at: Option<DateTimeUtc>,
    /// Why it stopped.
    pub disabled_reason: Option<Reason>,
    /// Until when one server alone sends to it, if it is ordered.
    pub leased_until: Option<DateTimeUtc>,
    /// The position behind which events are still to be delivered again.
    pub replay_after: Option<i64>,
    /// The last position of those.
    pub replay_until: Option<i64>,
    /// When it was created.
    pub created_at: DateTimeUtc,
    /// The user who created it.
    pub created_by_id: Option<Uuid>,
}

/// Why the server stopped sending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Reason {
    /// Nothing could be delivered for days.
    Failing,
    /// The receiver answered that it is gone.
    Gone,
}

impl ActiveModelBehavior for ActiveModel {}
