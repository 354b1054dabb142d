//! A webhook and what was delivered to it, as viewers with WEBHOOK_READ see them.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID};
use entity::webhook::Reason;
use entity::{event, webhook_delivery as delivery};
use macros::{guarded, public_object};
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::rules::{self, Attempt};
use super::store::{self, DeliveryRow, OF_ORGANISATION, OF_WEBHOOK, WebhookRow};
use crate::access::{Decision, GrantsAt, Guarded, PermissionSet, Side};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, Filter, PageArguments, Search};
use crate::graphql::request::Request;
use crate::live::event::{Event, Happened};
use crate::live::kinds::EventKind;
use crate::organisation::Organisation;
use crate::people::user::User;

/// Whether events are sent to a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum WebhookState {
    /// Events are sent.
    Enabled,
    /// Nothing is sent: `disabledReason` says why, or somebody has disabled it.
    Disabled,
}

/// Why nothing is sent to a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum WebhookDisabledReason {
    /// Nothing could be delivered for three days.
    Failing,
    /// The receiver answered that it is gone, with the status 410.
    Gone,
}

/// What came of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum WebhookDeliveryState {
    /// It waits for its next attempt.
    Pending,
    /// The receiver has it.
    Delivered,
    /// It was given up after three days. `replayWebhook` sends it again.
    Failed,
}

/// An address of an organisation to which events are sent.
#[derive(Clone)]
pub struct Webhook {
    row: Arc<WebhookRow>,
    at: Decision,
    now: DateTimeUtc,
}

impl Find for Webhook {
    const TYPE: Type = Type::Webhook;

    async fn find(request: &Request, key: Uuid) -> Result<Option<Self>> {
        let Some(found) = OF_ORGANISATION.look_up(request, key).await? else { return Ok(None) };
        let at = request.access.look(found.key(|row| row.model.organisation_id)).await?;
        Ok(at.and_then(|at| found.visible(|row| Self { row, at, now: request.now() })))
    }
}

impl Guarded for Webhook {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.at.grants_at(side)
    }
}

impl Webhook {
    /// The webhooks of an organisation, the oldest first; only those in a state, or that a search finds.
    pub async fn list(
        request: &Request,
        at: &Decision,
        page: &PageArguments,
        state: Option<WebhookState>,
        search: &Search,
    ) -> Result<Connection<Self>> {
        let filter = store::found(state.map(|state| state == WebhookState::Enabled), search);
        let rows = OF_ORGANISATION.rows(request, at.id(), page, filter).await?;
        Ok(rows.connection(|row| Self { row: Arc::clone(row), at: at.clone(), now: request.now() }))
    }

    /// Its row.
    pub fn model(&self) -> &entity::webhook::Model {
        &self.row.model
    }
}

/// An address of an organisation to which events are sent as they happen, signed by the specification of Standard Webhooks.
#[guarded(exists(WEBHOOK_READ))]
impl Webhook {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        Type::Webhook.id(self.row.model.id)
    }

    /// What it is for.
    #[public]
    fn name(&self) -> &str {
        &self.row.model.name
    }

    /// Where the events go.
    #[public]
    fn url(&self) -> &str {
        &self.row.model.url
    }

    /// The types of events that it gets; null for all that it may read.
    #[public]
    fn types(&self) -> Option<Vec<EventKind>> {
        rules::types_of(&self.row.model)
    }

    /// With which permissions it reads the events of its organisation.
    #[public]
    fn permissions(&self) -> PermissionSet {
        rules::scopes(&self.row.model).own
    }

    /// With which permissions it reads the events of clients, within what each client delegates at the moment.
    #[public]
    fn client_permissions(&self) -> PermissionSet {
        rules::scopes(&self.row.model).clients
    }

    /// Whether it gets the events of clients too.
    #[public]
    fn includes_clients(&self) -> bool {
        self.row.model.includes_clients
    }

    /// Whether events come strictly in their order: each waits until the one before was delivered or given up.
    #[public]
    fn is_ordered(&self) -> bool {
        self.row.model.is_ordered
    }

    /// Whether events are sent.
    #[public]
    fn state(&self) -> WebhookState {
        if self.row.model.disabled_at.is_some() { WebhookState::Disabled } else { WebhookState::Enabled }
    }

    /// Why the server sends nothing any more; null while events are sent, and if somebody has disabled it.
    #[public]
    fn disabled_reason(&self) -> Option<WebhookDisabledReason> {
        Some(match self.row.model.disabled_reason? {
            Reason::Failing => WebhookDisabledReason::Failing,
            Reason::Gone => WebhookDisabledReason::Gone,
        })
    }

    /// Since when nothing is sent; null while events are sent.
    #[public]
    fn disabled_at(&self) -> Option<DateTimeUtc> {
        self.row.model.disabled_at
    }

    /// Since when all attempts have failed; null if the last one succeeded. After three days, the webhook is disabled.
    #[public]
    fn failing_since(&self) -> Option<DateTimeUtc> {
        self.row.model.failing_since
    }

    /// Until when the secret from before the last rotation signs as well; null if it no longer does.
    #[public]
    fn previous_secret_until(&self) -> Option<DateTimeUtc> {
        self.row.model.previous_until.filter(|until| self.now < *until)
    }

    /// The person who created it. It keeps working when that person leaves.
    #[public]
    fn created_by(&self) -> Option<User> {
        Some(User { id: self.row.model.created_by_id?, name: self.row.creator.clone()? })
    }

    /// When it was created.
    #[public]
    fn created_at(&self) -> DateTimeUtc {
        self.row.model.created_at
    }

    /// The organisation that it belongs to.
    #[public]
    async fn organisation(&self, context: &Context<'_>) -> Result<Option<Organisation>> {
        Organisation::find(Request::of(context)?, self.at.id()).await
    }

    /// What was sent, and what waits to be sent, the newest first. Events of clients are listed once they were sent. Kept as
    /// long as the events.
    #[public]
    async fn deliveries(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "Only deliveries in this state. Without it, all.")] state: Option<WebhookDeliveryState>,
    ) -> Result<Option<Connection<WebhookDelivery>>> {
        let state = state.map(|state| match state {
            WebhookDeliveryState::Pending => delivery::State::Pending,
            WebhookDeliveryState::Delivered => delivery::State::Delivered,
            WebhookDeliveryState::Failed => delivery::State::Failed,
        });
        WebhookDelivery::list(Request::of(context)?, self, &page, store::shown(state)).await.map(Some)
    }
}

