//! `/Groups` (RFC 7644, section 3).

use axum::body::Body;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::Value as Json;

use super::{Below, Call, Head, answer, body, json, key, not_modified};
use crate::access::Permission;
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::directory::scim::filter::{self, Condition};
use crate::directory::scim::group::GroupChange;
use crate::directory::scim::page::Range;
use crate::directory::scim::{ScimError, groups, resource, step, tag};

/// `GET /Groups`: a page of groups.
pub async fn list(head: Head, Path(organisation): Path<String>) -> Response {
    let read = async { page(&Call::begin(&head, &organisation, Permission::DirectoryRead).await?).await };
    answer(read.await)
}

/// `POST /Groups/.search`: the same, with the parameters in the body.
pub async fn search(head: Head, Path(organisation): Path<String>, body: Body) -> Response {
    let read = async { page(&Call::search(&head, &organisation, body).await?).await };
    answer(read.await)
}

async fn page(call: &Call) -> Result<Response, ScimError> {
    let conditions = filter::of_groups(call.parameter("filter").unwrap_or_default())?;
    let range = call.range()?;
    let (resources, total) = some(call, &conditions, range).await?;
    Ok(json(&resource::list(resources, total, range.start)).into_response())
}

/// The groups of a page as the client wants them, and how many there are in all.
pub async fn some(call: &Call, conditions: &[Condition], range: Range) -> Result<(Vec<Json>, u64), ScimError> {
    let selection = call.selection();
    let with_members = selection.has("members");
    let (page, total) = groups::list(&call.request, call.organisation, conditions, range, with_members).await?;
    let shown =
        |(row, members): &groups::Whole| selection.of(resource::group(row, members.as_deref(), &call.base).body);
    Ok((page.iter().map(shown).collect(), total))
}

/// `POST /Groups`: creates a group.
pub async fn create(head: Head, Path(organisation): Path<String>, body: Body) -> Response {
    let done = async {
        let call = Call::begin(&head, &organisation, Permission::DirectorySync).await?;
        let change = GroupChange::read(&step::of_resource(&body::read(&head.3, body).await?)?)?;
        let row = groups::create(&call.request, call.organisation, &change).await?;
        whole(&call, StatusCode::CREATED, row.id).await
    };
    answer(done.await)
}

/// `GET /Groups/{id}`: one group.
pub async fn find(head: Head, Path((organisation, id)): Below) -> Response {
    let read = async {
        let call = Call::begin(&head, &organisation, Permission::DirectoryRead).await?;
        let key = key(Type::DirectoryGroup, &id)?;
        if call.conditions.if_none_match.is_some() {
            let found = groups::find(&call.request, call.organisation, key, false).await?.ok_or(Error::NotFound)?;
            if call.conditions.is_known(found.0.updated_at) {
                return Ok(not_modified(tag::of(found.0.updated_at)));
            }
        }
        whole(&call, StatusCode::OK, key).await
    };
    answer(read.await)
}

/// `PUT /Groups/{id}`: replaces a group. Members that are not named leave it.
pub async fn replace(head: Head, below: Below, body: Body) -> Response {
    answer(change(&head, below, false, body).await)
}

/// `PATCH /Groups/{id}`: changes a group.
pub async fn patch(head: Head, below: Below, body: Body) -> Response {
    answer(change(&head, below, true, body).await)
}

async fn change(
    head: &Head,
    Path((organisation, id)): Below,
    is_patch: bool,
    body: Body,
) -> Result<Response, ScimError> {
    let call = Call::begin(head, &organisation, Permission::DirectorySync).await?;
    let body = body::read(&head.3, body).await?;
    let key = key(Type::DirectoryGroup, &id)?;
    let change = if is_patch {
        GroupChange::read(&step::of_patch(&body)?)?
    } else {
        GroupChange::read(&step::of_resource(&body)?)?.replacing()?
    };
    let row = groups::update(&call.request, call.organisation, key, &change, &call.conditions).await?;
    whole(&call, StatusCode::OK, row.id).await
}

/// `DELETE /Groups/{id}`: deletes a group.
pub async fn delete(head: Head, Path((organisation, id)): Below) -> Response {
    let done = async {
        let call = Call::begin(&head, &organisation, Permission::DirectorySync).await?;
        let key = key(Type::DirectoryGroup, &id)?;
        groups::delete(&call.request, call.organisation, key, &call.conditions).await?;
        Ok(StatusCode::NO_CONTENT.into_response())
    };
    answer(done.await)
}

/// The answer with a group and its members.
async fn whole(call: &Call, status: StatusCode, key: uuid::Uuid) -> Result<Response, ScimError> {
    let with_members = call.selection().has("members");
    let found = groups::find(&call.request, call.organisation, key, with_members).await?;
    let (row, members) = found.ok_or(Error::NotFound)?;
    Ok(call.one(status, resource::group(&row, members.as_deref(), &call.base)))
}
