//! Users: each act is one transaction under the lock of the organisation, with its event in the audit log.
//!
//! The log says which attributes changed, not their values: people are forgotten 30 days after they were deleted, and the
//! log outlives them.

use entity::directory_person::{Model, State};
use sea_orm::ActiveEnum;
use serde_json::json;
use uuid::Uuid;

use super::attribute::Attribute;
use super::filter::Condition;
use super::page::Range;
use super::resource::key_of;
use super::tag::{Conditions, moment};
use super::user::{Manner, UserChange, WantedUser, user_name};
use super::{authorise, context};
use crate::access::Permission;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::text;
use crate::directory::group::store::note_person;
use crate::directory::person::rules::changed;
use crate::directory::person::store::{self, Lookup};
use crate::directory::sync::store::touch;
use crate::graphql::request::{Request, Work};
use crate::oversight::audit::{self, Event};
use crate::people::user::Address;

/// A page of users, and how many there are in all.
pub async fn list(
    request: &Request,
    organisation: Uuid,
    conditions: &[Condition],
    range: Range,
) -> Result<(Vec<Model>, u64)> {
    let db = request.db().reader();
    let Some(first) = conditions.first() else {
        let total = store::count(db, organisation).await?;
        let is_empty = range.count == 0 || range.offset() >= total;
        let page = async || store::page_at(db, organisation, range.offset(), range.count).await;
        return Ok((if is_empty { Vec::new() } else { page().await? }, total));
    };
    // Each condition names at most one person.
    let mut found: Vec<Model> = named(request, organisation, first).await?.into_iter().collect();
    found.retain(|row| conditions.iter().all(|condition| fits(row, condition)));
    let total = found.len() as u64;
    Ok((range.of(found), total))
}

/// The person that a condition names.
async fn named(request: &Request, organisation: Uuid, condition: &Condition) -> Result<Option<Model>> {
    let db = request.db().reader();
    let value = condition.value.trim();
    let address = Address::parse(value);
    let mailbox = address.as_ref().map(Address::mailbox);
    let found = match condition.attribute {
        Attribute::Id => match key_of(Type::DirectoryPerson, value) {
            Some(key) => store::find(db, organisation, Lookup::Id(key)).await?,
            None => None,
        },
        Attribute::UserName => match mailbox {
            Some(mailbox) => store::find(db, organisation, Lookup::Mailbox(mailbox)).await?,
            None => match store::find(db, organisation, Lookup::UserName(&collation::fold(value))).await? {
                Some(row) => Some(row),
                // Somebody of whom only the external id is known is called by it.
                None => store::find(db, organisation, Lookup::ExternalId(&composed(value))).await?,
            },
        },
        Attribute::Emails => match mailbox {
            Some(mailbox) => store::find(db, organisation, Lookup::Mailbox(mailbox)).await?,
            None => None,
        },
        _ => store::find(db, organisation, Lookup::ExternalId(&composed(value))).await?,
    };
    Ok(found)
}

fn fits(row: &Model, condition: &Condition) -> bool {
    let value = condition.value.trim();
    let is_mailbox =
        |mailbox: Option<&str>| Address::parse(value).is_some_and(|address| mailbox == Some(address.mailbox()));
    match condition.attribute {
        Attribute::Id => key_of(Type::DirectoryPerson, value) == Some(row.id),
        Attribute::UserName => {
            let is_address = row.user_name.is_none() && is_mailbox(row.mailbox.as_deref());
            is_address || collation::fold(user_name(row)) == collation::fold(value)
        }
        Attribute::Emails => is_mailbox(row.mailbox.as_deref()),
        _ => row.external_id == composed(value),
    }
}

/// An external id in the form in which ids are kept. What cannot be one is nobody's.
pub fn composed(external_id: &str) -> String {
    text::reference("externalId", external_id).unwrap_or_default()
}

/// A user by its id.
pub async fn find(request: &Request, organisation: Uuid, key: Uuid) -> Result<Option<Model>> {
    Ok(store::find(request.db().reader(), organisation, Lookup::Id(key)).await?)
}

/// Creates a user. Somebody with the same external id who was deleted comes back.
pub async fn create(request: &Request, organisation: Uuid, change: &UserChange) -> Result<Model> {
    request
        .transaction(async |work| {
            authorise(work, organisation).await?;
            let mut wanted = change.wanted(Manner::Create, None)?;
            let mut before = holder(work, organisation, &wanted.person.external_id).await?;
            let is_free = before.as_ref().is_none_or(|row| row.state == State::Deleted);
            let is_short = text::reference("externalId", &wanted.person.external_id).is_ok();
            let is_own = wanted.is_unnamed && !(is_free && is_short);
            if is_own {
                before = None;
            } else if let Some(row) = before.as_ref().filter(|_| !is_free) {
                return Err(taken("externalId", user_name(row)).into());
            }
            require_free(work, organisation, None, &wanted).await?;
            if is_own {
                // Replaced below, as soon as the id is known.
                wanted.person.external_id.clear();
            }
            let row = after(work, organisation, before.as_ref(), &wanted);
            let own = || Type::DirectoryPerson.id(row.id).to_string();
            let row = if is_own { Model { external_id: own(), ..row } } else { row };
            if before.is_some() {
                note_person(work.tx, row.id, work.now).await?;
            }
            let event = Event::done("scim.createUser", organisation, Some(Permission::DirectorySync));
            write(work, &row, event.changing(json!(null), json!({ "state": row.state.to_value() }))).await?;
            Ok(row)
        })
        .await
}

