//! A proposal, as seen by the person whose address it went to.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use entity::partnership_proposal::Model;
use macros::guarded;
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::rules::{self, Expiry};
use super::store;

use crate::access::{Actor, UserActor};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::graphql::page::{Connection, PageArguments, Total, slice_sorted};
use crate::graphql::request::Request;
use crate::organisation::OrganisationCard;
use crate::partners::partnership::{PartnershipSide, PartnershipTerms};

/// A proposal of a partnership with one of the viewer's organisations. Accept it for one of them with
/// `acceptPartnership`, or decline it.
pub struct PartnershipOffer {
    row: Model,
    by: OrganisationCard,
    expiry: Expiry,
}

impl PartnershipOffer {
    /// The offers to the viewer's address, the oldest first; none before the address is verified.
    pub async fn list(context: &Context<'_>, page: &PageArguments) -> Result<Connection<Self>> {
        let request = Request::of(context)?;
        let expiry = Expiry::of(request);
        let found = match request.actor() {
            Actor::User(UserActor { email, is_verified: true, .. }) => {
                store::list_to_address(request.db(), email, expiry).await?
            }
            _ => Vec::new(),
        };
        let total = Total::known(found.len());
        let items = found.into_iter().map(|offer| {
            // Keys are sorted as text, so all of them have the same number of digits.
            let key = format!("{:020}", offer.0.created_at.timestamp_micros());
            (key, offer.0.id, Arc::new(offer))
        });
        Ok(Connection::new(&slice_sorted(items, page, Uuid::nil())?, total, |offer| Self {
            row: offer.0.clone(),
            by: OrganisationCard::from(&offer.1),
            expiry,
        }))
    }
}

/// A proposal of a partnership with one of the viewer's organisations. Accept it for one of them with
/// `acceptPartnership`, or decline it.
#[guarded]
#[Object]
impl PartnershipOffer {
    /// Opaque id of the proposal.
    #[public]
    fn id(&self) -> ID {
        Type::PartnershipProposal.id(self.row.id)
    }

    /// The side of the partnership that the other organisation would have.
    #[public]
    fn proposed_by(&self) -> PartnershipSide {
        self.row.side.into()
    }

    /// The organisation that asks.
    #[public]
    fn organisation(&self) -> &OrganisationCard {
        &self.by
    }

    /// The proposed terms, with the fields and mutations that they would open.
    #[public]
    fn terms(&self) -> PartnershipTerms {
        PartnershipTerms(rules::terms(&self.row))
    }

    /// The message of the other organisation; null if there is none.
    #[public]
    fn message(&self) -> Option<&str> {
        self.row.message.as_deref()
    }

    /// When it was made.
    #[public]
    fn created_at(&self) -> DateTimeUtc {
        self.row.created_at
    }

    /// When it expires if nobody answers.
    #[public]
    fn expires_at(&self) -> DateTimeUtc {
        self.expiry.end_of(self.row.created_at)
    }
}
