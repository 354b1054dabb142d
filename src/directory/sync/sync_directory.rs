//! Synchronising a directory by the API.

use std::sync::Arc;

use async_graphql::{Enum, ID, InputObject};
use macros::{mutation, payload, public_object};
use uuid::Uuid;

use super::apply::{Applied, Part, apply};
use super::input::{DirectoryGroupInput, DirectoryPersonInput};
use super::object::{DirectorySync, DirectorySyncMode};
use super::rules::check_size;
use crate::base::error::{Result, UserError};
use crate::base::id::Type;
use crate::base::text;
use crate::directory::person::rules::Outcome;
use crate::graphql::act::ActOn;
use crate::graphql::request::Work;
use crate::organisation::Organisation;

/// A part of a synchronisation.
#[derive(InputObject)]
pub struct SyncDirectoryInput {
    /// Id of the organisation whose directory it is.
    pub organisation_id: ID,
    /// An id of your choice for the synchronisation, the same for all of its parts: 1 to 100 characters.
    pub sync_id: String,
    /// What it says about people and groups that it does not name. The same for all of its parts.
    pub mode: DirectorySyncMode,
    /// People: at most 500.
    #[graphql(default)]
    pub people: Vec<DirectoryPersonInput>,
    /// Groups: at most 500, with at most 5,000 members together.
    #[graphql(default)]
    pub groups: Vec<DirectoryGroupInput>,
    /// Whether this is the last part. With the last part of a full synchronisation, those who were not named are deleted.
    #[graphql(default = true)]
    pub is_last: bool,
    /// How many people, or groups, are missing from a full synchronisation, if more than 10 and more than a tenth of all
    /// are; the sum, if that is so for both. Without the exact number, such a synchronisation is refused with
    /// DIRECTORY_GUARD.
    pub confirm_removals: Option<i32>,
    /// Whether to check only: nothing is written. Of a synchronisation in several parts, each part is checked alone.
    #[graphql(default)]
    pub dry_run: bool,
}

/// What happened to a row of a synchronisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum DirectorySyncOutcome {
    /// The person or group is new.
    Created,
    /// It changed.
    Updated,
    /// It was so already.
    Unchanged,
    /// It was deleted.
    Deleted,
    /// The row was refused. `userErrors` says why.
    Refused,
}

/// The outcome for one person or group of a synchronisation.
#[public_object]
pub struct DirectorySyncResult {
    /// Its position in the input, counted from 0.
    pub index: i32,
    /// The external id from the input.
    pub external_id: String,
    /// What happened, or would happen.
    pub outcome: DirectorySyncOutcome,
    /// Id of the person or group; null if the row was refused, and in a dry run for a new one.
    pub object_id: Option<ID>,
    /// Why the row was refused; empty otherwise.
    pub user_errors: Vec<UserError>,
}

/// The outcome for each person and group.
#[payload]
pub struct SyncDirectoryPayload {
    /// The synchronisation with this part; null if the part was not taken, and in a dry run.
    pub sync: Option<DirectorySync>,
    /// One result for each person of the input, in the same order. A mistake in one does not stop the others.
    pub people: Vec<DirectorySyncResult>,
    /// One result for each group of the input, in the same order.
    pub groups: Vec<DirectorySyncResult>,
}

/// Brings people and groups into the directory of an organisation, in parts of at most 500 rows. People are known by their
/// external id, so that a new address or name loses nothing. People who are deleted are kept for 30 days. A part can be
/// sent again without harm.
#[mutation]
#[acts(DIRECTORY_SYNC, on = input.organisation_id)]
async fn sync_directory(act: ActOn<'_, Organisation>, input: SyncDirectoryInput) -> Result<SyncDirectoryPayload> {
    let members = input.groups.iter().map(|group| group.members.len()).sum();
    check_size(input.people.len(), input.groups.len(), members)?;
    let sync_key = text::reference("syncId", &input.sync_id)?;
    let part = Part::new(sync_key, input.mode.into(), &input.people, &input.groups);
    let part = Part { is_last: input.is_last, confirmed: input.confirm_removals, ..part };
    let steps = async |work: &Work<'_>, _| apply(work, &part, act.event()).await;
    let applied = if input.dry_run { act.tried(steps).await? } else { act.locked(steps).await? };
    let results = |outcomes: &[Result<Outcome, UserError>], names: &[String], list, kind: Type| {
        let rows = outcomes.iter().zip(names).enumerate();
        rows.map(|(index, (outcome, name))| result(outcome, name, (list, index), kind, input.dry_run)).collect()
    };
    let Applied { sync, people, groups } = applied;
    Ok(SyncDirectoryPayload {
        people: results(&people, &part.named, "people", Type::DirectoryPerson),
        groups: results(&groups, &part.named_groups, "groups", Type::DirectoryGroup),
        sync: (!input.dry_run).then(|| DirectorySync::new(Arc::new(sync), act.object.as_ref())),
        ..Default::default()
    })
}

fn result(
    outcome: &Result<Outcome, UserError>,
    external_id: &str,
    (list, index): (&str, usize),
    kind: Type,
    dry_run: bool,
) -> DirectorySyncResult {
    let (outcome, id, error): (_, Option<Uuid>, _) = match outcome {
        Ok(Outcome::Created(id)) => (DirectorySyncOutcome::Created, (!dry_run).then_some(*id), None),
        Ok(Outcome::Updated(id)) => (DirectorySyncOutcome::Updated, Some(*id), None),
        Ok(Outcome::Unchanged(id)) => (DirectorySyncOutcome::Unchanged, Some(*id), None),
        Ok(Outcome::Deleted(id)) => (DirectorySyncOutcome::Deleted, Some(*id), None),
        Err(error) => (DirectorySyncOutcome::Refused, None, Some(error.clone().in_row(list, index))),
    };
    DirectorySyncResult {
        index: i32::try_from(index).unwrap_or(i32::MAX),
        external_id: external_id.to_owned(),
        outcome,
        object_id: id.map(|id| kind.id(id)),
        user_errors: error.into_iter().collect(),
    }
}