/// Changes a user by PUT or PATCH. Nothing is written if nothing changes.
pub async fn update(
    request: &Request,
    organisation: Uuid,
    key: Uuid,
    (manner, change): (Manner, &UserChange),
    conditions: &Conditions,
) -> Result<Model> {
    request
        .transaction(async |work| {
            authorise(work, organisation).await?;
            let before = load(work, organisation, key, conditions).await?;
            let mut wanted = change.wanted(manner, Some(&before))?;
            if wanted.is_unnamed && text::reference("externalId", &wanted.person.external_id).is_err() {
                wanted.person.external_id = Type::DirectoryPerson.id(key).to_string();
            }
            let holder = holder(work, organisation, &wanted.person.external_id).await?;
            if let Some(row) = holder.filter(|row| row.id != key) {
                if !wanted.is_unnamed {
                    return Err(taken("externalId", user_name(&row)).into());
                }
                wanted.person.external_id = Type::DirectoryPerson.id(key).to_string();
            }
            require_free(work, organisation, Some(key), &wanted).await?;
            let row = after(work, organisation, Some(&before), &wanted);
            let changed = differences(&before, &row);
            if changed.is_empty() {
                return Ok(before);
            }
            let event = Event::done("scim.updateUser", organisation, Some(Permission::DirectorySync));
            let after = json!({ "state": row.state.to_value(), "changed": changed });
            write(work, &row, event.changing(json!({ "state": before.state.to_value() }), after)).await?;
            Ok(row)
        })
        .await
}

/// Deletes a user. The person is kept for 30 days, and comes back with the same external id.
pub async fn delete(request: &Request, organisation: Uuid, key: Uuid, conditions: &Conditions) -> Result<()> {
    request
        .transaction(async |work| {
            authorise(work, organisation).await?;
            let before = load(work, organisation, key, conditions).await?;
            let row = Model {
                state: State::Deleted,
                deleted_at: Some(work.now),
                updated_at: moment(work.now, Some(before.updated_at)),
                ..before.clone()
            };
            note_person(work.tx, key, work.now).await?;
            let event = Event::done("scim.deleteUser", organisation, Some(Permission::DirectorySync));
            let (before, after) =
                (json!({ "state": before.state.to_value() }), json!({ "state": row.state.to_value() }));
            write(work, &row, event.changing(before, after)).await
        })
        .await
}

/// The user as the transaction sees it, in the version that the client has seen.
async fn load(work: &Work<'_>, organisation: Uuid, key: Uuid, conditions: &Conditions) -> Result<Model> {
    let row = store::find(work.tx, organisation, Lookup::Id(key)).await?.ok_or(Error::NotFound)?;
    conditions.require(row.updated_at)?;
    Ok(row)
}

/// Who has an external id, also somebody who is deleted.
async fn holder(work: &Work<'_>, organisation: Uuid, external_id: &str) -> Result<Option<Model>> {
    Ok(store::known(work.tx, organisation, &[external_id], &[]).await?.pop())
}

/// Refuses an address or a name to log in with that somebody else has.
async fn require_free(work: &Work<'_>, organisation: Uuid, own: Option<Uuid>, wanted: &WantedUser) -> Result<()> {
    let key = wanted.user_name.as_deref().map(collation::fold);
    let lookups = [
        key.as_deref().map(|key| ("userName", Lookup::UserName(key))),
        wanted.person.email.as_ref().map(|email| ("emails", Lookup::Mailbox(email.mailbox()))),
    ];
    for (field, lookup) in lookups.into_iter().flatten() {
        let field = if wanted.user_name.is_none() { "userName" } else { field };
        let other = store::find(work.tx, organisation, lookup).await?.filter(|row| Some(row.id) != own);
        if let Some(other) = other {
            return Err(taken(field, user_name(&other)).into());
        }
    }
    Ok(())
}

fn taken(field: &str, by: &str) -> UserError {
    let message = [
        format!("The user {by} has this {field} already."),
        format!("Der Benutzer {by} hat {field} schon."),
        format!("Användaren {by} har redan samma {field}."),
    ];
    UserError::at(field, UserErrorCode::Duplicate, message)
}

/// The row after the change.
fn after(work: &Work<'_>, organisation: Uuid, before: Option<&Model>, wanted: &WantedUser) -> Model {
    Model {
        user_name: wanted.user_name.clone(),
        user_name_key: wanted.user_name.as_deref().map(collation::fold),
        updated_at: moment(work.now, before.map(|row| row.updated_at)),
        ..changed(before, &wanted.person, &context(work, organisation))
    }
}

/// The attributes that differ.
fn differences(before: &Model, after: &Model) -> Vec<&'static str> {
    let differs = [
        ("userName", user_name(before) != user_name(after) || before.user_name != after.user_name),
        ("externalId", before.external_id != after.external_id),
        ("displayName", before.name != after.name),
        ("emails", before.email != after.email),
        ("unitPath", before.unit_path != after.unit_path),
        ("active", before.state != after.state),
    ];
    differs.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect()
}

async fn write(work: &Work<'_>, row: &Model, event: Event) -> Result<()> {
    store::save(work.tx, std::slice::from_ref(row)).await?;
    touch(work.tx, row.organisation_id, None).await?;
    audit::record(work, event.to(Type::DirectoryPerson.id(row.id))).await?;
    Ok(())
}
