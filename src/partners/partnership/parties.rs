//! The two sides of a partnership, and how an act of one side is recorded in the audit logs of both.

use async_graphql::Enum;
use entity::partnership::Model;
use entity::partnership_proposal;
use uuid::Uuid;

use crate::access::Permission;
use crate::base::error::Result;
use crate::graphql::request::Work;
use crate::oversight::audit::{self, Event};

/// One of the two sides of a partnership.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "partnership_proposal::Side")]
pub enum PartnershipSide {
    /// The organisation that has the client.
    Reseller,
    /// The organisation that is the client. It decides what it delegates.
    Client,
}

impl PartnershipSide {
    /// The other side.
    pub const fn other(self) -> Self {
        match self {
            Self::Reseller => Self::Client,
            Self::Client => Self::Reseller,
        }
    }

    /// The permission to propose, accept and end on this side.
    pub const fn managing(self) -> Permission {
        match self {
            Self::Reseller => Permission::ClientUpdate,
            Self::Client => Permission::PartnershipManage,
        }
    }

    /// The permission to see partnerships and proposals on this side.
    pub const fn reading(self) -> Permission {
        match self {
            Self::Reseller => Permission::ClientRead,
            Self::Client => Permission::PartnershipRead,
        }
    }
}

/// The two organisations of a partnership.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parties {
    /// The organisation that has the client.
    pub reseller: Uuid,
    /// The organisation that is the client.
    pub client: Uuid,
}

impl Parties {
    /// The parties with `own` on this side and `other` on the other.
    pub const fn new(side: PartnershipSide, own: Uuid, other: Uuid) -> Self {
        match side {
            PartnershipSide::Reseller => Self { reseller: own, client: other },
            PartnershipSide::Client => Self { reseller: other, client: own },
        }
    }

    /// The parties of a partnership.
    pub const fn of(row: &Model) -> Self {
        Self { reseller: row.reseller_id, client: row.client_id }
    }

    /// The organisation on the side.
    pub const fn on(self, side: PartnershipSide) -> Uuid {
        match side {
            PartnershipSide::Reseller => self.reseller,
            PartnershipSide::Client => self.client,
        }
    }
}

/// Records an act of one side in the audit logs of both. The log of the acting side names the permission. The log of
/// the other side names the partnership, or a permission if staff of the operator acted.
pub async fn record(
    work: &Work<'_>,
    (parties, side, partnership): (Parties, PartnershipSide, Uuid),
    event: Event,
) -> Result<()> {
    let access = &work.request.access;
    let other = Event { organisation: parties.on(side.other()), permission: None, ..event.clone() };
    let other = if access.is_for_operator(parties.on(side), side.managing()) {
        access.look_in(work.tx, other.organisation).await?;
        Event { permission: Some(side.other().managing()), ..other }
    } else {
        other.through(partnership)
    };
    let own = Event { organisation: parties.on(side), permission: Some(side.managing()), ..event };
    audit::record(work, own).await?;
    Ok(audit::record(work, other).await?)
}
