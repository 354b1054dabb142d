//! Groups: each act is one transaction under the lock of the organisation, with its event in the audit log.

use std::collections::{HashMap, HashSet};

use entity::directory_group::Model;
use entity::directory_person;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::attribute::Attribute;
use super::filter::Condition;
use super::group::{GroupChange, MemberChange};
use super::page::Range;
use super::resource::key_of;
use super::tag::{Conditions, moment};
use super::users::composed;
use super::{authorise, context};
use crate::access::Permission;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::{self, PublicId, Type};
use crate::directory::group::rules::{Member, row};
use crate::directory::group::store::{self, Lookup};
use crate::directory::person::store as people;
use crate::directory::sync::store::touch;
use crate::graphql::request::{Request, Work};
use crate::oversight::audit::{self, Event};

/// How many members one statement looks up.
const AT_ONCE: usize = 500;
/// A page of groups ends early when they have so many members together.
const MOST_MEMBERS: i64 = 20_000;

/// A group with its members, unless they are left out.
pub type Whole = (Model, Option<Vec<Member<Uuid>>>);

/// A page of groups, and how many there are in all. A page with members may be shorter than the client asked.
pub async fn list(
    request: &Request,
    organisation: Uuid,
    conditions: &[Condition],
    range: Range,
    with_members: bool,
) -> Result<(Vec<Whole>, u64)> {
    let db = request.db().reader();
    let (page, total) = match conditions.first() {
        None => {
            let total = store::count(db, organisation).await?;
            let is_empty = range.count == 0 || range.offset() >= total;
            let page = async || store::page_at(db, organisation, range.offset(), range.count).await;
            (if is_empty { Vec::new() } else { page().await? }, total)
        }
        Some(first) => {
            let mut found = named(request, organisation, first).await?;
            for condition in conditions {
                found = fitting(request, organisation, found, condition).await?;
            }
            let total = found.len() as u64;
            (range.of(found), total)
        }
    };
    if !with_members {
        return Ok((page.into_iter().map(|row| (row, None)).collect(), total));
    }
    let ids: Vec<Uuid> = page.iter().map(|row| row.id).collect();
    let counts = store::count_members(request.db(), &ids).await?;
    let mut sum = 0;
    let fitting = page.into_iter().enumerate().take_while(|(index, row)| {
        sum += counts.get(&row.id).copied().unwrap_or(0);
        *index == 0 || sum <= MOST_MEMBERS
    });
    let page: Vec<Model> = fitting.map(|(_, row)| row).collect();
    let ids: Vec<Uuid> = page.iter().map(|row| row.id).collect();
    let mut members = store::members_in_use(request.db(), &ids).await?;
    let whole = page.into_iter().map(|row| {
        let of = members.remove(&row.id).unwrap_or_default();
        (row, Some(of))
    });
    Ok((whole.collect(), total))
}

/// The groups that a condition names.
async fn named(request: &Request, organisation: Uuid, condition: &Condition) -> Result<Vec<Model>> {
    let value = condition.value.trim();
    let (folded, external_id) = (collation::fold(value), composed(value));
    let lookup = match condition.attribute {
        Attribute::Id => key_of(Type::DirectoryGroup, value).map(Lookup::Id),
        Attribute::Members => member_of(value).map(Lookup::Member),
        Attribute::DisplayName => Some(Lookup::Name(&folded)),
        _ => Some(Lookup::ExternalId(&external_id)),
    };
    let Some(lookup) = lookup else { return Ok(Vec::new()) };
    Ok(store::find(request.db().reader(), organisation, lookup).await?)
}

/// Those of the groups that fit a condition.
async fn fitting(
    request: &Request,
    organisation: Uuid,
    mut found: Vec<Model>,
    condition: &Condition,
) -> Result<Vec<Model>> {
    let value = condition.value.trim();
    match condition.attribute {
        Attribute::Id => found.retain(|row| key_of(Type::DirectoryGroup, value) == Some(row.id)),
        Attribute::DisplayName => found.retain(|row| collation::fold(&row.name) == collation::fold(value)),
        Attribute::Members => {
            let with: HashSet<Uuid> =
                named(request, organisation, condition).await?.into_iter().map(|row| row.id).collect();
            found.retain(|row| with.contains(&row.id));
        }
        _ => found.retain(|row| row.external_id == composed(value)),
    }
    Ok(found)
}

