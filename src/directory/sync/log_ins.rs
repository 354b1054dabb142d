//! Recording log-ins of people.

use std::collections::HashMap;

use entity::directory_person::{Model, State};
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::store;
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::directory::person::store as people;
use crate::graphql::request::Work;
use crate::people::user::Address;

/// A log-in of somebody.
#[derive(Clone, Debug)]
pub struct LogIn {
    /// The id in the source, if the person is named by it.
    pub external_id: Option<String>,
    /// The address, if the person is named by it.
    pub email: Option<Address>,
    /// When it was.
    pub at: DateTimeUtc,
}

/// Records log-ins: the first and the last of each person are kept. `until` says until when the log-ins are known
/// completely. The caller has locked the organisation. Returns the outcome for each log-in: the person.
pub async fn record(
    work: &Work<'_>,
    organisation: Uuid,
    log_ins: &[Result<LogIn, UserError>],
    until: Option<DateTimeUtc>,
) -> Result<Vec<Result<Uuid, UserError>>> {
    let ids: Vec<&str> = log_ins.iter().flatten().filter_map(|one| one.external_id.as_deref()).collect();
    let mailboxes = log_ins.iter().flatten().filter_map(|one| one.email.as_ref());
    let mailboxes: Vec<&str> = mailboxes.map(Address::mailbox).collect();
    let known = people::known(work.tx, organisation, &ids, &mailboxes).await?;
    let (changed, outcomes) = plan(known, log_ins, work.now);
    people::save(work.tx, &changed).await?;
    let before = store::find_directory(work.tx, organisation).await?.and_then(|row| row.log_ins_until);
    store::touch(work.tx, organisation, until.max(before)).await?;
    Ok(outcomes)
}

/// The people with other first or last log-ins, and the outcome for each log-in.
fn plan(
    known: Vec<Model>,
    log_ins: &[Result<LogIn, UserError>],
    now: DateTimeUtc,
) -> (Vec<Model>, Vec<Result<Uuid, UserError>>) {
    let mut people: HashMap<Uuid, (Model, bool)> = known.into_iter().map(|row| (row.id, (row, false))).collect();
    let by_id: HashMap<String, Uuid> = people.values().map(|(row, _)| (row.external_id.clone(), row.id)).collect();
    let in_use = people.values().filter(|(row, _)| row.state != State::Deleted);
    let by_mailbox: HashMap<String, Uuid> =
        in_use.filter_map(|(row, _)| Some((row.mailbox.clone()?, row.id))).collect();
    let mut outcomes = Vec::with_capacity(log_ins.len());
    for log_in in log_ins {
        let found = log_in.as_ref().map_err(Clone::clone).and_then(|log_in| {
            let id = match (&log_in.external_id, &log_in.email) {
                (Some(id), _) => by_id.get(id),
                (None, Some(email)) => by_mailbox.get(email.mailbox()),
                (None, None) => None,
            };
            let field = if log_in.external_id.is_some() { "externalId" } else { "email" };
            let message = [
                "Nobody in this directory has it.",
                "Niemand in diesem Verzeichnis hat das.",
                "Ingen i personkatalogen har det.",
            ];
            id.map(|id| (*id, log_in.at)).ok_or_else(|| UserError::at(field, UserErrorCode::Unknown, message))
        });
        if let Ok((id, at)) = found
            && let Some((row, is_changed)) = people.get_mut(&id)
        {
            let (first, last) = (row.first_log_in_at, row.last_log_in_at);
            row.first_log_in_at = Some(first.map_or(at, |first| first.min(at)));
            row.last_log_in_at = last.max(Some(at));
            *is_changed |= (first, last) != (row.first_log_in_at, row.last_log_in_at);
        }
        outcomes.push(found.map(|(id, _)| id));
    }
    let changed = people.into_values().filter(|(_, is_changed)| *is_changed);
    (changed.map(|(row, _)| Model { updated_at: now, ..row }).collect(), outcomes)
}
