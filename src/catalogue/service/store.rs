//! Statements about services.

use entity::service;
use uuid::Uuid;

use super::object::{Service, ServiceFilter};
use crate::access::{Decision, Exists};
use crate::base::error::Result;
use crate::graphql::page::{Connection, Key, List, PageArguments};
use crate::graphql::request::Request;

static OF_ORGANISATION: List<service::Model> = List::of_rows("service", "organisation_id", Key::Text("name"));

/// The services of an organisation that the viewer sees, by name.
pub async fn list(
    request: &Request,
    seen: &Decision,
    page: &PageArguments,
    filter: Option<&ServiceFilter>,
) -> Result<Connection<Service>> {
    let conditions = ServiceFilter::conditions(filter, seen.grants);
    OF_ORGANISATION.connection(request, seen.row.id, page, conditions, |row| Service::new(row, seen)).await
}

/// The service, if it is there for the viewer.
pub async fn find(request: &Request, id: Uuid) -> Result<Option<Service>> {
    let Some(row) = OF_ORGANISATION.find(request.db(), &request.lists, id).await? else { return Ok(None) };
    Ok(request.access.look(row.organisation_id).await?.and_then(|seen| Service::new(&row, &seen).if_visible()))
}
