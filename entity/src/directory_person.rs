//! A person in the directory of an organisation.

use sea_orm::entity::prelude::*;

/// One row of `directory_person`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "directory_person")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation.
    pub organisation_id: Uuid,
    /// The id in the source, unique in the organisation.
    pub external_id: String,
    /// The address.
    pub email: Option<String>,
    /// The mailbox that it names: unique in the organisation among those that are not deleted.
    pub mailbox: Option<String>,
    /// The name to log in with at the source, if it is known and is no address.
    pub user_name: Option<String>,
    /// The folded name, unique in the organisation among those that are not deleted.
    pub user_name_key: Option<String>,
    /// The name.
    pub name: String,
    /// The sort key of the name.
    pub name_key: String,
    /// The folded text that a search looks through.
    pub search_text: String,
    /// The organisational unit, for example `/Sales/North`; empty for the top.
    pub unit_path: String,
    /// The state.
    pub state: State,
    /// The business day on which the person joined.
    pub joined_on: Date,
    /// The business day on which the person was last taken back.
    pub reactivated_on: Option<Date>,
    /// The first known log-in.
    pub first_log_in_at: Option<DateTimeUtc>,
    /// The last known log-in.
    pub last_log_in_at: Option<DateTimeUtc>,
    /// When the person was deleted, if so.
    pub deleted_at: Option<DateTimeUtc>,
    /// The full synchronisation that named the person last.
    pub seen_in: Option<Uuid>,
    /// When it was created.
    pub created_at: DateTimeUtc,
    /// When it last changed.
    pub updated_at: DateTimeUtc,
}

/// The state of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// Works there.
    Active,
    /// Blocked for now.
    Suspended,
    /// Gone. The row is kept for some time.
    Deleted,
}

impl ActiveModelBehavior for ActiveModel {}
