//! A proposal of one side of a partnership to the other.

use sea_orm::entity::prelude::*;

/// One row of `partnership_proposal`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "partnership_proposal")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation that proposes.
    pub organisation_id: Uuid,
    /// The side of that organisation.
    pub side: Side,
    /// The organisation that receives it, if known.
    pub addressee_id: Option<Uuid>,
    /// The code that was used to find the receiver. No organisation may have it.
    pub code: Option<String>,
    /// Address of the person who receives it, in the form that mail is sent to.
    pub email: Option<String>,
    /// The mailbox of the address.
    pub mailbox: Option<String>,
    /// The partnership that it changes, or that it became.
    pub partnership_id: Option<Uuid>,
    /// The permissions that the reseller's people would get at the client, as a bit set.
    pub delegated: i64,
    /// The permissions that they would get at the client's own clients, as a bit set.
    pub client_delegated: i64,
    /// Whether people of the resellers above would get them too.
    pub includes_upstream: bool,
    /// When the partnership would expire, if ever.
    pub ends_at: Option<DateTimeUtc>,
    /// A message to the other side.
    #[sea_orm(column_type = "Text", nullable)]
    pub message: Option<String>,
    /// Its state. A proposal that is pending for too long has expired.
    pub state: State,
    /// The user who proposed it; none for a key.
    pub proposed_by_id: Option<Uuid>,
    /// When it was accepted, declined or withdrawn.
    pub answered_at: Option<DateTimeUtc>,
    /// When it was created.
    pub created_at: DateTimeUtc,
}

/// One of the two sides of a partnership.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Side {
    /// The reseller.
    Reseller,
    /// The client.
    Client,
}

/// The state of a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// Not answered yet.
    Proposed,
    /// Accepted, perhaps with fewer permissions than proposed.
    Accepted,
    /// Declined.
    Declined,
    /// Withdrawn.
    Withdrawn,
    /// Expired, and replaced by another.
    Lapsed,
}

impl ActiveModelBehavior for ActiveModel {}
