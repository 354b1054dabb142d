//! The two sides of a partnership, and an act that stands in the logs of both.

use crate::base::error::Result;
use async_graphql::Enum;
use entity::partnership::Model;
use entity::partnership_proposal;
use sea_orm::DatabaseTransaction;
use uuid::Uuid;

use crate::access::Permission;
use crate::base::random::Random;
use crate::graphql::request::Work;
use crate::oversight::audit::{self, Event};

/// One of the two sides of a partnership.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "partnership_proposal::Side")]
pub enum PartnershipSide {
    /// The organisation that has the client.
    Reseller,
    /// The organisation that is the client, and decides what it lets through.
    Client,
}

impl PartnershipSide {
    /// The other one.
    pub const fn other(self) -> Self {
        match self {
            Self::Reseller => Self::Client,
            Self::Client => Self::Reseller,
        }
    }

    /// What one needs on this side to propose, to accept and to end.
    pub const fn managing(self) -> Permission {
        match self {
            Self::Reseller => Permission::ClientUpdate,
            Self::Client => Permission::PartnershipManage,
        }
    }

    /// What one needs on this side to see.
    pub const fn reading(self) -> Permission {
        match self {
            Self::Reseller => Permission::ClientRead,
            Self::Client => Permission::PartnershipRead,
        }
    }
}

/// The two organisations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parties {
    /// The organisation that has the client.
    pub reseller: Uuid,
    /// The organisation that is the client.
    pub client: Uuid,
}

impl Parties {
    /// The one on the side is given first, then the other.
    pub const fn new(side: PartnershipSide, own: Uuid, other: Uuid) -> Self {
        match side {
            PartnershipSide::Reseller => Self { reseller: own, client: other },
            PartnershipSide::Client => Self { reseller: other, client: own },
        }
    }

    /// Of a partnership.
    pub const fn of(row: &Model) -> Self {
        Self { reseller: row.reseller_id, client: row.client_id }
    }

    /// The one on the side.
    pub const fn on(self, side: PartnershipSide) -> Uuid {
        match side {
            PartnershipSide::Reseller => self.reseller,
            PartnershipSide::Client => self.client,
        }
    }
}

/// Writes an act of one side into the logs of both: into its own by what it holds there, into the other's by the
/// partnership, or as that of staff of the operator.
pub async fn record(
    work: &Work<'_>,
    (parties, side, partnership): (Parties, PartnershipSide, Uuid),
    act: Event,
) -> Result<()> {
    let access = &work.request.access;
    let other = Event { organisation: parties.on(side.other()), permission: None, ..act.clone() };
    let other = if access.is_for_operator(parties.on(side), side.managing()) {
        access.look_in(work.tx, other.organisation).await?;
        Event { permission: Some(side.other().managing()), ..other }
    } else {
        other.through(partnership)
    };
    let own = Event { organisation: parties.on(side), permission: Some(side.managing()), ..act };
    audit::record(work, own).await?;
    Ok(audit::record(work, other).await?)
}
