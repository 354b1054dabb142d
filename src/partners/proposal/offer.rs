//! A proposal, as the person sees it whose address it goes to.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use entity::partnership_proposal::Model;
use macros::guarded;
use sea_orm::prelude::DateTimeUtc;

use super::rules::{self, Lapse};
use super::store;
use crate::access::{Actor, UserActor};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::graphql::page::{Connection, PageArguments, Total, slice_sorted};
use crate::graphql::request::Request;
use crate::organisation::OrganisationCard;
use crate::partners::partnership::{PartnershipSide, PartnershipTerms};

/// Somebody asks the viewer for a partnership with one of the viewer's organisations: accept it for one with
/// `acceptPartnership`, or decline it.
pub struct PartnershipOffer {
    row: Model,
    by: OrganisationCard,
    lapse: Lapse,
}

impl PartnershipOffer {
    /// Those to the address of who asks, the oldest first; none before the address is proved.
    pub async fn list(context: &Context<'_>, page: &PageArguments) -> Result<Connection<Self>> {
        let request = Request::of(context)?;
        let lapse = super::lapse(context)?;
        let found = match request.actor() {
            Actor::User(UserActor { email, is_verified: true, .. }) => {
                store::list_for(request.db(), email, lapse).await?
            }
            _ => Vec::new(),
        };
        let total = Total::known(found.len());
        let items = found.into_iter().map(|offer| {
            // In the order of the list: digits enough for any moment.
            let key = format!("{:020}", offer.0.created_at.timestamp_micros());
            (key, offer.0.id, Arc::new(offer))
        });
        Ok(Connection::new(&slice_sorted(items, page), total, |offer| Self {
            row: offer.0.clone(),
            by: OrganisationCard::from(&offer.1),
            lapse,
        }))
    }
}

/// Somebody asks the viewer for a partnership with one of the viewer's organisations: accept it for one with
/// `acceptPartnership`, or decline it.
#[guarded]
#[Object]
impl PartnershipOffer {
    /// Opaque id of the proposal.
    #[public]
    fn id(&self) -> ID {
        Type::PartnershipProposal.id(self.row.id)
    }

    /// Which side of the partnership the other is to be.
    #[public]
    fn proposed_by(&self) -> PartnershipSide {
        self.row.side.into()
    }

    /// Who asks.
    #[public]
    fn organisation(&self) -> &OrganisationCard {
        &self.by
    }

    /// What is asked for, with the fields and mutations that it would open.
    #[public]
    fn terms(&self) -> PartnershipTerms {
        PartnershipTerms(rules::terms(&self.row))
    }

    /// What the other says to it.
    #[public]
    fn message(&self) -> Option<&str> {
        self.row.message.as_deref()
    }

    /// When it was made.
    #[public]
    fn created_at(&self) -> DateTimeUtc {
        self.row.created_at
    }

    /// Until when it can be answered.
    #[public]
    fn lapses_at(&self) -> DateTimeUtc {
        self.lapse.of(self.row.created_at)
    }
}
