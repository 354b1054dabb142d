//! The group of a directory.

use std::sync::Arc;

use async_graphql::{Context, ID};
use entity::directory_group::Model;
use macros::guarded;
use uuid::Uuid;

use super::store;
use crate::access::{Decision, GrantsAt, Guarded, Side};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::directory::person::DirectoryPerson;
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, PageArguments, Search};
use crate::graphql::request::Request;

/// A group in the directory of an organisation.
#[derive(Clone)]
pub struct DirectoryGroup {
    row: Arc<Model>,
    organisation: Decision,
}

impl DirectoryGroup {
    /// A group of an organisation.
    pub fn new(row: Arc<Model>, at: &Decision) -> Self {
        Self { row, organisation: at.clone() }
    }

    /// The groups of an organisation, by name.
    pub async fn list(
        request: &Request,
        at: &Decision,
        page: &PageArguments,
        search: Option<&str>,
    ) -> Result<Connection<Self>> {
        let rows = store::list(request, at.id(), page, &Search::read(search)?).await?;
        Ok(rows.connection(|row| Self::new(Arc::clone(row), at)))
    }

    /// The groups of a person.
    pub async fn of_person(
        request: &Request,
        person: Uuid,
        at: &Decision,
        page: &PageArguments,
    ) -> Result<Connection<Self>> {
        let rows = store::list_of_person(request, person, page).await?;
        Ok(rows.connection(|row| Self::new(Arc::clone(row), at)))
    }
}

impl Find for DirectoryGroup {
    const TYPE: Type = Type::DirectoryGroup;

    async fn find(request: &Request, key: Uuid) -> Result<Option<Self>> {
        let Some(row) = store::look_up(request, key).await? else { return Ok(None) };
        let Some(at) = request.access.look(row.key(|row| row.organisation_id)).await? else { return Ok(None) };
        Ok(row.visible(|row| Self::new(row, &at)))
    }
}

impl Guarded for DirectoryGroup {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.organisation.grants_at(side)
    }
}

/// A group in the directory of an organisation.
#[guarded(exists(DIRECTORY_READ))]
impl DirectoryGroup {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        Type::DirectoryGroup.id(self.row.id)
    }

    /// The id in the source, which never changes.
    #[public]
    fn external_id(&self) -> &str {
        &self.row.external_id
    }

    /// The name.
    #[public]
    pub(crate) fn name(&self) -> &str {
        &self.row.name
    }

    /// The people in the group itself, in the order of joining.
    #[public]
    async fn people(&self, context: &Context<'_>, page: PageArguments) -> Result<Option<Connection<DirectoryPerson>>> {
        let rows = store::list_people(Request::of(context)?, self.row.id, &page).await?;
        Ok(Some(rows.connection(|row| DirectoryPerson::new(Arc::clone(row), &self.organisation))))
    }

    /// The groups in the group, in the order of joining. Their people belong to it too.
    #[public]
    async fn groups(&self, context: &Context<'_>, page: PageArguments) -> Result<Option<Connection<Self>>> {
        let rows = store::list_children(Request::of(context)?, self.row.id, &page).await?;
        Ok(Some(rows.connection(|row| Self::new(Arc::clone(row), &self.organisation))))
    }
}
