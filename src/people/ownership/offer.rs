//! A transfer of ownership, as the one sees it who is to get the organisation.

use std::sync::Arc;

use async_graphql::{ID, Object};
use macros::guarded;
use sea_orm::prelude::DateTimeUtc;

use super::rules::OwnershipTransferKind;
use super::store::{self, Transfer};
use crate::access::{Actor, UserActor};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::graphql::page::{Connection, PageArguments, Total, slice_sorted};
use crate::graphql::request::Request;
use crate::organisation::OrganisationCard;
use crate::people::user::User;

/// An organisation that the viewer may have: accept it with `acceptOwnership`, or decline it.
pub struct OwnershipOffer {
    transfer: Transfer,
    organisation: OrganisationCard,
}

impl OwnershipOffer {
    /// Those to the address of who asks, the oldest first; none before the address is proved.
    pub async fn list(request: &Request, page: &PageArguments) -> Result<Connection<Self>> {
        let found = match request.actor() {
            Actor::User(UserActor { email, is_verified: true, .. }) => {
                store::list_for(request.db(), email, request.now()).await?
            }
            _ => Vec::new(),
        };
        let total = Total::known(found.len());
        let items = found.into_iter().map(|offer| {
            // In the order of the list: digits enough for any moment.
            let key = format!("{:020}", offer.0.row.created_at.timestamp_micros());
            (key, offer.0.row.id, Arc::new(offer))
        });
        Ok(Connection::new(&slice_sorted(items, page), total, |offer| {
            let (transfer, organisation) = offer.as_ref().clone();
            Self { transfer, organisation }
        }))
    }
}

/// An organisation that the viewer may have: accept it with `acceptOwnership`, or decline it.
#[guarded]
#[Object]
impl OwnershipOffer {
    /// Opaque id of the transfer.
    #[public]
    fn id(&self) -> ID {
        Type::OwnershipTransfer.id(self.transfer.row.id)
    }

    /// The organisation.
    #[public]
    fn organisation(&self) -> &OrganisationCard {
        &self.organisation
    }

    /// How it came about.
    #[public]
    fn kind(&self) -> OwnershipTransferKind {
        self.transfer.row.kind.into()
    }

    /// The owner who offers it, or the person of the operator who started it.
    #[public]
    fn offered_by(&self) -> User {
        User { id: self.transfer.row.offered_by_id, name: self.transfer.offered_by.clone() }
    }

    /// From when it can be accepted.
    #[public]
    fn opens_at(&self) -> DateTimeUtc {
        self.transfer.row.opens_at
    }

    /// Until when it can be accepted.
    #[public]
    fn expires_at(&self) -> DateTimeUtc {
        self.transfer.row.expires_at
    }
}
