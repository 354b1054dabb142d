//! What one side of a partnership proposes to the other.

use sea_orm::entity::prelude::*;

/// One row of `partnership_proposal`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "partnership_proposal")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Who proposes.
    pub organisation_id: Uuid,
    /// Which side that is.
    pub side: Side,
    /// The organisation that is asked, where it is known.
    pub addressee_id: Option<Uuid>,
    /// The code by which it is asked, which may be nobody's.
    pub code: Option<String>,
    /// Normalised address of the person who is asked.
    pub email: Option<String>,
    /// The partnership that it is to change, or that it has become.
    pub partnership_id: Option<Uuid>,
    /// What people who come through the reseller are to be able to do at the client.
    pub delegated: i64,
    /// What they are to be able to do at the clients of the client.
    pub client_delegated: i64,
    /// Whether people of resellers above the reseller are to come through.
    pub includes_upstream: bool,
    /// When the partnership is to end by itself, if ever.
    pub ends_at: Option<DateTimeUtc>,
    /// What the one side says to the other.
    #[sea_orm(column_type = "Text", nullable)]
    pub message: Option<String>,
    /// What became of it. Proposed for too long means lapsed.
    pub state: State,
    /// The user who proposes; none for a key.
    pub proposed_by_id: Option<Uuid>,
    /// When it was accepted, declined or withdrawn.
    pub answered_at: Option<DateTimeUtc>,
    /// When it was made.
    pub created_at: DateTimeUtc,
}

/// One of the two sides of a partnership.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Side {
    /// The organisation that has the client.
    Reseller,
    /// The organisation that is the client.
    Client,
}

/// What became of a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// Waits for an answer.
    Proposed,
    /// Agreed, perhaps with less than was proposed.
    Accepted,
    /// Refused.
    Declined,
    /// Taken back.
    Withdrawn,
    /// Was not answered in time, and has made room for another.
    Lapsed,
}

impl ActiveModelBehavior for ActiveModel {}
