//! A request to become a reseller, and the terms under which an organisation is one.

use std::sync::Arc;

use async_graphql::{Enum, ID, Object, SimpleObject};
use entity::reseller_programme;
use entity::reseller_request::{self, Model};
use macros::guarded;
use sea_orm::prelude::DateTimeUtc;

use crate::access::{Decision, GrantsAt, Guarded, Side, directive};
use crate::base::id::Type;
use crate::organisation::OrganisationCard;

/// What became of a request to become a reseller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "reseller_request::State")]
pub enum ResellerRequestState {
    /// Waits for the operator.
    Requested,
    /// The organisation became a reseller.
    Approved,
    /// It did not.
    Declined,
    /// The organisation has taken it back.
    Withdrawn,
}

/// An organisation asks the operator to become a reseller.
pub struct ResellerRequest {
    row: Arc<Model>,
    seen: Decision,
}

impl ResellerRequest {
    /// The request of an organisation.
    pub fn new(row: &Arc<Model>, seen: &Decision) -> Self {
        Self { row: Arc::clone(row), seen: seen.clone() }
    }
}

impl crate::graphql::act::Find for ResellerRequest {
    const TYPE: crate::base::id::Type = crate::base::id::Type::ResellerRequest;

    async fn find(
        request: &crate::graphql::request::Request,
        key: uuid::Uuid,
    ) -> crate::base::error::Result<Option<Self>> {
        super::store::find(request, key).await
    }
}

impl Guarded for ResellerRequest {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.seen.grants_at(side)
    }
}

/// An organisation asks the operator to become a reseller.
#[guarded(exists(COMMISSION_READ))]
#[Object]
impl ResellerRequest {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        Type::ResellerRequest.id(self.row.id)
    }

    /// Who asks.
    #[public]
    fn organisation(&self) -> OrganisationCard {
        OrganisationCard::from(&*self.seen.row)
    }

    /// What became of it.
    #[public]
    fn state(&self) -> ResellerRequestState {
        self.row.state.into()
    }

    /// What the organisation says to the operator.
    #[public]
    fn message(&self) -> &str {
        &self.row.message
    }

    /// What the operator says to it; null before it has answered.
    #[public]
    fn answer(&self) -> Option<&str> {
        self.row.answer.as_deref()
    }

    /// When it was made.
    #[public]
    fn created_at(&self) -> DateTimeUtc {
        self.row.created_at
    }

    /// When it was approved, declined or taken back.
    #[public]
    fn answered_at(&self) -> Option<DateTimeUtc> {
        self.row.answered_at
    }
}

/// The terms under which an organisation is a reseller.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct ResellerProgramme {
    /// The reseller's share of what its clients buy, in hundredths of a percent: 1250 is 12.5 %.
    pub commission_basis_points: i32,
    /// What was agreed.
    pub terms: String,
    /// Since when it is a reseller.
    pub approved_at: DateTimeUtc,
}

impl From<reseller_programme::Model> for ResellerProgramme {
    fn from(row: reseller_programme::Model) -> Self {
        Self { commission_basis_points: row.commission_basis_points, terms: row.terms, approved_at: row.approved_at }
    }
}
