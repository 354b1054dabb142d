//! Statements about the audit log.
#![expect(clippy::disallowed_methods, reason = "the statements about the audit log stand here")]

use entity::audit_event::{self, Way};
use entity::{audit_chain, organisation};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect, Set, Statement,
};
use serde_json::json;
use uuid::Uuid;

use super::event::{Doer, Event};
use super::object::{AuditEvent, AuditFilter};
use super::rules::{BEGINNING, hash_of};
use crate::access::{Access, Decision, Exists, Permission, Step};
use crate::base::db::Db;
use crate::base::error::Result;
use crate::base::random::{Random, hash};
use crate::graphql::page::{Connection, Key, List, PageArguments};
use crate::graphql::request::{Request, Work};
use crate::partners::partnership;

type Written<T> = Result<T, DbErr>;

/// By their places, which is the order in which they were written; clocks may go back, and moments may be equal.
static OF_ORGANISATION: List<audit_event::Model> =
    List { descending: true, ..List::of_rows("audit_event", "organisation_id", Key::Large("sequence")) };

/// When and how an act came about.
struct Setting {
    doer: Doer,
    at: DateTimeUtc,
    request_id: String,
    acting_organisation: Option<Uuid>,
    way: (Way, Option<Uuid>),
}

/// Writes the event of an act of who asks, in the transaction of the act: two statements.
pub async fn record(work: &Work<'_>, event: Event) -> Written<()> {
    record_all(work, vec![event]).await
}

/// The same for many acts of one doer by one permission at one organisation: two statements for all of them, and an
/// event for each, so that what was done to each object is found.
pub async fn record_all(work: &Work<'_>, acts: Vec<Event>) -> Written<()> {
    let Some(act) = acts.first() else { return Ok(()) };
    let setting = setting(work.request, act);
    write(work.tx, work.random, &setting, acts).await
}

fn setting(request: &Request, act: &Event) -> Setting {
    Setting {
        at: request.now(),
        request_id: request.id.clone(),
        acting_organisation: if act.by.is_some() { None } else { request.acting_organisation() },
        way: way(&request.access, act),
        doer: act.by.clone().unwrap_or_else(|| Doer::of(request.actor())),
    }
}

/// The same for acts at organisations that are made by them: each is the first event of its log. Three statements for all.
pub async fn record_beginnings(work: &Work<'_>, acts: Vec<Event>) -> Written<()> {
    let &Work { tx, request, random, .. } = work;
    let chains = acts.iter().map(|act| audit_chain::ActiveModel {
        organisation_id: Set(act.organisation),
        sequence: Set(0),
        hash: Set(BEGINNING.to_owned()),
        removed_sequence: Set(0),
        removed_hash: Set(BEGINNING.to_owned()),
        ..Default::default()
    });
    let chains: Vec<_> = chains.collect();
    if chains.is_empty() {
        return Ok(());
    }
    audit_chain::Entity::insert_many(chains).exec_without_returning(tx).await?;
    let events = acts.into_iter().map(|act| {
        let setting = setting(request, &act);
        event(random, &setting, act, (1, BEGINNING.to_owned())).into_active_model()
    });
    audit_event::Entity::insert_many(events.collect::<Vec<_>>()).exec_without_returning(tx).await?;
    Ok(())
}

/// Writes that staff of the operator has looked at something by the operator's own way, which is their customers' to
/// know. Who looks by another way belongs there, and nothing is written.
pub async fn record_look(request: &Request, random: &Random, act: Event) -> Result<()> {
    if way(&request.access, &act).0 != Way::Operator {
        return Ok(());
    }
    request.db().write(async |tx| Ok(record(&request.work(tx), act).await?)).await
}

/// Writes the event of an act of the command line.
pub async fn record_by_system(tx: &DatabaseTransaction, random: &Random, now: DateTimeUtc, act: Event) -> Written<()> {
    let setting = Setting {
        doer: Doer::system(),
        at: now,
        request_id: String::new(),
        acting_organisation: None,
        way: (Way::Own, None),
    };
    write(tx, random, &setting, vec![act]).await
}

async fn write(tx: &DatabaseTransaction, random: &Random, setting: &Setting, acts: Vec<Event>) -> Written<()> {
    let Some(organisation) = acts.first().map(|act| act.organisation) else { return Ok(()) };
    let (mut sequence, mut previous_hash) = lock_end(tx, organisation).await?;
    let mut events = Vec::with_capacity(acts.len());
    for act in acts {
        let event = event(random, setting, act, (sequence + 1, previous_hash));
        (sequence, previous_hash) = (event.sequence, event.hash.clone());
        events.push(event.into_active_model());
    }
    // A trigger moves the end of the chain.
    audit_event::Entity::insert_many(events).exec_without_returning(tx).await?;
    Ok(())
}

