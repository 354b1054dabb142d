//! `/Users` (RFC 7644, section 3).

use axum::body::Body;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::Value as Json;

use super::{Below, Call, Head, answer, body, json, key, not_modified};
use crate::access::Permission;
use crate::base::error::Error;
use crate::base::id::Type;
use crate::directory::scim::filter::{self, Condition};
use crate::directory::scim::page::Range;
use crate::directory::scim::user::{Manner, UserChange};
use crate::directory::scim::{ScimError, resource, step, tag, users};

/// `GET /Users`: a page of users.
pub async fn list(head: Head, Path(organisation): Path<String>) -> Response {
    let read = async { page(&Call::begin(&head, &organisation, Permission::DirectoryRead).await?).await };
    answer(read.await)
}

/// `POST /Users/.search`: the same, with the parameters in the body.
pub async fn search(head: Head, Path(organisation): Path<String>, body: Body) -> Response {
    let read = async { page(&Call::search(&head, &organisation, body).await?).await };
    answer(read.await)
}

async fn page(call: &Call) -> Result<Response, ScimError> {
    let conditions = filter::of_users(call.parameter("filter").unwrap_or_default())?;
    let range = call.range()?;
    let (resources, total) = some(call, &conditions, range).await?;
    Ok(json(&resource::list(resources, total, range.start)).into_response())
}

/// The users of a page as the client wants them, and how many there are in all.
pub async fn some(call: &Call, conditions: &[Condition], range: Range) -> Result<(Vec<Json>, u64), ScimError> {
    let selection = call.selection();
    let (rows, total) = users::list(&call.request, call.organisation, conditions, range).await?;
    Ok((rows.iter().map(|row| selection.of(resource::user(row, &call.base).body)).collect(), total))
}

/// `POST /Users`: creates a user.
pub async fn create(head: Head, Path(organisation): Path<String>, body: Body) -> Response {
    let done = async {
        let call = Call::begin(&head, &organisation, Permission::DirectorySync).await?;
        let change = UserChange::read(step::of_resource(&body::read(&head.3, body).await?)?)?;
        let row = users::create(&call.request, call.organisation, &change).await?;
        Ok(call.one(StatusCode::CREATED, resource::user(&row, &call.base)))
    };
    answer(done.await)
}

/// `GET /Users/{id}`: one user.
pub async fn find(head: Head, Path((organisation, id)): Below) -> Response {
    let read = async {
        let call = Call::begin(&head, &organisation, Permission::DirectoryRead).await?;
        let key = key(Type::DirectoryPerson, &id)?;
        let row = users::find(&call.request, call.organisation, key).await?.ok_or(Error::NotFound)?;
        if call.conditions.is_known(row.updated_at) {
            return Ok(not_modified(tag::of(row.updated_at)));
        }
        Ok(call.one(StatusCode::OK, resource::user(&row, &call.base)))
    };
    answer(read.await)
}

/// `PUT /Users/{id}`: replaces a user.
pub async fn replace(head: Head, below: Below, body: Body) -> Response {
    answer(change(&head, below, Manner::Replace, body).await)
}

/// `PATCH /Users/{id}`: changes a user.
pub async fn patch(head: Head, below: Below, body: Body) -> Response {
    answer(change(&head, below, Manner::Patch, body).await)
}

async fn change(
    head: &Head,
    Path((organisation, id)): Below,
    manner: Manner,
    body: Body,
) -> Result<Response, ScimError> {
    let call = Call::begin(head, &organisation, Permission::DirectorySync).await?;
    let body = body::read(&head.3, body).await?;
    let key = key(Type::DirectoryPerson, &id)?;
    let steps = if manner == Manner::Patch { step::of_patch(&body) } else { step::of_resource(&body) };
    let change = UserChange::read(steps?)?;
    let row = users::update(&call.request, call.organisation, key, (manner, &change), &call.conditions).await?;
    Ok(call.one(StatusCode::OK, resource::user(&row, &call.base)))
}

/// `DELETE /Users/{id}`: deletes a user.
pub async fn delete(head: Head, Path((organisation, id)): Below) -> Response {
    let done = async {
        let call = Call::begin(&head, &organisation, Permission::DirectorySync).await?;
        let key = key(Type::DirectoryPerson, &id)?;
        users::delete(&call.request, call.organisation, key, &call.conditions).await?;
        Ok(StatusCode::NO_CONTENT.into_response())
    };
    answer(done.await)
}
