//! An event of the audit log as clients of the API see it.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, InputObject};
use entity::audit_event;
use macros::{guarded, public_object};
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::named;
use super::rules::actor_type;
use super::store::{self, EventFilter};
use super::verify::Finding;
use crate::access::{Decision, GrantsAt, Guarded, Side};
use crate::base::error::{Error, Result};
use crate::base::id;
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, PageArguments};
use crate::graphql::request::Request;
use crate::partners::partnership::Partnership;

/// The most actions that one filter names.
const MOST_ACTIONS: usize = 50;

/// The kind of an actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "audit_event::ActorKind")]
pub enum AuditActorKind {
    /// A user.
    User,
    /// An API key of an organisation.
    ApiKey,
    /// The server or its command line.
    System,
}

/// Why an actor was allowed to act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "audit_event::Way")]
pub enum AuditWay {
    /// No permission was needed: the act was about the actor, or the server acted.
    Own,
    /// A role of a membership in the organisation.
    Membership,
    /// A partnership of the organisation with a reseller.
    Partnership,
    /// The operator's access to every organisation.
    Operator,
    /// The scopes of an API key.
    ApiKey,
}

/// Whether an act was done or refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "audit_event::Outcome")]
pub enum AuditOutcome {
    /// The act was done.
    Done,
    /// The act was refused, and nothing was changed.
    Refused,
}

/// Which events of an audit log: those that meet all conditions.
#[derive(InputObject)]
pub struct AuditFilter {
    /// Only events of this user or API key.
    pub actor_id: Option<ID>,
    /// Only events of one of these mutations, for example `inviteMember`: 50 at most. Without it, all.
    pub actions: Option<Vec<String>>,
    /// Only acts that were done, or only those that were refused.
    pub outcome: Option<AuditOutcome>,
    /// Only events about this object.
    pub object_id: Option<ID>,
    /// Only acts allowed in this way: PARTNERSHIP shows what resellers did.
    pub way: Option<AuditWay>,
    /// Only acts allowed by this partnership.
    pub partnership_id: Option<ID>,
    /// Only events at or after this time.
    pub from: Option<DateTimeUtc>,
    /// Only events before this time.
    pub until: Option<DateTimeUtc>,
}

impl AuditFilter {
    async fn read(self, request: &Request) -> Result<EventFilter> {
        let actor = match self.actor_id.as_ref().map(id::parse).transpose()? {
            None => None,
            Some((id::Type::User | id::Type::UserAccount | id::Type::ApiKey, key)) => Some(key),
            Some(_) => return Err(Error::InvalidInput("actorId is the id of a user or of an API key.".to_owned())),
        };
        self.object_id.as_ref().map(id::parse).transpose()?;
        if let Some(count) = self.actions.as_ref().map(Vec::len).filter(|count| *count > MOST_ACTIONS) {
            let message = format!("actions names {count} actions. Name at most {MOST_ACTIONS}.");
            return Err(Error::InvalidInput(message));
        }
        let partnership = self.partnership_id.as_ref().map(|id| id::Type::Partnership.parse(id)).transpose()?;
        // A partnership that is hidden from the viewer counts as unset, as it does in the field.
        let is_empty = match partnership {
            Some(key) => Partnership::find(request, key).await?.is_none(),
            None => false,
        };
        Ok(EventFilter {
            actor,
            actions: self.actions,
            outcome: self.outcome.map(Into::into),
            object: self.object_id.map(|id| id::of_subject(id).0),
            way: self.way.map(Into::into),
            partnership,
            from: self.from,
            until: self.until,
            is_empty,
        })
    }
}

/// Whether an audit log is unchanged.
#[public_object]
pub struct AuditVerification {
    /// Whether no event was changed, removed or inserted.
    pub valid: bool,
    /// How many events are valid.
    pub events: u64,
    /// How many of them had their details removed when a user was erased.
    pub forgotten: u64,
    /// The sequence of the first invalid event; null if all are valid.
    pub broken_at: Option<i64>,
    /// What is wrong with that event; null if all are valid.
    pub reason: Option<String>,
}

impl From<Finding> for AuditVerification {
    fn from(finding: Finding) -> Self {
        Self {
            valid: finding.fault.is_none(),
            events: finding.events,
            forgotten: finding.forgotten,
            broken_at: finding.fault.map(|(sequence, _)| sequence),
            reason: finding.fault.map(|(_, reason)| reason.to_owned()),
        }
    }
}

/// One entry of an audit log: who did what, when, and why they were allowed.
pub struct AuditEvent {
    row: Arc<audit_event::Model>,
    at: Decision,
}

