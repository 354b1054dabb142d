//! The kinds and states of organisations, as clients see them.

use async_graphql::Enum;
use entity::organisation;
use serde::{Deserialize, Serialize};

/// What kind of organisation it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "organisation::Kind")]
pub enum OrganisationKind {
    /// One person acting alone.
    Person,
    /// A company.
    Company,
    /// A project that several people or companies work on.
    Project,
    /// A company that has clients.
    Reseller,
    /// The company that runs the platform. There is exactly one.
    Operator,
}

/// The state of an organisation, which limits what is allowed there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum, Serialize, Deserialize)]
#[graphql(remote = "organisation::State")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OrganisationState {
    /// It works without restriction.
    Active,
    /// Its people and partners can only read, pay invoices, cancel subscriptions and take rights away.
    Suspended,
    /// Nobody can work there any more. Invoices and the audit log can still be read.
    Closed,
}
