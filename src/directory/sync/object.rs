//! A synchronisation, and the directory as a whole.

use std::sync::Arc;

use async_graphql::{Enum, ID};
use entity::directory_sync::{self, Model};
use macros::{guarded, public_object};
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::store;
use crate::access::{Decision, GrantsAt, Guarded, Side};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, PageArguments};
use crate::graphql::request::Request;

/// What a synchronisation says about people and groups that it does not name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "directory_sync::Mode")]
pub enum DirectorySyncMode {
    /// They are gone: it names all.
    Full,
    /// They stay as they are.
    Patch,
}

/// The state of a synchronisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "directory_sync::State")]
pub enum DirectorySyncState {
    /// More parts can come.
    Open,
    /// It is complete.
    Done,
    /// Another full synchronisation began before it was complete.
    Abandoned,
}

/// What is known of a directory as a whole.
#[public_object]
pub struct DirectoryState {
    /// A number that grows with each change of people or groups.
    pub version: i64,
    /// Until when the log-ins are complete, as `recordLogIns` said; null if it never said so.
    pub log_ins_until: Option<DateTimeUtc>,
}

impl DirectoryState {
    /// The directory of an organisation; `None` if it never had one.
    pub async fn of(request: &Request, organisation: Uuid) -> Result<Option<Self>> {
        let row = store::directory(request, organisation).await?;
        Ok(row.map(|row| Self { version: row.version, log_ins_until: row.log_ins_until }))
    }
}

/// A synchronisation of a directory.
#[derive(Clone)]
pub struct DirectorySync {
    row: Arc<Model>,
    organisation: Decision,
}

impl DirectorySync {
    /// A synchronisation of an organisation.
    pub fn new(row: Arc<Model>, at: &Decision) -> Self {
        Self { row, organisation: at.clone() }
    }

    /// The synchronisations of an organisation, the newest first.
    pub async fn list(request: &Request, at: &Decision, page: &PageArguments) -> Result<Connection<Self>> {
        let rows = store::list(request, at.id(), page).await?;
        Ok(rows.connection(|row| Self::new(Arc::clone(row), at)))
    }
}

impl Guarded for DirectorySync {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.organisation.grants_at(side)
    }
}

impl Find for DirectorySync {
    const TYPE: Type = Type::DirectorySync;

    async fn find(request: &Request, key: Uuid) -> Result<Option<Self>> {
        let Some(row) = store::look_up(request, key).await? else { return Ok(None) };
        let Some(at) = request.access.look(row.key(|row| row.organisation_id)).await? else { return Ok(None) };
        Ok(row.visible(|row| Self::new(row, &at)))
    }
}

/// A synchronisation of a directory.
#[guarded(exists(DIRECTORY_READ))]
impl DirectorySync {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        Type::DirectorySync.id(self.row.id)
    }

    /// The id that the source gave it.
    #[public]
    fn sync_id(&self) -> &str {
        &self.row.sync_key
    }

    /// What it says about people and groups that it does not name.
    #[public]
    fn mode(&self) -> DirectorySyncMode {
        self.row.mode.into()
    }

    /// Its state.
    #[public]
    fn state(&self) -> DirectorySyncState {
        self.row.state.into()
    }

    /// How many people and groups it created so far.
    #[public]
    fn created(&self) -> i32 {
        self.row.created
    }

    /// How many people and groups it changed.
    #[public]
    fn updated(&self) -> i32 {
        self.row.updated
    }

    /// How many people and groups were already as it says.
    #[public]
    fn unchanged(&self) -> i32 {
        self.row.unchanged
    }

    /// How many people and groups it deleted.
    #[public]
    fn deleted(&self) -> i32 {
        self.row.deleted
    }

    /// How many of its rows were refused.
    #[public]
    fn failed(&self) -> i32 {
        self.row.failed
    }

    /// When its first part came.
    #[public]
    fn started_at(&self) -> DateTimeUtc {
        self.row.started_at
    }

    /// When it ended; null while it is open.
    #[public]
    fn ended_at(&self) -> Option<DateTimeUtc> {
        self.row.ended_at
    }
}
