//! What sorts of organisations there are, and the states that they may be in.

use async_graphql::Enum;
use entity::organisation;

/// What sort of organisation it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "organisation::Kind")]
pub enum OrganisationKind {
    /// One person acting alone.
    Person,
    /// A firm.
    Company,
    /// Something that several work on.
    Project,
    /// A firm that has clients.
    Reseller,
    /// Who runs the platform; there is exactly one.
    Operator,
}

/// Whether an organisation may act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "organisation::State")]
pub enum OrganisationState {
    /// Works.
    Active,
    /// Reads, pays, and takes away.
    Suspended,
    /// Keeps what the law asks to keep.
    Closed,
}
