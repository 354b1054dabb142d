//! The service, and which services a viewer sees.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, InputObject};
use entity::service;
use macros::{guarded, public_object};
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::attributes::Attributes;
use super::store;
use crate::access::{Decision, GrantsAt, Guarded, Permission, Side};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::catalogue::subscription::Subscription;
use crate::catalogue::task::ServiceTask;
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, PageArguments, Search};
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

/// The state that a service should have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "service::DesiredState")]
pub enum DesiredServiceState {
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
    /// Only services whose name contains this text. Case does not matter.
    pub search: Option<String>,
}

/// One attribute of a service, for example its host name.
#[public_object]
#[derive(Clone, Debug)]
pub struct ServiceAttribute {
    /// Its name, for example `hostname`.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// One attribute of a service, for example its host name.
#[derive(Clone, Debug, InputObject)]
pub struct ServiceAttributeInput {
    /// Its name, for example `hostname`.
    pub name: String,
    /// Its value: 1 to 255 characters.
    pub value: String,
}

impl ServiceAttributeInput {
    /// Names and values as they were typed.
    pub fn pairs(typed: Vec<Self>) -> Vec<(String, String)> {
        typed.into_iter().map(|one| (one.name, one.value)).collect()
    }
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
        let search = Search::read(filter.and_then(|filter| filter.search.as_deref()))?;
        let rows = store::list(request, at.id(), page, (kind, state, &search), at.grants).await?;
        Ok(rows.connection(|row| Self::new(Arc::clone(row), at)))
    }

    /// The services of a subscription that the viewer sees, by name.
    pub async fn list_of_subscription(
        request: &Request,
        at: &Decision,
        subscription: Uuid,
        page: &PageArguments,
    ) -> Result<Connection<Self>> {
        let rows = store::list_of_subscription(request, subscription, page, at.grants).await?;
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

/// The grants that count for a service of this kind. A domain needs the permissions about domains, any other service those
/// about services, so the others do not count.
pub fn visible_at(kind: service::Kind, organisation: &Decision, side: Side) -> Option<GrantsAt> {
    use Permission::{DomainManage, DomainRead, ServiceManage, ServiceRead};
    let others = match kind {
        service::Kind::Domain => [ServiceRead, ServiceManage],
        _ => [DomainRead, DomainManage],
    };
    let mut at = organisation.grants_at(side)?;
    at.grants.own = at.grants.own.without(others.into_iter().collect());
    Some(at)
}

impl Guarded for Service {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        visible_at(self.row.kind, &self.organisation, side)
    }
}

/// A server, a web site, a domain or the like. Domains are visible with `DOMAIN_READ`, other services with
/// `SERVICE_READ`.
#[guarded(exists(SERVICE_READ, DOMAIN_READ, SERVICE_PROVISION))]
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
    pub(crate) fn name(&self) -> &str {
        &self.row.name
    }

    /// Its state.
    #[public]
    fn state(&self) -> ServiceState {
        self.row.state.into()
    }

    /// The state that it should have. It differs from the state until the task for it is done.
    #[public]
    fn desired_state(&self) -> DesiredServiceState {
        self.row.desired_state.into()
    }

    /// Its attributes, ordered by name: those that were ordered, and those that were learned when it was set up.
    #[public]
    fn attributes(&self) -> Vec<ServiceAttribute> {
        ServiceAttribute::all(&Attributes::read(&self.row.attributes))
    }

    /// Why it is not as it should be; null if nothing is wrong.
    #[public]
    fn problem(&self) -> Option<&str> {
        self.row.problem.as_deref()
    }

    /// The id that the program knows it by that set it up; unique for the kind.
    #[public]
    fn external_id(&self) -> Option<&str> {
        self.row.external_id.as_deref()
    }

    /// The number of changes of what it should be like, from 1.
    #[public]
    fn generation(&self) -> i32 {
        self.row.generation
    }

    /// The subscription that pays for it; null if there is none.
    #[requires(SUBSCRIPTION_READ)]
    async fn subscription(&self, context: &Context<'_>) -> Result<Option<Subscription>> {
        match self.row.subscription_id {
            Some(id) => Subscription::find(Request::of(context)?, id).await,
            None => Ok(None),
        }
    }

    /// What was to be done with it, the newest first.
    #[public]
    async fn tasks(&self, context: &Context<'_>, page: PageArguments) -> Result<Option<Connection<ServiceTask>>> {
        ServiceTask::list(Request::of(context)?, self.row.id, &self.organisation, &page).await.map(Some)
    }

    /// When it was created.
    #[public]
    fn created_at(&self) -> DateTimeUtc {
        self.row.created_at
    }
}

impl ServiceAttribute {
    /// All attributes, by name.
    pub fn all(attributes: &Attributes) -> Vec<Self> {
        attributes.iter().map(|(name, value)| Self { name: name.to_owned(), value: value.to_owned() }).collect()
    }
}