impl AuditEvent {
    /// The log of the organisation, the newest event first.
    pub async fn list(
        request: &Request,
        at: &Decision,
        page: &PageArguments,
        filter: Option<AuditFilter>,
    ) -> Result<Connection<Self>> {
        let filter = match filter {
            Some(filter) => filter.read(request).await?,
            None => EventFilter::default(),
        };
        let page = store::list(request, at.id(), page, filter).await?;
        Ok(page.connection(|row| Self { row: Arc::clone(row), at: at.clone() }))
    }

    fn detail(&self, name: &str) -> Option<serde_json::Value> {
        let details: serde_json::Value = serde_json::from_str(self.row.details.as_deref()?).ok()?;
        details.get(name).filter(|value| !value.is_null()).cloned()
    }
}

impl Find for AuditEvent {
    const TYPE: id::Type = id::Type::AuditEvent;

    async fn find(request: &Request, key: Uuid) -> Result<Option<Self>> {
        let Some(row) = store::look_up(request, key).await? else { return Ok(None) };
        let at = request.access.look(row.key(|row| row.organisation_id)).await?;
        Ok(at.and_then(|at| row.visible(|row| Self { row, at })))
    }
}

impl Guarded for AuditEvent {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.at.grants_at(side)
    }
}

/// One entry of an audit log: who did what, when, and why they were allowed.
#[guarded(exists(AUDIT_READ))]
impl AuditEvent {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        id::Type::AuditEvent.id(self.row.id)
    }

    /// Its number in the log. The first event has 1, and there are no gaps.
    #[public]
    fn sequence(&self) -> i64 {
        self.row.sequence
    }

    /// The time of the act.
    #[public]
    fn at(&self) -> DateTimeUtc {
        self.row.at
    }

    /// The name of the mutation, or of the command on the command line.
    #[public]
    fn action(&self) -> &str {
        &self.row.action
    }

    /// Whether the act was done or refused.
    #[public]
    fn outcome(&self) -> AuditOutcome {
        self.row.outcome.into()
    }

    /// The kind of the actor.
    #[public]
    fn actor_kind(&self) -> AuditActorKind {
        self.row.actor_kind.into()
    }

    /// Id of the user or API key. Null for the server, and for a person who opened a link from a mail without signing in.
    #[public]
    fn actor_id(&self) -> Option<ID> {
        self.row.actor_id.map(|key| actor_type(self.row.actor_kind).id(key))
    }

    /// The actor's name at that time; null if there was none, or it was removed when the user was erased.
    #[public]
    fn actor_name(&self) -> Option<String> {
        self.detail("actor").and_then(|name| name.as_str().map(str::to_owned))
    }

    /// Why the actor was allowed. If the act was refused: how the actor belongs to the organisation.
    #[public]
    fn way(&self) -> AuditWay {
        self.row.way.into()
    }

    /// The partnership that allowed it. Null if there is none, or you may not see it.
    #[public]
    async fn partnership(&self, context: &Context<'_>) -> Result<Option<Partnership>> {
        match self.row.partnership_id {
            Some(key) => Partnership::find(Request::of(context)?, key).await,
            None => Ok(None),
        }
    }

    /// Id of the object that the act was done to; null if there is none.
    #[public]
    fn object_id(&self) -> Option<&str> {
        self.row.object_id.as_deref()
    }

    /// The type of that object; null if there is none.
    #[public]
    fn object_kind(&self) -> Option<id::Type> {
        named::read(self.row.object_id.as_deref()).map(|(kind, _)| kind)
    }

    /// The name of that object: its name, number or address. It is the one that the event recorded, or else the one of
    /// today. Null if the object has no name, is gone, or is hidden from you.
    #[public]
    async fn object_name(&self, context: &Context<'_>) -> Result<Option<String>> {
        let Some((kind, key)) = named::read(self.row.object_id.as_deref()) else { return Ok(None) };
        match named::recorded(kind, self.row.details.as_deref()) {
            Some(name) => Ok(Some(name)),
            None => named::look_up(context, self.at.id(), (kind, key)).await,
        }
    }

    /// The object before the act, as JSON. Null if it did not exist, or if the details were removed when a user was erased.
    #[public]
    fn before(&self) -> Option<String> {
        self.detail("before").map(|value| value.to_string())
    }

    /// The object after the act, as JSON. Null if it was deleted, or if the details were removed when a user was erased.
    #[public]
    fn after(&self) -> Option<String> {
        self.detail("after").map(|value| value.to_string())
    }

    /// Hash of the event, which the next event contains. Keep the hash of the newest event elsewhere to find out later
    /// whether the log was rewritten.
    #[public]
    fn hash(&self) -> &str {
        &self.row.hash
    }

    /// Id of the request in the server's own log; empty for the command line.
    #[public]
    fn request_id(&self) -> &str {
        &self.row.request_id
    }
}