fn event(
    random: &Random,
    setting: &Setting,
    act: Event,
    (sequence, previous_hash): (i64, String),
) -> audit_event::Model {
    let Setting { doer, at, request_id, acting_organisation, way: (way, partnership_id) } = setting;
    // With the salt, nobody can find out by guessing what the hash of forgotten details was made of.
    let salt = hash(&random.secret());
    let details = json!({ "actor": doer.name, "before": act.before, "after": act.after, "salt": salt }).to_string();
    let mut event = audit_event::Model {
        id: random.id(*at),
        organisation_id: act.organisation,
        sequence,
        at: *at,
        actor_kind: doer.kind,
        actor_id: doer.id,
        acting_organisation_id: *acting_organisation,
        way: *way,
        partnership_id: *partnership_id,
        action: act.action,
        object_id: act.object.map(|id| id.to_string()),
        outcome: act.outcome,
        details_hash: hash(&details),
        details: Some(details),
        request_id: request_id.clone(),
        previous_hash,
        hash: String::new(),
        person_id: act.person,
    };
    event.hash = hash_of(&event);
    event
}

/// The end of the chain, which nobody else can move until the transaction ends.
pub async fn lock_end(tx: &DatabaseTransaction, organisation: Uuid) -> Written<(i64, String)> {
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
fn way(access: &Access, act: &Event) -> (Way, Option<Uuid>) {
    if let Some(partnership) = act.through {
        return (Way::Partnership, Some(partnership));
    }
    let path = act.permission.and_then(|permission| access.way(act.organisation, permission));
    match path.as_deref().and_then(<[Step]>::last) {
        Some(Step::Partnership { partnership, .. }) => (Way::Partnership, Some(*partnership)),
        Some(Step::Operator { .. }) => (Way::Operator, None),
        Some(Step::Key { .. }) => (Way::ApiKey, None),
        Some(Step::Membership { .. }) => (Way::Membership, None),
        None => (Way::Own, None),
    }
}

/// Whether the actor belongs to the organisation: a member there, or its key.
pub async fn belongs(access: &Access, organisation: Uuid) -> Result<bool> {
    access.look(organisation).await?;
    let path = access.way(organisation, Permission::OrganisationRead).unwrap_or_default();
    Ok(matches!(path[..], [Step::Membership { .. } | Step::Key { .. }]))
}

/// The log of an organisation, the newest first.
pub async fn list(
    request: &Request,
    seen: &Decision,
    page: &PageArguments,
    filter: Option<&AuditFilter>,
) -> Result<Connection<AuditEvent>> {
    let mut conditions = AuditFilter::conditions(filter)?;
    // A partnership that the viewer may not see counts as unset, here as in the field.
    if let Some(partnership) = filter.map(AuditFilter::partnership).transpose()?.flatten()
        && partnership::store::find(request, partnership).await?.is_none()
    {
        conditions = conditions.and("FALSE");
    }
    OF_ORGANISATION.connection(request, seen.row.id, page, conditions, |row| AuditEvent::new(row, seen)).await
}

/// The event, if it is there for the viewer.
pub async fn find(request: &Request, id: Uuid) -> Result<Option<AuditEvent>> {
    let Some(row) = OF_ORGANISATION.find(request.db(), &request.lists, id).await? else { return Ok(None) };
    let seen = request.access.look(row.organisation_id).await?;
    Ok(seen.and_then(|seen| AuditEvent::new(&row, &seen).if_visible()))
}

/// Where the log of an organisation begins and ends.
pub async fn find_chain(db: &Db, organisation: Uuid) -> Result<Option<audit_chain::Model>> {
    Ok(audit_chain::Entity::find_by_id(organisation).one(db.reader()).await?)
}

/// So many events of an organisation, in their order, from the start or behind a place.
pub async fn events(db: &Db, organisation: Uuid, behind: Option<i64>, most: u64) -> Result<Vec<audit_event::Model>> {
    let mut query = audit_event::Entity::find().filter(audit_event::Column::OrganisationId.eq(organisation));
    if let Some(place) = behind {
        query = query.filter(audit_event::Column::Sequence.gt(place));
    }
    Ok(query.order_by_asc(audit_event::Column::Sequence).limit(most).all(db.reader()).await?)
}

/// So many organisations, in the order of their keys, from the start or behind one.
pub async fn organisations(db: &Db, behind: Option<Uuid>, most: u64) -> Result<Vec<Uuid>> {
    let mut query = organisation::Entity::find().select_only().column(organisation::Column::Id);
    if let Some(id) = behind {
        query = query.filter(organisation::Column::Id.gt(id));
    }
    Ok(query.order_by_asc(organisation::Column::Id).limit(most).into_tuple().all(db.reader()).await?)
}

/// Forgets what events tell of a user, as the law may ask: the names, and what was before and after. That something
/// was done by or to that user stays, and so does the chain.
pub async fn forget_person(tx: &DatabaseTransaction, user: Uuid) -> Written<u64> {
    let forgotten = audit_event::ActiveModel { details: Set(None), ..Default::default() };
    let tells = Condition::any().add(audit_event::Column::ActorId.eq(user)).add(audit_event::Column::PersonId.eq(user));
    let known = audit_event::Column::Details.is_not_null();
    let events = audit_event::Entity::update_many().set(forgotten).filter(tells).filter(known);
    Ok(events.exec(tx).await?.rows_affected)
}

/// Whether there is such an organisation.
pub async fn is_there(db: &Db, organisation: Uuid) -> Result<bool> {
    Ok(organisation::Entity::find_by_id(organisation).one(db.reader()).await?.is_some())
}
