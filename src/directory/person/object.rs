//! The person of a directory.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, InputObject};
use entity::directory_person::{self, Model};
use macros::guarded;
use sea_orm::prelude::{Date, DateTimeUtc};
use uuid::Uuid;

use super::rules::unit_path;
use super::store::{self, Criteria};
use crate::access::{Decision, GrantsAt, Guarded, Side};
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::directory::group::DirectoryGroup;
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, OrderDirection, PageArguments, Search};
use crate::graphql::request::Request;
use crate::licence::assignment::{LicenceAssignment, LicenceAssignmentFilter};

/// The state of a person in a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "directory_person::State")]
pub enum DirectoryPersonState {
    /// Works there.
    Active,
    /// Blocked for now: rules give no licence.
    Suspended,
    /// Gone. Kept for 30 days; who comes back within them is the same person.
    Deleted,
}

/// Which people of a directory to list.
#[derive(Default, InputObject)]
pub struct DirectoryPersonFilter {
    /// Only people in this state. Without it, all who are not deleted.
    pub state: Option<DirectoryPersonState>,
    /// Only people of this unit and the units below it, for example `/Sales`.
    pub unit_path: Option<String>,
    /// Only people who are members of the group with this id themselves.
    pub group_id: Option<ID>,
    /// Only people with this text in the name, the address or the external id. Case does not matter.
    pub search: Option<String>,
}

/// The order of people: by name.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct DirectoryPersonOrder {
    /// The direction.
    #[graphql(default_with = "OrderDirection::Asc")]
    pub direction: OrderDirection,
}

/// A person in the directory of an organisation: somebody who uses what it has bought.
#[derive(Clone)]
pub struct DirectoryPerson {
    row: Arc<Model>,
    organisation: Decision,
}

impl DirectoryPerson {
    /// A person of an organisation.
    pub fn new(row: Arc<Model>, at: &Decision) -> Self {
        Self { row, organisation: at.clone() }
    }

    /// The key in the database.
    pub fn key(&self) -> Uuid {
        self.row.id
    }

    /// The organisation.
    pub const fn at(&self) -> &Decision {
        &self.organisation
    }

    /// The row.
    pub fn row(&self) -> &Model {
        &self.row
    }

    /// The people of an organisation, by name.
    pub async fn list(
        request: &Request,
        at: &Decision,
        page: &PageArguments,
        filter: Option<&DirectoryPersonFilter>,
        order: Option<DirectoryPersonOrder>,
    ) -> Result<Connection<Self>> {
        let mut criteria = Criteria::default();
        if let Some(DirectoryPersonFilter { state, unit_path: path, group_id, search }) = filter {
            criteria.state = state.map(Into::into);
            let read = path.as_deref().map(|path| unit_path("unitPath", path)).transpose();
            criteria.unit_path = read.map_err(|error| Error::InvalidInput(error.message.to_string()))?;
            criteria.group = group_id.as_ref().map(|id| Type::DirectoryGroup.parse(id)).transpose()?;
            criteria.search = Search::read(search.as_deref())?;
        }
        criteria.descending = order.is_some_and(|order| order.direction == OrderDirection::Desc);
        let rows = store::list(request, at.id(), page, criteria).await?;
        Ok(rows.connection(|row| Self::new(Arc::clone(row), at)))
    }
}

impl Find for DirectoryPerson {
    const TYPE: Type = Type::DirectoryPerson;

    async fn find(request: &Request, key: Uuid) -> Result<Option<Self>> {
        let Some(row) = store::look_up(request, key).await? else { return Ok(None) };
        let Some(at) = request.access.look(row.key(|row| row.organisation_id)).await? else { return Ok(None) };
        Ok(row.visible(|row| Self::new(row, &at)))
    }
}

impl Guarded for DirectoryPerson {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.organisation.grants_at(side)
    }
}

/// A person in the directory of an organisation: somebody who uses what it has bought.
#[guarded(exists(DIRECTORY_READ))]
impl DirectoryPerson {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        Type::DirectoryPerson.id(self.row.id)
    }

    /// The id in the source, which never changes.
    #[public]
    fn external_id(&self) -> &str {
        &self.row.external_id
    }

    /// The address, if the source gave one.
    #[public]
    fn email(&self) -> Option<&str> {
        self.row.email.as_deref()
    }

    /// The name.
    #[public]
    fn name(&self) -> &str {
        &self.row.name
    }

    /// The organisational unit, for example `/Sales/North`; empty for the top.
    #[public]
    fn unit_path(&self) -> &str {
        &self.row.unit_path
    }

    /// The state.
    #[public]
    fn state(&self) -> DirectoryPersonState {
        self.row.state.into()
    }

    /// The day on which the person joined.
    #[public]
    fn joined_on(&self) -> Date {
        self.row.joined_on
    }

    /// The first known log-in.
    #[public]
    fn first_log_in_at(&self) -> Option<DateTimeUtc> {
        self.row.first_log_in_at
    }

    /// The last known log-in.
    #[public]
    fn last_log_in_at(&self) -> Option<DateTimeUtc> {
        self.row.last_log_in_at
    }

    /// The groups that the person is a member of, in the order of joining. Those that contain these groups are left out.
    #[public]
    async fn groups(&self, context: &Context<'_>, page: PageArguments) -> Result<Option<Connection<DirectoryGroup>>> {
        DirectoryGroup::of_person(Request::of(context)?, self.row.id, &self.organisation, &page).await.map(Some)
    }

    /// The licences that the person has, the newest first.
    #[requires(LICENCE_READ)]
    async fn licences(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "Which licences.")] filter: Option<LicenceAssignmentFilter>,
    ) -> Result<Option<Connection<LicenceAssignment>>> {
        let (request, at) = (Request::of(context)?, &self.organisation);
        LicenceAssignment::list_of_person(request, at, self.row.id, &page, filter.as_ref()).await.map(Some)
    }
}
