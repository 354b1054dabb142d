//! An event of the audit log.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use entity::audit_event;
use macros::guarded;
use sea_orm::ActiveEnum;
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::verify::Finding;
use crate::access::{Decision, GrantsAt, Guarded, Side, directive};
use crate::base::error::{Error, Result};
use crate::base::id;
use crate::graphql::page::Filter;
use crate::graphql::request::Request;
use crate::partners::partnership::{self, Partnership};

/// What sort of actor it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "audit_event::ActorKind")]
pub enum AuditActorKind {
    /// A person.
    User,
    /// A key of an organisation.
    ApiKey,
    /// The server itself, or its command line.
    System,
}

/// By which way an actor was allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "audit_event::Way")]
pub enum AuditWay {
    /// None was needed: it is about the actor itself, or the server did it.
    Own,
    /// A role of a membership.
    Membership,
    /// A partnership.
    Partnership,
    /// The operator's implicit partnership.
    Operator,
    /// The scopes of a key.
    ApiKey,
}

/// Whether an act was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "audit_event::Outcome")]
pub enum AuditOutcome {
    /// Done.
    Done,
    /// Refused, and nothing was done.
    Refused,
}

/// Which events.
#[derive(InputObject)]
pub struct AuditFilter {
    /// Only of this user or key.
    pub actor_id: Option<ID>,
    /// Only this mutation, for example `inviteMember`.
    pub action: Option<String>,
    /// Only what was done to this object.
    pub object_id: Option<ID>,
    /// Only by this way: PARTNERSHIP shows what partners did.
    pub way: Option<AuditWay>,
    /// Only by this partnership.
    pub partnership_id: Option<ID>,
    /// Only from this instant on.
    pub from: Option<DateTimeUtc>,
    /// Only before this instant.
    pub until: Option<DateTimeUtc>,
}

impl AuditFilter {
    /// The key of the partnership that is asked for.
    pub fn partnership(&self) -> Result<Option<Uuid>> {
        self.partnership_id.as_ref().map(|id| id::Type::Partnership.parse(id)).transpose()
    }

    /// As conditions on rows.
    pub fn conditions(filter: Option<&Self>) -> Result<Filter> {
        let mut conditions = Filter::default();
        let Some(filter) = filter else { return Ok(conditions) };
        if let Some(actor) = &filter.actor_id {
            let (id::Type::User | id::Type::ApiKey, key) = id::parse(actor)? else {
                return Err(Error::InvalidInput("actorId is the id of a user or of an API key.".to_owned()));
            };
            conditions = conditions.and_with("t.actor_id = :actor", [(":actor", key.into())]);
        }
        if let Some(action) = &filter.action {
            conditions = conditions.and_with("t.action = :action", [(":action", action.clone().into())]);
        }
        if let Some(object) = &filter.object_id {
            id::parse(object)?;
            conditions = conditions.and_with("t.object_id = :object", [(":object", object.to_string().into())]);
        }
        if let Some(way) = filter.way {
            let way = audit_event::Way::from(way).to_value();
            conditions = conditions.and_with("t.way = :way", [(":way", way.into())]);
        }
        if let Some(key) = filter.partnership()? {
            conditions = conditions.and_with("t.partnership_id = :partnership", [(":partnership", key.into())]);
        }
        if let Some(from) = filter.from {
            conditions = conditions.and_with("t.at >= :from", [(":from", from.into())]);
        }
        if let Some(until) = filter.until {
            conditions = conditions.and_with("t.at < :until", [(":until", until.into())]);
        }
        Ok(conditions)
    }
}

/// Whether a log is as it was written.
#[derive(SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct AuditVerification {
    /// Whether no event was changed, removed or put in.
    pub valid: bool,
    /// How many events hold.
    pub events: u64,
    /// How many of them have had their details forgotten, as the law may ask.
    pub forgotten: u64,
    /// The place of the first event that does not hold.
    pub broken_at: Option<i64>,
    /// What is wrong with it.
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

/// Who did what, when, and by which way they were allowed.
pub struct AuditEvent {
    row: Arc<audit_event::Model>,
    seen: Decision,
}

