//! `/ServiceProviderConfig`, `/ResourceTypes` and `/Schemas` (RFC 7644, section 4).

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use serde_json::Value as Json;

use super::{Below, Call, Head, answer, json};
use crate::access::Permission;
use crate::base::error::Error;
use crate::directory::scim::{ScimError, discovery, resource};

/// What the server can do.
pub async fn configuration(head: Head, Path(organisation): Path<String>) -> Response {
    let read = async {
        let call = Call::begin(&head, &organisation, Permission::DirectoryRead).await?;
        Ok(json(&discovery::configuration(&call.base)).into_response())
    };
    answer(read.await)
}

/// All types of resources.
pub async fn resource_types(head: Head, Path(organisation): Path<String>) -> Response {
    answer(all(&head, &organisation, discovery::resource_types).await)
}

/// One type of resources.
pub async fn resource_type(head: Head, below: Below) -> Response {
    answer(one(&head, below, discovery::resource_types).await)
}

/// All schemas.
pub async fn schemas(head: Head, Path(organisation): Path<String>) -> Response {
    answer(all(&head, &organisation, discovery::schemas).await)
}

/// One schema.
pub async fn schema(head: Head, below: Below) -> Response {
    answer(one(&head, below, discovery::schemas).await)
}

/// A filter is refused, so that no client takes the list for filtered (RFC 7644, section 4).
async fn all(head: &Head, organisation: &str, list: fn(&str) -> Vec<Json>) -> Result<Response, ScimError> {
    let call = Call::begin(head, organisation, Permission::DirectoryRead).await?;
    if call.parameter("filter").is_some() {
        return Err(ScimError::of_status(403, "This list takes no filter."));
    }
    let all = list(&call.base);
    let total = all.len() as u64;
    Ok(json(&resource::list(all, total, 1)).into_response())
}

async fn one(head: &Head, Path((organisation, id)): Below, list: fn(&str) -> Vec<Json>) -> Result<Response, ScimError> {
    let call = Call::begin(head, &organisation, Permission::DirectoryRead).await?;
    let found = list(&call.base).into_iter().find(|one| one["id"].as_str() == Some(id.as_str()));
    Ok(json(&found.ok_or(Error::NotFound)?).into_response())
}
