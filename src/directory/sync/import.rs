//! Importing a file: its lines in parts, one transaction each.

use std::collections::{HashMap, VecDeque};

use async_graphql::resolver_utils::enum_value;
use entity::directory_sync::Mode;
use sea_orm::prelude::DateTimeUtc;
use serde::Serialize;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::apply::{Part, Scope, apply, note};
use super::file::{FileError, FileReader, Format, GroupLine, Kind, LogInLine, PersonLine, Row};
use super::input::{DirectoryGroupInput, DirectoryMemberInput, DirectoryPersonInput, named};
use super::log_ins;
use super::record_log_ins::DirectoryLogInInput;
use super::rules::MOST;
use crate::access::{self, Permission};
use crate::base::error::{Error, Result, UserError};
use crate::base::text;
use crate::graphql::request::{Request, Work};
use crate::oversight::audit::Event;

/// An import stops with more refused lines than this: such a file is not what it should be.
const MOST_REFUSED: usize = 10_000;

/// What is imported, and by whom.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The organisation whose directory it is.
    pub organisation: Uuid,
    /// What the file has.
    pub kind: Kind,
    /// The id of the synchronisation. Log-ins need none.
    pub sync_key: String,
    /// What the file says about people or groups that it does not name.
    pub mode: Mode,
    /// How many people or groups the source knows to be missing.
    pub confirmed: Option<i32>,
    /// Until when the log-ins are complete.
    pub until: Option<DateTimeUtc>,
    /// The permission of the actor, which is checked in each transaction; without one, the server does it by itself.
    pub by: Option<Permission>,
}

/// A line that was refused.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Refused {
    /// The line, counted from 1.
    pub line: u64,
    /// The external id in it.
    pub external_id: Option<String>,
    /// The kind of problem.
    pub code: Json,
    /// The problem and what to do.
    pub message: String,
}

/// What an import did so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Lines that were read, without empty ones and the header.
    pub lines: u64,
    /// People or groups that are new.
    pub created: i32,
    /// People or groups that changed.
    pub updated: i32,
    /// People or groups that were so already.
    pub unchanged: i32,
    /// People or groups that were deleted.
    pub deleted: i32,
    /// Log-ins that were recorded.
    pub recorded: usize,
    /// Lines that were refused.
    pub refused: usize,
}

/// An import, and how far it is.
#[derive(Debug)]
pub struct Import {
    settings: Settings,
    reader: FileReader,
    rows: VecDeque<(u64, Row)>,
    /// What it did so far.
    pub counts: Counts,
    /// The lines that were refused so far.
    pub refused: Vec<Refused>,
}

/// A part of a file.
#[derive(Clone, Debug)]
pub struct FilePart {
    rows: Vec<(u64, Row)>,
    is_last: bool,
}

/// What a part did.
#[derive(Debug, Default)]
pub struct Outcome {
    counts: Counts,
    refused: Vec<Refused>,
}

impl Settings {
    /// The settings, with the id of the synchronisation in its one form.
    pub fn checked(mut self) -> Result<Self, UserError> {
        if self.kind != Kind::LogIns {
            self.sync_key = text::reference("syncId", &self.sync_key)?;
        }
        Ok(self)
    }

    /// Writes a part.
    pub async fn write(&self, work: &Work<'_>, part: &FilePart) -> Result<Outcome> {
        match self.by {
            Some(permission) => {
                work.request.access.authorise_in(work.tx, self.organisation, permission).await?;
            }
            None => {
                access::lock(work.tx, self.organisation).await?;
            }
        }
        let mut outcome = match self.kind {
            Kind::People => self.people(work, part).await?,
            Kind::Groups => self.groups(work, part).await?,
            Kind::LogIns => self.log_ins(work, part).await?,
        };
        outcome.counts.refused = outcome.refused.len();
        Ok(outcome)
    }

    fn event(&self, action: &str) -> Event {
        Event::done(action, self.organisation, self.by)
    }

    async fn people(&self, work: &Work<'_>, part: &FilePart) -> Result<Outcome> {
        let rows = part.rows.iter().filter_map(|(line, row)| match row {
            Row::Person(person) => Some((*line, person_of(person))),
            Row::Group(_) | Row::LogIn(_) => None,
        });
        let (lines, people): (Vec<u64>, Vec<DirectoryPersonInput>) = rows.unzip();
        let input = self.part(&people, &[], Scope::People, part.is_last);
        let applied = apply(work, &input, self.event("syncDirectory")).await?;
        let refused = applied.people.iter().zip(lines).zip(&input.named);
        let refused = refused.filter_map(|((outcome, line), id)| {
            outcome.as_ref().err().map(|error| Refused::new(line, Some(id.clone()), error))
        });
        Ok(Outcome { refused: refused.collect(), counts: Counts::of(&applied.sync) })
    }