impl AuditEvent {
    /// An event in the log of an organisation.
    pub fn new(row: &Arc<audit_event::Model>, seen: &Decision) -> Self {
        Self { row: Arc::clone(row), seen: seen.clone() }
    }

    fn detail(&self, name: &str) -> Option<serde_json::Value> {
        let details: serde_json::Value = serde_json::from_str(self.row.details.as_deref()?).ok()?;
        details.get(name).filter(|value| !value.is_null()).cloned()
    }
}

/// What the id of an actor of this kind names.
pub const fn actor_type(kind: audit_event::ActorKind) -> id::Type {
    match kind {
        audit_event::ActorKind::ApiKey => id::Type::ApiKey,
        _ => id::Type::User,
    }
}

impl crate::graphql::act::Find for AuditEvent {
    const TYPE: crate::base::id::Type = crate::base::id::Type::AuditEvent;

    async fn find(
        request: &crate::graphql::request::Request,
        key: uuid::Uuid,
    ) -> crate::base::error::Result<Option<Self>> {
        super::store::find(request, key).await
    }
}

impl Guarded for AuditEvent {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        let seat = GrantsAt { organisation: self.seen.row.id, grants: self.seen.grants };
        matches!(side, Side::Organisation).then_some(seat)
    }
}

/// Who did what, when, and by which way they were allowed.
#[guarded(exists(AUDIT_READ))]
#[Object]
impl AuditEvent {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        id::Type::AuditEvent.id(self.row.id)
    }

    /// Its place in the log, from 1 on without gaps.
    #[public]
    fn sequence(&self) -> i64 {
        self.row.sequence
    }

    /// When it happened.
    #[public]
    fn at(&self) -> DateTimeUtc {
        self.row.at
    }

    /// The mutation, by its name in the schema; what the command line did, by its command.
    #[public]
    fn action(&self) -> &str {
        &self.row.action
    }

    /// Whether it was done, or refused.
    #[public]
    fn outcome(&self) -> AuditOutcome {
        self.row.outcome.into()
    }

    /// What sort of actor it was.
    #[public]
    fn actor_kind(&self) -> AuditActorKind {
        self.row.actor_kind.into()
    }

    /// The user or the API key; null for the server, and for who had a link from a mail and was not signed in.
    #[public]
    fn actor_id(&self) -> Option<ID> {
        self.row.actor_id.map(|key| actor_type(self.row.actor_kind).id(key))
    }

    /// The actor's name at the time; null where it was forgotten.
    #[public]
    fn actor_name(&self) -> Option<String> {
        self.detail("actor").and_then(|name| name.as_str().map(str::to_owned))
    }

    /// By which way the actor was allowed. Of what was refused: by which way it belongs to the organisation.
    #[public]
    fn way(&self) -> AuditWay {
        self.row.way.into()
    }

    /// The partnership by which it was allowed, for who may see it.
    #[public]
    async fn partnership(&self, context: &Context<'_>) -> Result<Option<Partnership>> {
        match self.row.partnership_id {
            Some(key) => partnership::store::find(Request::of(context)?, key).await,
            None => Ok(None),
        }
    }

    /// What it was done to.
    #[public]
    fn object_id(&self) -> Option<&str> {
        self.row.object_id.as_deref()
    }

    /// How that was before, as JSON; null where there is nothing to tell, or it was forgotten.
    #[public]
    fn before(&self) -> Option<String> {
        self.detail("before").map(|value| value.to_string())
    }

    /// How it was after, as JSON; null where there is nothing to tell, or it was forgotten.
    #[public]
    fn after(&self) -> Option<String> {
        self.detail("after").map(|value| value.to_string())
    }

    /// Hash of the event, which the next one repeats. Who keeps that of the newest elsewhere sees later whether the log
    /// was written anew.
    #[public]
    fn hash(&self) -> &str {
        &self.row.hash
    }

    /// The request, as the server's own log names it; empty for the command line.
    #[public]
    fn request_id(&self) -> &str {
        &self.row.request_id
    }
}
