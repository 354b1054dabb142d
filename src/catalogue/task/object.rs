//! The task of a service as clients of the API see it.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, InputObject};
use entity::service_task::{self, Model, State};
use macros::{guarded, public_object};
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::rules::Wanted;
use super::store::{self, TaskRow};
use crate::access::{Decision, GrantsAt, Guarded, Side};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::catalogue::service::{
    DesiredServiceState, Service, ServiceAction, ServiceAttribute, ServiceKind, visible_at,
};
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, PageArguments};
use crate::graphql::request::Request;

/// What a task does. Whatever it is, the program brings the service to what is wanted, and then does the action if there is
/// one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "service_task::Kind")]
pub enum ServiceTaskKind {
    /// Set the service up.
    Create,
    /// Change its attributes, its size or several things together.
    Change,
    /// Stop it, but keep it.
    Suspend,
    /// Let it run again.
    Resume,
    /// Delete it.
    End,
    /// Do what was requested, for example restart it.
    Action,
}

/// The state of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "service_task::State")]
pub enum ServiceTaskState {
    /// It waits for a program, now or after a failure.
    Waiting,
    /// A program works on it.
    Claimed,
    /// It is done.
    Done,
    /// It has failed too often, and waits for staff of the operator.
    Failed,
}

/// Which tasks to list.
#[derive(InputObject)]
pub struct ServiceTaskFilter {
    /// Only tasks in one of these states. Without it, those that are not done.
    pub state: Option<Vec<ServiceTaskState>>,
    /// Only tasks of services of this kind.
    pub kind: Option<ServiceKind>,
}

impl ServiceTaskFilter {
    /// The states and the kind that are asked for.
    pub fn criteria(filter: Option<Self>) -> (Vec<State>, Option<entity::service::Kind>) {
        let (state, kind) = filter.map_or((None, None), |filter| (filter.state, filter.kind));
        let states = match state {
            Some(states) => states.into_iter().map(Into::into).collect(),
            None => vec![State::Waiting, State::Claimed, State::Failed],
        };
        (states, kind.map(Into::into))
    }
}

/// What a service should be like.
#[public_object]
pub struct WantedService {
    /// The state that it should have.
    pub state: DesiredServiceState,
    /// Host name, domain name or label.
    pub name: String,
    /// The number of units.
    pub quantity: i32,
    /// Code of the product; null for a service that no subscription pays for.
    pub product: Option<String>,
    /// Its attributes, by name.
    pub attributes: Vec<ServiceAttribute>,
}

impl From<Wanted> for WantedService {
    fn from(wanted: Wanted) -> Self {
        let attributes = wanted.attributes.into_iter().map(|(name, value)| ServiceAttribute { name, value }).collect();
        Self {
            state: wanted.state.into(),
            name: wanted.name,
            quantity: wanted.bought.quantity,
            product: wanted.bought.product,
            attributes,
        }
    }
}

/// Something that is to be done with a service.
pub struct ServiceTask {
    row: Arc<TaskRow>,
    at: Decision,
}

impl ServiceTask {
    /// A task at an organisation.
    pub fn new(row: Arc<TaskRow>, at: &Decision) -> Self {
        Self { row, at: at.clone() }
    }

    /// The tasks of a service, the newest first.
    pub async fn list(
        request: &Request,
        service: Uuid,
        at: &Decision,
        page: &PageArguments,
    ) -> Result<Connection<Self>> {
        Ok(store::list(request, service, page).await?.connection(|row| Self::new(Arc::clone(row), at)))
    }

    /// The row.
    pub fn model(&self) -> &Model {
        &self.row.model
    }
}

impl Find for ServiceTask {
    const TYPE: Type = Type::ServiceTask;

    async fn find(request: &Request, key: Uuid) -> Result<Option<Self>> {
        let Some(row) = store::look_up(request, key).await? else { return Ok(None) };
        let Some(at) = request.access.look(row.key(|row| row.model.organisation_id)).await? else { return Ok(None) };
        Ok(row.visible(|row| Self { row, at }))
    }
}

impl Guarded for ServiceTask {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        visible_at(self.row.service_kind, &self.at, side)
    }
}

/// Something that is to be done with a service. It exists for viewers who see the service.
#[guarded(exists(SERVICE_READ, DOMAIN_READ, SERVICE_PROVISION))]
impl ServiceTask {
    /// Opaque id. It stays the same when the task is tried again, so programs use it as their idempotency key.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        Type::ServiceTask.id(self.model().id)
    }

    /// The service; null if you may not see it.
    #[public]
    async fn service(&self, context: &Context<'_>) -> Result<Option<Service>> {
        Service::find(Request::of(context)?, self.model().service_id).await
    }

    /// The generation of the service that it leads to. It goes up when something else is wanted before the task is done.
    #[public]
    fn generation(&self) -> i32 {
        self.model().generation
    }

    /// What it does.
    #[public]
    fn kind(&self) -> ServiceTaskKind {
        self.model().kind.into()
    }

    /// What is to be done when the service is as wanted; null if nothing.
    #[public]
    fn action(&self) -> Option<ServiceAction> {
        self.model().action.as_deref().and_then(ServiceAction::from_name)
    }

    /// What the service should be like.
    #[public]
    fn wanted(&self) -> WantedService {
        Wanted::read(&self.model().wanted).into()
    }

    /// Its state.
    #[public]
    fn state(&self) -> ServiceTaskState {
        self.model().state.into()
    }

    /// How often it was claimed in this generation. Whoever claims it reports with this number.
    #[requires(SERVICE_PROVISION)]
    fn attempts(&self) -> Option<i32> {
        Some(self.model().attempts)
    }

    /// Until when it belongs to the program that claimed it; null if no program has it.
    #[requires(SERVICE_PROVISION)]
    fn lease_until(&self) -> Option<DateTimeUtc> {
        self.model().lease_until
    }

    /// When a program can claim it.
    #[requires(SERVICE_PROVISION)]
    fn not_before(&self) -> Option<DateTimeUtc> {
        Some(self.model().not_before)
    }

    /// Why it failed last, as the program said it.
    #[requires(SERVICE_PROVISION)]
    fn error(&self) -> Option<&str> {
        self.model().error.as_deref()
    }

    /// When the first of its wishes came.
    #[public]
    fn created_at(&self) -> DateTimeUtc {
        self.model().created_at
    }

    /// When it was done; null until then.
    #[public]
    fn finished_at(&self) -> Option<DateTimeUtc> {
        self.model().finished_at
    }
}