fn member_of(value: &str) -> Option<Member<Uuid>> {
    match id::parse(&PublicId::from(value)).ok()? {
        (Type::DirectoryPerson, key) => Some(Member::Person(key)),
        (Type::DirectoryGroup, key) => Some(Member::Group(key)),
        _ => None,
    }
}

/// A group by its id.
pub async fn find(request: &Request, organisation: Uuid, key: Uuid, with_members: bool) -> Result<Option<Whole>> {
    let found = store::find(request.db().reader(), organisation, Lookup::Id(key)).await?.pop();
    let Some(row) = found else { return Ok(None) };
    if !with_members {
        return Ok(Some((row, None)));
    }
    let members = store::members_in_use(request.db(), &[key]).await?.remove(&key);
    Ok(Some((row, Some(members.unwrap_or_default()))))
}

/// Creates a group.
pub async fn create(request: &Request, organisation: Uuid, change: &GroupChange) -> Result<Model> {
    request
        .transaction(async |work| {
            authorise(work, organisation).await?;
            let name = change.name()?.ok_or_else(|| {
                UserError::at(
                    "displayName",
                    UserErrorCode::InvalidInput,
                    [
                        "A group needs a displayName.",
                        "Eine Gruppe braucht einen displayName.",
                        "En grupp behöver ett displayName.",
                    ],
                )
            })?;
            let id = work.random.id(work.now);
            let named = (id, name, change.external_id(id, None)?);
            let row = row(None, named, &context(work, organisation));
            require_free(work, &row).await?;
            store::save(work.tx, std::slice::from_ref(&row)).await?;
            let members = apply(work, &row, &change.members).await?;
            record(work, &row, ("scim.createGroup", json!(null)), members.counts(&[])).await?;
            Ok(row)
        })
        .await
}

/// Changes a group by PUT or PATCH. Nothing is written if nothing changes.
pub async fn update(
    request: &Request,
    organisation: Uuid,
    key: Uuid,
    change: &GroupChange,
    conditions: &Conditions,
) -> Result<Model> {
    request
        .transaction(async |work| {
            authorise(work, organisation).await?;
            let before = load(work, organisation, key, conditions).await?;
            let name = change.name()?.unwrap_or_else(|| before.name.clone());
            let external_id = change.external_id(key, Some(&before.external_id))?;
            let row = row(Some(&before), (key, name, external_id), &context(work, organisation));
            let row = Model { updated_at: moment(work.now, Some(before.updated_at)), ..row };
            let differs =
                [("displayName", before.name != row.name), ("externalId", before.external_id != row.external_id)];
            let changed: Vec<&str> = differs.into_iter().filter(|(_, is)| *is).map(|(name, _)| name).collect();
            if before.external_id != row.external_id {
                require_free(work, &row).await?;
            }
            let members = apply(work, &before, &change.members).await?;
            if changed.is_empty() && members == Moved::default() {
                return Ok(before);
            }
            store::save(work.tx, std::slice::from_ref(&row)).await?;
            record(work, &row, ("scim.updateGroup", json!(null)), members.counts(&changed)).await?;
            Ok(row)
        })
        .await
}

/// Deletes a group. Its members stay.
pub async fn delete(request: &Request, organisation: Uuid, key: Uuid, conditions: &Conditions) -> Result<()> {
    request
        .transaction(async |work| {
            authorise(work, organisation).await?;
            let before = load(work, organisation, key, conditions).await?;
            store::remove(work.tx, &[key]).await?;
            record(work, &before, ("scim.deleteGroup", json!({ "name": before.name })), json!(null)).await
        })
        .await
}

/// The group as the transaction sees it, in the version that the client has seen.
async fn load(work: &Work<'_>, organisation: Uuid, key: Uuid, conditions: &Conditions) -> Result<Model> {
    let row = store::find(work.tx, organisation, Lookup::Id(key)).await?.pop().ok_or(Error::NotFound)?;
    conditions.require(row.updated_at)?;
    Ok(row)
}

/// Refuses an external id that another group has.
async fn require_free(work: &Work<'_>, row: &Model) -> Result<()> {
    let known = store::find(work.tx, row.organisation_id, Lookup::ExternalId(&row.external_id)).await?;
    let Some(other) = known.into_iter().find(|other| other.id != row.id) else { return Ok(()) };
    let message = [
        format!("The group {} has this externalId already.", other.name),
        format!("Die Gruppe {} hat diese externalId schon.", other.name),
        format!("Gruppen {} har redan detta externalId.", other.name),
    ];
    Err(UserError::at("externalId", UserErrorCode::Duplicate, message).into())
}

