//! Statements about services.

use std::sync::Arc;

use entity::service::{Kind, Model, State};
use sea_orm::ActiveEnum;
use uuid::Uuid;

use crate::access::{Grants, Permission, Unchecked};
use crate::base::error::Result;
use crate::base::memory::{Heap, Kept, Table};
use crate::graphql::page::{Filter, Key, List, Page, PageArguments};
use crate::graphql::request::Request;

static OF_ORGANISATION: List<Model> = List::of_kept_rows(Table::Service, "organisation_id", Key::Text("name_key"));

impl Heap for Model {
    fn heap(&self) -> usize {
        self.name.heap() + self.name_key.heap() + self.attributes.heap() + self.external_id.heap() + self.problem.heap()
    }
}

impl Kept for Model {}

/// A page of the services of an organisation that are visible with these grants, by name.
pub async fn list(
    request: &Request,
    organisation: Uuid,
    page: &PageArguments,
    (kind, state): (Option<Kind>, Option<State>),
    grants: Grants,
) -> Result<Page<Model>> {
    let mut filter = Filter::default();
    if !grants.has(Permission::DomainRead) {
        filter = filter.and("t.kind <> 'DOMAIN'");
    }
    if !grants.has(Permission::ServiceRead) {
        filter = filter.and("t.kind = 'DOMAIN'");
    }
    if let Some(kind) = kind {
        filter = filter.and_with("t.kind = :kind", [(":kind", kind.to_value().into())]);
    }
    if let Some(state) = state {
        filter = filter.and_with("t.state = :state", [(":state", state.to_value().into())]);
    }
    OF_ORGANISATION.rows(request, organisation, page, filter).await
}

/// A service by its id.
pub async fn look_up(request: &Request, id: Uuid) -> Result<Option<Unchecked<Arc<Model>>>> {
    OF_ORGANISATION.look_up(request, id).await
}
