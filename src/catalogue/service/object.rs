//! The service, and which services a viewer sees.

use std::sync::Arc;

use async_graphql::{Enum, ID, InputObject};
use entity::service;
use macros::guarded;
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::store;
use crate::access::{Decision, GrantsAt, Guarded, Permission, Side};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, PageArguments};
use crate::graphql::request::Request;

/// The kind of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "service::Kind")]
pub enum ServiceKind {
    /// A virtual server.
    VirtualServer,
    /// Web hosting.
    WebHosting,
    /// A domain name. Visible with `DOMAIN_READ`.
    Domain,
    /// Seats for users.
    Seats,
    /// A quota of devices.
    Devices,
    /// Anything else.
    Other,
}

/// The state of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "service::State")]
pub enum ServiceState {
    /// Being set up.
    Pending,
    /// Running.
    Active,
    /// Stopped, but not deleted.
    Suspended,
    /// Deleted.
    Ended,
}

/// Which services to list.
#[derive(InputObject)]
pub struct ServiceFilter {
    /// Only services of this kind.
    pub kind: Option<ServiceKind>,
    /// Only services in this state.
    pub state: Option<ServiceState>,
}

/// A server, a web site, a domain or the like.
pub struct Service {
    row: Arc<service::Model>,
    organisation: Decision,
}

impl Service {
    fn new(row: Arc<service::Model>, at: &Decision) -> Self {
        Self { row, organisation: at.clone() }
    }

    /// The services of an organisation that the viewer sees, by name.
    pub async fn list(
        request: &Request,
        at: &Decision,
        page: &PageArguments,
        filter: Option<&ServiceFilter>,
    ) -> Result<Connection<Self>> {
        let kind = filter.and_then(|filter| filter.kind).map(Into::into);
        let state = filter.and_then(|filter| filter.state).map(Into::into);
        let rows = store::list(request, at.id(), page, (kind, state), at.grants).await?;
        Ok(rows.connection(|row| Self::new(Arc::clone(row), at)))
    }
}

impl Find for Service {
    const TYPE: Type = Type::Service;

    async fn find(request: &Request, key: Uuid) -> Result<Option<Self>> {
        let Some(row) = store::look_up(request, key).await? else { return Ok(None) };
        let Some(at) = request.access.look(row.key(|row| row.organisation_id)).await? else { return Ok(None) };
        Ok(row.visible(|row| Self::new(row, &at)))
    }
}

impl Guarded for Service {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        // A domain needs DOMAIN_READ, any other service SERVICE_READ, so the other permission does not count.
        let other = match self.row.kind {
            service::Kind::Domain => Permission::ServiceRead,
            _ => Permission::DomainRead,
        };
        let mut at = self.organisation.grants_at(side)?;
        at.grants.own = at.grants.own.without([other].into_iter().collect());
        Some(at)
    }
}

/// A server, a web site, a domain or the like. Domains are visible with `DOMAIN_READ`, other services with
/// `SERVICE_READ`.
#[guarded(exists(SERVICE_READ, DOMAIN_READ))]
impl Service {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        Type::Service.id(self.row.id)
    }

    /// Its kind.
    #[public]
    fn kind(&self) -> ServiceKind {
        self.row.kind.into()
    }

    /// Host name, domain name or label.
    #[public]
    fn name(&self) -> &str {
        &self.row.name
    }

    /// Its state.
    #[public]
    fn state(&self) -> ServiceState {
        self.row.state.into()
    }

    /// When it was created.
    #[public]
    fn created_at(&self) -> DateTimeUtc {
        self.row.created_at
    }
}
