//! What one part of a synchronisation does, whoever sends it.

use std::collections::HashSet;

use entity::directory_sync::{Mode, Model, State};
use serde_json::json;
use uuid::Uuid;

use super::rules::{GROUPS, Missing, PEOPLE};
use super::{rules, store};
use crate::base::error::{Result, UserError};
use crate::directory::group::rules::{Member, Resolved, Wanted as WantedGroup, pairs, plan_members, resolve};
use crate::directory::group::store as groups;
use crate::directory::person::rules::{Context, Outcome, Wanted, plan};
use crate::directory::person::store as people;
use crate::graphql::request::Work;
use crate::oversight::audit::{self, Event};
use crate::people::user::Address;

/// One part of a synchronisation. A row that cannot be read is its error.
#[derive(Clone, Debug)]
pub struct Part {
    /// The id of the synchronisation in the source.
    pub sync_key: String,
    /// What it says about those that it does not name.
    pub mode: Mode,
    /// People.
    pub people: Vec<Result<Wanted, UserError>>,
    /// The external ids of the people, also of rows that cannot be read: a refused row deletes nobody.
    pub named: Vec<String>,
    /// Groups.
    pub groups: Vec<Result<WantedGroup, UserError>>,
    /// The external ids of the groups, also of rows that cannot be read.
    pub named_groups: Vec<String>,
    /// Whether it is the last part.
    pub is_last: bool,
    /// What a full synchronisation is complete of.
    pub scope: Scope,
    /// How many people or groups the source knows to be missing.
    pub confirmed: Option<i32>,
}

/// What a full synchronisation names completely. Only this is deleted where it is not named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// People and groups.
    All,
    /// People: the groups stay.
    People,
    /// Groups: the people stay.
    Groups,
}

/// What a part did.
#[derive(Clone, Debug)]
pub struct Applied {
    /// The synchronisation with this part.
    pub sync: Model,
    /// The outcome for each person of the part.
    pub people: Vec<Result<Outcome, UserError>>,
    /// The outcome for each group of the part.
    pub groups: Vec<Result<Outcome, UserError>>,
}

/// Applies a part. The caller has locked the organisation. The number of statements does not depend on the number of rows.
pub async fn apply(work: &Work<'_>, part: &Part, event: Event) -> Result<Applied> {
    let organisation = event.organisation;
    let mut sync = open(work, organisation, part).await?;
    let context = Context {
        organisation,
        seen_in: (part.mode == Mode::Full).then_some(sync.id),
        now: work.now,
        today: work.today(),
        random: work.random,
    };
    let people = apply_people(work, part, &context).await?;
    rules::count(&mut sync, &people);
    let groups = apply_groups(work, part, &context).await?;
    rules::count(&mut sync, &groups);
    if part.is_last {
        if part.mode == Mode::Full {
            let gone = delete_missing(work, part, organisation, sync.id).await?;
            sync.deleted = sync.deleted.saturating_add(i32::try_from(gone).unwrap_or(i32::MAX));
        }
        sync.state = State::Done;
        sync.ended_at = Some(work.now);
    }
    store::update(work.tx, &sync).await?;
    store::touch(work.tx, organisation, None).await?;
    let counts = json!({
        "syncId": sync.sync_key, "created": sync.created, "updated": sync.updated, "unchanged": sync.unchanged,
        "deleted": sync.deleted, "failed": sync.failed, "isComplete": part.is_last,
    });
    note(work, event.changing(serde_json::Value::Null, counts)).await?;
    Ok(Applied { sync, people, groups })
}

/// Deletes what a full synchronisation has not named, and returns how many people and groups that were.
async fn delete_missing(work: &Work<'_>, part: &Part, organisation: Uuid, sync: Uuid) -> Result<u64> {
    let (has_people, has_groups) = (part.scope != Scope::Groups, part.scope != Scope::People);
    let mut kinds = Vec::new();
    if has_people {
        let missing = people::count_missing(work.tx, organisation, sync).await?;
        kinds.push(Missing { what: PEOPLE, missing, of: people::count(work.tx, organisation).await? });
    }
    if has_groups {
        let missing = groups::count_missing(work.tx, organisation, sync).await?;
        kinds.push(Missing { what: GROUPS, missing, of: groups::count(work.tx, organisation).await? });
    }
    rules::guard(&kinds, part.confirmed)?;
    let mut gone = 0;
    if has_people {
        gone += people::delete_missing(work.tx, organisation, sync, work.now).await?;
    }
    if has_groups {
        gone += groups::remove_missing(work.tx, organisation, sync).await?;
    }
    Ok(gone)
}