    async fn groups(&self, work: &Work<'_>, part: &FilePart) -> Result<Outcome> {
        let rows = part.rows.iter().filter_map(|(line, row)| match row {
            Row::Group(group) => Some((*line, group)),
            Row::Person(_) | Row::LogIn(_) => None,
        });
        let groups = gathered(rows);
        let inputs: Vec<DirectoryGroupInput> = groups.iter().map(|group| group.input.clone()).collect();
        let input = self.part(&[], &inputs, Scope::Groups, part.is_last);
        let applied = apply(work, &input, self.event("syncDirectory")).await?;
        let refused = applied.groups.iter().zip(&groups);
        let refused =
            refused.filter_map(|(outcome, group)| outcome.as_ref().err().map(|error| group.refused(error))).flatten();
        Ok(Outcome { refused: refused.collect(), counts: Counts::of(&applied.sync) })
    }

    fn part(
        &self,
        people: &[DirectoryPersonInput],
        groups: &[DirectoryGroupInput],
        scope: Scope,
        is_last: bool,
    ) -> Part {
        let part = Part::new(self.sync_key.clone(), self.mode, people, groups);
        Part { is_last, confirmed: self.confirmed, scope, ..part }
    }

    async fn log_ins(&self, work: &Work<'_>, part: &FilePart) -> Result<Outcome> {
        let rows = part.rows.iter().filter_map(|(line, row)| match row {
            Row::LogIn(log_in) => Some((*line, log_in)),
            Row::Person(_) | Row::Group(_) => None,
        });
        let (lines, inputs): (Vec<u64>, Vec<&LogInLine>) = rows.unzip();
        let until = self.until.filter(|_| part.is_last);
        let read: Vec<_> = inputs.iter().map(|one| log_in_of(one).read(work.now)).collect();
        let outcomes = log_ins::record(work, self.organisation, &read, until).await?;
        let recorded = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        let after = json!({ "recorded": recorded, "completeUntil": until });
        note(work, self.event("recordLogIns").changing(Json::Null, after)).await?;
        let refused = outcomes.iter().zip(lines).zip(inputs);
        let refused = refused.filter_map(|((outcome, line), input)| {
            let id = input.external_id.clone().or_else(|| input.email.clone());
            outcome.as_ref().err().map(|error| Refused::new(line, id, error))
        });
        Ok(Outcome { refused: refused.collect(), counts: Counts { recorded, ..Counts::default() } })
    }
}

fn person_of(line: &PersonLine) -> DirectoryPersonInput {
    DirectoryPersonInput {
        external_id: line.external_id.clone(),
        email: line.email.clone(),
        name: line.name.clone(),
        unit_path: line.unit_path.clone(),
        is_active: line.is_active,
        is_deleted: line.is_deleted,
        joined_on: line.joined_on,
    }
}

fn log_in_of(line: &LogInLine) -> DirectoryLogInInput {
    DirectoryLogInInput { external_id: line.external_id.clone(), email: line.email.clone(), at: line.at }
}

/// A group of a part, with the lines that name it.
struct Gathered {
    input: DirectoryGroupInput,
    lines: Vec<u64>,
    /// The lines of its members.
    of_members: Vec<u64>,
}

/// The groups of some lines. A group with several members has several lines.
fn gathered<'a>(rows: impl Iterator<Item = (u64, &'a GroupLine)>) -> Vec<Gathered> {
    let mut groups: Vec<Gathered> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for (line, row) in rows {
        let place = *places.entry(named(&row.external_id)).or_insert_with(|| {
            let input = DirectoryGroupInput {
                external_id: row.external_id.clone(),
                name: None,
                is_deleted: false,
                members: Vec::new(),
            };
            groups.push(Gathered { input, lines: Vec::new(), of_members: Vec::new() });
            groups.len() - 1
        });
        let Some(group) = groups.get_mut(place) else { continue };
        group.lines.push(line);
        group.input.is_deleted |= row.is_deleted;
        group.input.name = group.input.name.take().or_else(|| row.name.clone());
        if row.person_external_id.is_some() || row.group_external_id.is_some() {
            group.of_members.push(line);
            group.input.members.push(DirectoryMemberInput {
                person_external_id: row.person_external_id.clone(),
                group_external_id: row.group_external_id.clone(),
                is_removed: row.is_removed,
            });
        }
    }
    groups
}