/// An event that was sent to a webhook, or waits to be sent.
#[derive(Clone)]
pub struct WebhookDelivery {
    row: Arc<DeliveryRow>,
    at: Decision,
}

impl Find for WebhookDelivery {
    const TYPE: Type = Type::WebhookDelivery;

    async fn find(request: &Request, key: Uuid) -> Result<Option<Self>> {
        let Some(found) = OF_WEBHOOK.look_up(request, key).await? else { return Ok(None) };
        let at = request.access.look(found.key(|row| row.at)).await?;
        let found = at.and_then(|at| found.visible(|row| Self { row, at }));
        Ok(found.filter(|found| found.row.model.is_own || found.row.model.attempted_at.is_some()))
    }
}

impl Guarded for WebhookDelivery {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.at.grants_at(side)
    }
}

impl WebhookDelivery {
    async fn list(
        request: &Request,
        webhook: &Webhook,
        page: &PageArguments,
        filter: Filter,
    ) -> Result<Connection<Self>> {
        let rows = OF_WEBHOOK.rows(request, webhook.row.model.id, page, filter).await?;
        Ok(rows.connection(|row| Self { row: Arc::clone(row), at: webhook.at.clone() }))
    }
}

/// An event that was sent to a webhook, or waits to be sent.
#[guarded(exists(WEBHOOK_READ))]
impl WebhookDelivery {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        Type::WebhookDelivery.id(self.row.model.id)
    }

    /// What the receiver gets as `webhook-id`: the id of the event, the same at each attempt.
    #[public]
    fn message_id(&self) -> ID {
        Type::Event.id(self.row.model.event_id)
    }

    /// Whether it is a test, which is no event.
    #[public]
    fn is_test(&self) -> bool {
        self.row.model.kind == rules::TEST
    }

    /// What came of it.
    #[public]
    fn state(&self) -> WebhookDeliveryState {
        match self.row.model.state {
            delivery::State::Pending => WebhookDeliveryState::Pending,
            delivery::State::Delivered => WebhookDeliveryState::Delivered,
            delivery::State::Failed => WebhookDeliveryState::Failed,
        }
    }

    /// The event; null if you may not read it, and for a test.
    #[public]
    async fn event(&self, context: &Context<'_>) -> Result<Option<Event>> {
        let request = Request::of(context)?;
        let row = &self.row.model;
        let Some(kind) = EventKind::from_stored(&row.kind) else { return Ok(None) };
        let at = request.access.look(row.organisation_id).await?;
        let may_read = |at: &Decision| kind.permission().is_some_and(|permission| at.grants.has(permission));
        if !at.as_ref().is_some_and(may_read) {
            return Ok(None);
        }
        // What it says of itself. The rest is not shown here.
        let event = event::Model {
            position: row.position,
            id: row.event_id,
            kind: row.kind.clone(),
            at: row.at,
            organisation_id: Some(row.organisation_id),
            user_id: None,
            actor_kind: None,
            actor_id: None,
            object_key: None,
            object_id: row.object_id.clone(),
        };
        Event::new(request, Arc::new(Happened { row: event, kind: Some(kind) }), kind).await.map(Some)
    }

    /// The attempts to send it, the oldest first.
    #[public]
    fn attempts(&self) -> Vec<WebhookAttempt> {
        rules::attempts_of(&self.row.model).into_iter().map(WebhookAttempt::from).collect()
    }

    /// When it is tried next; null if it is not tried any more, or if the webhook is disabled.
    #[public]
    fn next_attempt_at(&self) -> Option<DateTimeUtc> {
        self.row.model.next_attempt_at
    }

    /// When it was put into the queue.
    #[public]
    fn created_at(&self) -> DateTimeUtc {
        self.row.model.created_at
    }
}

/// One attempt to send an event.
#[public_object]
pub struct WebhookAttempt {
    /// When it began.
    pub at: DateTimeUtc,
    /// The status of the answer; null if there was none. 200 to 299 is a success.
    pub status: Option<i32>,
    /// The start of the answer, up to 1 KiB.
    pub body: String,
    /// Why there was no answer; null if there was one.
    pub error: Option<String>,
    /// How long it took, in milliseconds.
    pub milliseconds: i32,
}

impl From<Attempt> for WebhookAttempt {
    fn from(attempt: Attempt) -> Self {
        Self {
            at: attempt.at,
            status: attempt.status.map(i32::from),
            body: attempt.body,
            error: attempt.error,
            milliseconds: i32::try_from(attempt.millis).unwrap_or(i32::MAX),
        }
    }
}
