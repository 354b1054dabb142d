//! A request to become a reseller, and the terms under which an organisation is one.

use std::sync::Arc;

use async_graphql::{Enum, ID};
use entity::reseller_programme;
use entity::reseller_request::{self, Model};
use macros::{guarded, public_object};
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::store;
use crate::access::{Decision, GrantsAt, Guarded, Side};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, PageArguments};
use crate::graphql::request::Request;
use crate::organisation::OrganisationCard;

/// The state of a request to become a reseller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "reseller_request::State")]
pub enum ResellerRequestState {
    /// The operator has not answered yet.
    #[graphql(name = "PENDING")]
    Requested,
    /// The operator approved it: the organisation became a reseller.
    #[graphql(name = "ACCEPTED")]
    Approved,
    /// The operator declined it.
    Declined,
    /// The organisation withdrew it.
    Withdrawn,
}

/// A request of an organisation to become a reseller.
pub struct ResellerRequest {
    row: Arc<Model>,
    at: Decision,
}

impl ResellerRequest {
    /// A request of the organisation.
    pub fn new(row: &Arc<Model>, at: &Decision) -> Self {
        Self { row: Arc::clone(row), at: at.clone() }
    }

    /// Key of the request.
    pub fn key(&self) -> Uuid {
        self.row.id
    }

    /// The requests of the organisation, the newest first.
    pub async fn list(request: &Request, at: &Decision, page: &PageArguments) -> Result<Connection<Self>> {
        Ok(store::list(request, at.id(), page).await?.connection(|row| Self::new(row, at)))
    }
}

impl Find for ResellerRequest {
    const TYPE: Type = Type::ResellerRequest;

    async fn find(request: &Request, key: Uuid) -> Result<Option<Self>> {
        let Some(row) = store::look_up(request, key).await? else { return Ok(None) };
        let at = request.access.look(row.key(|row| row.organisation_id)).await?;
        Ok(at.and_then(|at| row.visible(|row| Self { row, at })))
    }
}

impl Guarded for ResellerRequest {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.at.grants_at(side)
    }
}

/// A request of an organisation to become a reseller.
#[guarded(exists(COMMISSION_READ, ORGANISATION_UPDATE, RESELLER_MANAGE))]
impl ResellerRequest {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        Type::ResellerRequest.id(self.row.id)
    }

    /// The organisation that made the request.
    #[public]
    fn organisation(&self) -> OrganisationCard {
        self.at.card().into()
    }

    /// Its state.
    #[public]
    fn state(&self) -> ResellerRequestState {
        self.row.state.into()
    }

    /// The message of the organisation to the operator.
    #[public]
    fn message(&self) -> &str {
        &self.row.message
    }

    /// The answer of the operator: the terms, or the reason why it declined. Null while the request is pending.
    #[public]
    fn answer(&self) -> Option<&str> {
        self.row.answer.as_deref()
    }

    /// When it was made.
    #[public]
    fn created_at(&self) -> DateTimeUtc {
        self.row.created_at
    }

    /// When it was approved, declined or withdrawn; null while it is pending.
    #[public]
    fn answered_at(&self) -> Option<DateTimeUtc> {
        self.row.answered_at
    }
}

/// The terms under which an organisation is a reseller.
#[public_object]
#[derive(Clone, Debug)]
pub struct ResellerProgramme {
    /// The reseller's share of what its clients buy, in hundredths of a percent: 1250 is 12.5 %.
    pub commission_basis_points: i32,
    /// What was agreed.
    pub terms: String,
    /// When it became a reseller.
    pub approved_at: DateTimeUtc,
}

impl ResellerProgramme {
    /// The terms of the reseller; `None` for other organisations.
    pub async fn of(request: &Request, reseller: Uuid) -> Result<Option<Self>> {
        Ok(store::programme(request, reseller).await?.map(Self::from))
    }
}

impl From<reseller_programme::Model> for ResellerProgramme {
    fn from(row: reseller_programme::Model) -> Self {
        Self { commission_basis_points: row.commission_basis_points, terms: row.terms, approved_at: row.approved_at }
    }
}
