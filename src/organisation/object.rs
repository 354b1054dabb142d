//! An organisation, and its card for those who stand in a relation with it.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object};
use entity::organisation;
use macros::guarded;
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use crate::access::{Guarded, Permission, Seat, Seen, Side};
use crate::error::Result;
use crate::id;
use crate::request::Request;

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

/// A firm, a person acting alone, a project, a reseller or the operator.
pub struct Organisation(pub(crate) Seen);

impl Organisation {
    /// Its key in the database.
    pub fn key(&self) -> Uuid {
        self.0.row.id
    }
}

impl Guarded for Organisation {
    fn seat(&self, side: Side) -> Option<Seat> {
        let seat = Seat { organisation: self.0.row.id, grants: self.0.grants };
        matches!(side, Side::Organisation).then_some(seat)
    }
}

/// A firm, a person acting alone, a project, a reseller or the operator.
#[guarded(exists(ORGANISATION_READ))]
#[Object]
impl Organisation {
    /// Opaque id.
    #[public]
    async fn id(&self) -> ID {
        id::Type::Organisation.id(self.key())
    }

    /// Its name.
    #[public]
    fn name(&self) -> &str {
        &self.0.row.name
    }

    /// What sort of organisation it is.
    #[public]
    fn kind(&self) -> OrganisationKind {
        self.0.row.kind.into()
    }

    /// Whether it may act.
    #[public]
    fn state(&self) -> OrganisationState {
        self.0.row.state.into()
    }

    /// All that the viewer may do here, by whatever path: what a dashboard draws its buttons from.
    #[public]
    fn viewer_permissions(&self) -> Vec<Permission> {
        self.0.grants.own.iter().collect()
    }

    /// Whether the viewer may do this here.
    #[public]
    fn viewer_can(&self, #[graphql(desc = "What the viewer wants to do.")] permission: Permission) -> bool {
        self.0.grants.has(permission)
    }

    /// When it was made.
    #[requires(MEMBER_READ)]
    fn created_at(&self) -> Option<DateTimeUtc> {
        Some(self.0.row.created_at)
    }
}

/// What the two sides of a relation (reseller and client, payer and paid for) always see of each other.
pub struct OrganisationCard {
    row: Arc<organisation::Model>,
}

impl OrganisationCard {
    /// The card of an organisation to which the viewer's organisation stands in a relation.
    pub fn of(seen: &Seen) -> Self {
        Self { row: Arc::clone(&seen.row) }
    }
}

/// What the two sides of a relation (reseller and client, payer and paid for) always see of each other.
#[guarded]
#[Object]
impl OrganisationCard {
    /// Opaque id of the organisation.
    #[public]
    async fn id(&self) -> ID {
        id::Type::Organisation.id(self.row.id)
    }

    /// Its name.
    #[public]
    fn name(&self) -> &str {
        &self.row.name
    }

    /// What sort of organisation it is.
    #[public]
    fn kind(&self) -> OrganisationKind {
        self.row.kind.into()
    }

    /// The organisation itself; null, without an error, for who may not see it.
    #[public]
    async fn organisation(&self, context: &Context<'_>) -> Result<Option<Organisation>> {
        super::store::find(&Request::of(context)?.access, self.row.id).await
    }
}