/// How many members came and went.
#[derive(Debug, Default, PartialEq, Eq)]
struct Moved {
    added: usize,
    removed: usize,
}

impl Moved {
    fn counts(&self, changed: &[&str]) -> Json {
        json!({ "changed": changed, "membersAdded": self.added, "membersRemoved": self.removed })
    }
}

/// Brings the members of a group to what the request says: some statements for each 500 members.
async fn apply(work: &Work<'_>, group: &Model, change: &MemberChange) -> Result<Moved> {
    if change.is_empty() {
        return Ok(Moved::default());
    }
    let named = change.named();
    let existing = if change.is_whole {
        store::members_of(work.tx, group.id).await?
    } else {
        let mut found = Vec::new();
        for some in named.chunks(AT_ONCE) {
            let pairs: Vec<(Uuid, Uuid)> = some.iter().map(|(member, _)| (group.id, member.key())).collect();
            found.extend(store::find_members(work.tx, &pairs).await?);
        }
        found
    };
    let existing: HashMap<Member<Uuid>, Uuid> =
        existing.iter().filter_map(|row| Some((Member::of(row)?, row.id))).collect();
    let leaving = existing.iter().filter(|(member, _)| change.keeps(**member) == Some(false));
    let mut leaving: Vec<Uuid> = leaving.map(|(_, id)| *id).collect();
    leaving.sort_unstable();
    let joining = named.iter().filter(|(member, is_in)| *is_in && !existing.contains_key(member));
    let joining: Vec<Member<Uuid>> = joining.map(|(member, _)| *member).collect();
    require_known(work, group.organisation_id, &joining).await?;
    let context = context(work, group.organisation_id);
    let rows: Vec<_> = joining.iter().map(|member| member.joining(group.id, &context)).collect();
    for some in leaving.chunks(AT_ONCE) {
        store::remove_members(work.tx, some).await?;
    }
    store::add_members(work.tx, &rows).await?;
    Ok(Moved { added: rows.len(), removed: leaving.len() })
}

/// Refuses members that are not in the directory of the organisation.
async fn require_known(work: &Work<'_>, organisation: Uuid, members: &[Member<Uuid>]) -> Result<()> {
    for some in members.chunks(AT_ONCE) {
        let persons: Vec<Uuid> = some.iter().filter_map(|one| person(*one)).collect();
        let mut known: HashSet<Uuid> = HashSet::new();
        if !persons.is_empty() {
            let rows = people::load_in(work.tx, organisation, &persons).await?;
            let in_use = rows.into_iter().filter(|row| row.state != directory_person::State::Deleted);
            known.extend(in_use.map(|row| row.id));
        }
        let groups: Vec<Uuid> = some.iter().filter(|one| person(**one).is_none()).map(|one| one.key()).collect();
        if !groups.is_empty() {
            known.extend(store::load_in(work.tx, organisation, &groups).await?.into_iter().map(|row| row.id));
        }
        if let Some(missing) = some.iter().find(|one| !known.contains(&one.key())) {
            let id = match missing {
                Member::Person(key) => Type::DirectoryPerson.id(*key),
                Member::Group(key) => Type::DirectoryGroup.id(*key),
            };
            let message = [
                format!("There is no {} in this directory.", *id),
                format!("In diesem Verzeichnis gibt es {} nicht.", *id),
                format!("{} finns inte i personkatalogen.", *id),
            ];
            return Err(UserError::at("members", UserErrorCode::Unknown, message).into());
        }
    }
    Ok(())
}

const fn person(member: Member<Uuid>) -> Option<Uuid> {
    if let Member::Person(id) = member { Some(id) } else { None }
}

async fn record(work: &Work<'_>, row: &Model, (action, before): (&str, Json), after: Json) -> Result<()> {
    touch(work.tx, row.organisation_id, None).await?;
    let event = Event::done(action, row.organisation_id, Some(Permission::DirectorySync));
    audit::record(work, event.to(Type::DirectoryGroup.id(row.id)).changing(before, after)).await?;
    Ok(())
}