impl Gathered {
    /// All lines of a group that is refused. If a member is to blame, the others say where it is.
    fn refused(&self, error: &UserError) -> Vec<Refused> {
        let path = error.field.as_deref().unwrap_or_default();
        let member = path.iter().skip_while(|name| *name != "members").nth(1).and_then(|index| index.parse().ok());
        let blamed = member.and_then(|index: usize| self.of_members.get(index)).copied();
        let refused = self.lines.iter().map(|line| {
            let refused = Refused::new(*line, Some(self.input.external_id.clone()), error);
            match blamed.filter(|blamed| blamed != line) {
                Some(blamed) => {
                    let message = format!("Line {blamed} of the same group was refused, and so was this one.");
                    Refused { message, ..refused }
                }
                None => refused,
            }
        });
        refused.collect()
    }
}

impl Refused {
    fn new(line: u64, external_id: Option<String>, error: &UserError) -> Self {
        Self {
            line,
            external_id,
            code: enum_value(error.code).into_json().unwrap_or_default(),
            message: error.message.to_string(),
        }
    }
}

impl Counts {
    /// The counts of a synchronisation in several parts.
    const fn of(sync: &entity::directory_sync::Model) -> Self {
        let (created, updated, unchanged, deleted) = (sync.created, sync.updated, sync.unchanged, sync.deleted);
        Self { created, updated, unchanged, deleted, lines: 0, recorded: 0, refused: 0 }
    }
}

impl Import {
    /// Begins an import.
    pub fn new(settings: Settings, format: Format) -> Self {
        let reader = FileReader::new(settings.kind, format);
        Self { settings, reader, rows: VecDeque::new(), counts: Counts::default(), refused: Vec::new() }
    }

    /// Reads a piece of the file. Then write all parts before the next piece.
    pub fn read(&mut self, piece: &[u8]) -> Result<(), FileError> {
        let before = self.rows.len();
        self.reader.read(piece, &mut self.rows)?;
        self.counts.lines += (self.rows.len() - before) as u64;
        Ok(())
    }

    /// Reads the end of the file. Then write all parts, and the last one.
    pub fn end(&mut self) -> Result<(), FileError> {
        let before = self.rows.len();
        self.reader.end(&mut self.rows)?;
        self.counts.lines += (self.rows.len() - before) as u64;
        Ok(())
    }

    /// The next part that is full and not the last.
    pub fn part(&mut self) -> Option<FilePart> {
        let is_full = self.rows.len() > MOST;
        is_full.then(|| FilePart { rows: self.rows.drain(..MOST).collect(), is_last: false })
    }

    /// The last part, after all others.
    pub fn last(&mut self) -> FilePart {
        FilePart { rows: self.rows.drain(..).collect(), is_last: true }
    }

    /// Writes a part in a transaction of its own.
    pub async fn write(&mut self, request: &Request, part: &FilePart) -> Result<()> {
        self.check()?;
        let settings = &self.settings;
        let outcome = request.transaction(async |work| settings.write(work, part).await).await?;
        self.add(outcome);
        Ok(())
    }

    /// Writes a part in a transaction that others share.
    pub async fn write_in(&mut self, work: &Work<'_>, part: &FilePart) -> Result<()> {
        self.check()?;
        let outcome = self.settings.write(work, part).await?;
        self.add(outcome);
        Ok(())
    }

    fn check(&self) -> Result<()> {
        if self.refused.len() > MOST_REFUSED {
            let message = format!(
                "More than {MOST_REFUSED} lines were refused, so the rest of the file was not read. What was written before \
                 stays, and nobody was deleted for not being named."
            );
            return Err(Error::InvalidInput(message));
        }
        Ok(())
    }

    fn add(&mut self, outcome: Outcome) {
        let (lines, recorded, refused) = (self.counts.lines, self.counts.recorded, self.counts.refused);
        let part = outcome.counts;
        self.counts = Counts { lines, recorded: recorded + part.recorded, refused: refused + part.refused, ..part };
        self.refused.extend(outcome.refused);
    }
}
