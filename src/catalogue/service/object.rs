//! A service, and which of them one sees.

use std::sync::Arc;

use async_graphql::{Enum, ID, InputObject, Object};
use entity::service;
use macros::guarded;
use sea_orm::prelude::DateTimeUtc;

use crate::access::{Decision, Grants, GrantsAt, Guarded, Permission, Side};
use crate::base::id;
use crate::graphql::page::Filter;

/// What sort of thing a service is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "service::Kind")]
pub enum ServiceKind {
    /// A virtual server.
    VirtualServer,
    /// A web site.
    WebHosting,
    /// A domain name; seen with DOMAIN_READ.
    Domain,
    /// Seats for people.
    Seats,
    /// A quota of devices.
    Devices,
    /// Anything else.
    Other,
}

/// Whether a service runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "service::State")]
pub enum ServiceState {
    /// Is being set up.
    Pending,
    /// Runs.
    Active,
    /// Stopped, kept.
    Suspended,
    /// Gone.
    Ended,
}

/// Which services.
#[derive(InputObject)]
pub struct ServiceFilter {
    /// Only of this sort.
    pub kind: Option<ServiceKind>,
    /// Only in this state.
    pub state: Option<ServiceState>,
}

/// The thing itself: a server, a site, a domain.
pub struct Service {
    row: Arc<service::Model>,
    seen: Decision,
}

impl Service {
    /// A service of an organisation; the list that it stands in has left out those that the viewer does not see.
    pub fn new(row: &Arc<service::Model>, seen: &Decision) -> Self {
        Self { row: Arc::clone(row), seen: seen.clone() }
    }
}

impl ServiceFilter {
    /// As conditions on rows, together with what the viewer may see.
    pub fn conditions(filter: Option<&Self>, grants: Grants) -> Filter {
        use sea_orm::ActiveEnum;
        let mut conditions = Filter::default();
        if !grants.has(Permission::DomainRead) {
            conditions = conditions.and("t.kind <> 'DOMAIN'");
        }
        if !grants.has(Permission::ServiceRead) {
            conditions = conditions.and("t.kind = 'DOMAIN'");
        }
        if let Some(kind) = filter.and_then(|filter| filter.kind) {
            conditions =
                conditions.and_with("t.kind = :kind", [(":kind", service::Kind::from(kind).to_value().into())]);
        }
        if let Some(state) = filter.and_then(|filter| filter.state) {
            let value = service::State::from(state).to_value();
            conditions = conditions.and_with("t.state = :state", [(":state", value.into())]);
        }
        conditions
    }
}

impl crate::graphql::act::Find for Service {
    const TYPE: crate::base::id::Type = crate::base::id::Type::Service;

    async fn find(
        request: &crate::graphql::request::Request,
        key: uuid::Uuid,
    ) -> crate::base::error::Result<Option<Self>> {
        super::store::find(request, key).await
    }
}

impl Guarded for Service {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        // Of the two permissions that show services, only the one of its kind counts.
        let other = match self.row.kind {
            service::Kind::Domain => Permission::ServiceRead,
            _ => Permission::DomainRead,
        };
        let mut seat = self.seen.grants_at(side)?;
        seat.grants.own = seat.grants.own.without([other].into_iter().collect());
        Some(seat)
    }
}

/// The thing itself: a server, a site, a domain. A domain is seen with `domain:read`, any other with `service:read`.
#[guarded(exists(SERVICE_READ, DOMAIN_READ))]
#[Object]
impl Service {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        id::Type::Service.id(self.row.id)
    }

    /// What sort of thing.
    #[public]
    fn kind(&self) -> ServiceKind {
        self.row.kind.into()
    }

    /// Host name, domain name or label.
    #[public]
    fn name(&self) -> &str {
        &self.row.name
    }

    /// Whether it runs.
    #[public]
    fn state(&self) -> ServiceState {
        self.row.state.into()
    }

    /// When it was made.
    #[public]
    fn created_at(&self) -> DateTimeUtc {
        self.row.created_at
    }
}