/// Records an event. Without a permission, the server did it by itself.
pub async fn note(work: &Work<'_>, event: Event) -> Result<()> {
    match event.permission {
        Some(_) => audit::record(work, event).await?,
        None => audit::record_by_system(work.tx, work.random, work.now, event).await?,
    }
    Ok(())
}

/// The synchronisation that the part belongs to.
async fn open(work: &Work<'_>, organisation: Uuid, part: &Part) -> Result<Model> {
    if let Some(sync) = store::find(work.tx, organisation, &part.sync_key).await? {
        rules::require_open(&sync, part.mode)?;
        return Ok(sync);
    }
    if part.mode == Mode::Full {
        store::abandon(work.tx, organisation, work.now).await?;
    }
    let id = work.random.id(work.now);
    let sync = rules::begin(id, organisation, part.sync_key.clone(), part.mode, work.now);
    store::create(work.tx, sync.clone()).await?;
    Ok(sync)
}

async fn apply_people(work: &Work<'_>, part: &Part, context: &Context<'_>) -> Result<Vec<Result<Outcome, UserError>>> {
    if part.people.is_empty() {
        return Ok(Vec::new());
    }
    let mailboxes = part.people.iter().flatten().filter_map(|one| one.email.as_ref());
    let mailboxes: Vec<&str> = mailboxes.map(Address::mailbox).collect();
    let named: Vec<&str> = part.named.iter().map(String::as_str).collect();
    let known = people::known(work.tx, context.organisation, &named, &mailboxes).await?;
    let plan = plan(&known, part.people.clone(), &part.named, context);
    people::free_addresses(work.tx, &plan.moving).await?;
    people::save(work.tx, &plan.rows).await?;
    if let Some(sync) = context.seen_in {
        let named: HashSet<&str> = named.into_iter().collect();
        let seen = known.iter().filter(|row| named.contains(row.external_id.as_str())).map(|row| row.id);
        people::mark_seen(work.tx, &seen.chain(plan.unchanged).collect::<Vec<_>>(), sync).await?;
    }
    Ok(plan.outcomes)
}

async fn apply_groups(work: &Work<'_>, part: &Part, context: &Context<'_>) -> Result<Vec<Result<Outcome, UserError>>> {
    if part.groups.is_empty() {
        return Ok(Vec::new());
    }
    let mut names: Vec<&str> = part.named_groups.iter().map(String::as_str).collect();
    let mut persons: Vec<&str> = Vec::new();
    for (member, _) in part.groups.iter().flatten().flat_map(|group| &group.members) {
        match member {
            Member::Person(key) => persons.push(key),
            Member::Group(key) => names.push(key),
        }
    }
    let known = groups::known(work.tx, context.organisation, &names).await?;
    let persons = people::known(work.tx, context.organisation, &persons, &[]).await?;
    let persons = persons.into_iter().map(|row| (row.external_id, row.id));
    let mut resolved = resolve(&known, persons, &part.groups, context);
    let existing = groups::find_members(work.tx, &pairs(&resolved)).await?;
    let members = plan_members(&mut resolved, &existing, context);
    let is_gone = |group: &&Resolved| matches!(group.outcome, Outcome::Deleted(_));
    let gone: Vec<Uuid> = resolved.iter().flatten().filter(is_gone).map(|group| group.row.id).collect();
    let written =
        resolved.iter().flatten().filter(|group| matches!(group.outcome, Outcome::Created(_) | Outcome::Updated(_)));
    let written: Vec<_> = written.map(|group| group.row.clone()).collect();
    groups::remove(work.tx, &gone).await?;
    groups::save(work.tx, &written).await?;
    groups::remove_members(work.tx, &members.removed).await?;
    groups::add_members(work.tx, &members.added).await?;
    if let Some(sync) = context.seen_in {
        let of_part: HashSet<&String> = part.named_groups.iter().collect();
        let seen: Vec<Uuid> = known.iter().filter(|row| of_part.contains(&row.external_id)).map(|row| row.id).collect();
        groups::mark_seen(work.tx, &seen, sync).await?;
        groups::mark_kept(work.tx, &members.kept, sync).await?;
        let refused = resolved.iter().zip(&part.named_groups).filter(|(outcome, _)| outcome.is_err());
        let refused: HashSet<&String> = refused.map(|(_, name)| name).collect();
        let refused = known.iter().filter(|row| refused.contains(&row.external_id)).map(|row| row.id);
        groups::mark_members_seen(work.tx, &refused.collect::<Vec<_>>(), sync).await?;
    }
    Ok(resolved.into_iter().map(|group| group.map(|group| group.outcome)).collect())
}
