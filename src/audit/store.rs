//! Statements about the audit log.
#![expect(clippy::disallowed_methods, reason = "the statements about the audit log stand here")]

use async_graphql::ID;
use entity::audit_event::{self, ActorKind, Outcome, Way};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, Statement};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::object::{AuditEvent, AuditFilter};
use super::rules::{BEGINNING, hash_of};
use crate::access::{Access, Actor, Exists, Permission, Seen, Step};
use crate::error::Result;
use crate::page::{Connection, Key, List, PageArguments, one_row};
use crate::random::{Random, hash};
use crate::request::Request;

static OF_ORGANISATION: List<audit_event::Model> = List {
    table: "audit_event",
    parent: "organisation_id",
    key: Key::Instant("at"),
    descending: true,
    columns: "t.*",
    joins: "",
    read: one_row,
};

/// What was done.
#[derive(Clone, Debug)]
pub struct Act {
    /// The mutation, by its name in the schema.
    pub action: &'static str,
    /// In whose log it stands: the organisation that it was done to.
    pub organisation: Uuid,
    /// The permission that it needed there; none for what everybody may do about themselves.
    pub permission: Option<Permission>,
    /// What it was done to.
    pub object: Option<ID>,
    /// How that was before, without secrets.
    pub before: Json,
    /// How it is now, without secrets.
    pub after: Json,
    /// Whether it was done.
    pub outcome: Outcome,
}

impl Act {
    /// Something that was done.
    pub fn done(action: &'static str, organisation: Uuid, permission: Option<Permission>) -> Self {
        Self {
            action,
            organisation,
            permission,
            object: None,
            before: Json::Null,
            after: Json::Null,
            outcome: Outcome::Done,
        }
    }

    /// To what.
    #[must_use]
    pub fn to(mut self, object: ID) -> Self {
        self.object = Some(object);
        self
    }

    /// What changed.
    #[must_use]
    pub fn changing(mut self, before: Json, after: Json) -> Self {
        (self.before, self.after) = (before, after);
        self
    }
}

/// Writes the event of an act, in the transaction of the act: two statements.
pub async fn record(
    tx: &DatabaseTransaction,
    request: &Request,
    random: &Random,
    act: Act,
) -> std::result::Result<(), DbErr> {
    let (way, partnership_id) = way(&request.access, &act);
    let (actor_kind, actor_id, name) = match request.actor() {
        Actor::User(user) => (ActorKind::User, Some(user.id), Some(&user.name)),
        Actor::ApiKey(key) => (ActorKind::ApiKey, Some(key.id), Some(&key.name)),
        Actor::Anonymous => (ActorKind::System, None, None),
    };
    let details = json!({ "actor": name, "before": act.before, "after": act.after }).to_string();
    let (sequence, previous_hash) = lock_end(tx, act.organisation).await?;
    let mut event = audit_event::Model {
        id: random.id(request.now()),
        organisation_id: act.organisation,
        sequence: sequence + 1,
        at: request.now(),
        actor_kind,
        actor_id,
        acting_organisation_id: request.acting_organisation(),
        way,
        partnership_id,
        action: act.action.to_owned(),
        object_id: act.object.map(|id| id.to_string()),
        outcome: act.outcome,
        details_hash: hash(&details),
        details: Some(details),
        request_id: request.id.clone(),
        previous_hash,
        hash: String::new(),
    };
    event.hash = hash_of(&event);
    // A trigger moves the end of the chain.
    audit_event::Entity::insert(event.into_active_model()).exec_without_returning(tx).await?;
    Ok(())
}

/// The end of the chain, which nobody else can move until the transaction ends.
async fn lock_end(tx: &DatabaseTransaction, organisation: Uuid) -> std::result::Result<(i64, String), DbErr> {
    let sql = "INSERT INTO audit_chain (organisation_id, sequence, hash, removed_sequence, removed_hash) \
               VALUES ($1, 0, $2, 0, $2) ON CONFLICT (organisation_id) DO UPDATE SET sequence = audit_chain.sequence \
               RETURNING sequence, hash";
    let values = [organisation.into(), BEGINNING.into()];
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, values);
    let row = tx.query_one_raw(statement).await?;
    let row = row.ok_or_else(|| DbErr::RecordNotFound("the end of an audit log".to_owned()))?;
    Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))
}

/// By which way the actor was allowed: the shortest of its paths.
fn way(access: &Access, act: &Act) -> (Way, Option<Uuid>) {
    let Some(permission) = act.permission else { return (Way::Own, None) };
    let Some(path) = access.way(act.organisation, permission) else { return (Way::Own, None) };
    match path.last() {
        Some(Step::Partnership { partnership, .. }) => (Way::Partnership, Some(*partnership)),
        Some(Step::Operator { .. }) => (Way::Operator, None),
        Some(Step::Key { .. }) => (Way::ApiKey, None),
        Some(Step::Membership { .. }) => (Way::Membership, None),
        None => (Way::Own, None),
    }
}

/// The log of an organisation, the newest first.
pub async fn list(
    request: &Request,
    seen: &Seen,
    page: &PageArguments,
    filter: Option<&AuditFilter>,
) -> Result<Connection<AuditEvent>> {
    let conditions = AuditFilter::conditions(filter)?;
    OF_ORGANISATION.connection(request, seen.row.id, page, conditions, |row| AuditEvent::new(row, seen)).await
}

/// The event, if it is there for the viewer.
pub async fn find(access: &Access, id: Uuid) -> Result<Option<AuditEvent>> {
    let Some(row) = OF_ORGANISATION.find(access.db(), id).await? else { return Ok(None) };
    Ok(access.look(row.organisation_id).await?.and_then(|seen| AuditEvent::new(&row, &seen).if_visible()))
}
