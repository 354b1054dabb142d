//! `POST /.search`: users and groups in one list (RFC 7644, section 3.4.3), the users first.

use axum::body::Body;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};

use super::{Call, Head, answer, groups, json, users};
use crate::directory::scim::page::Range;
use crate::directory::scim::{ScimError, filter, resource};

/// A page of users and groups. A filter that only one of the two knows finds only these.
pub async fn search(head: Head, Path(organisation): Path<String>, body: Body) -> Response {
    let read = async { page(&Call::search(&head, &organisation, body).await?).await };
    answer(read.await)
}

async fn page(call: &Call) -> Result<Response, ScimError> {
    let (text, range) = (call.parameter("filter").unwrap_or_default(), call.range()?);
    let (of_users, of_groups) = (filter::of_users(text), filter::of_groups(text));
    if let (Err(error), Err(_)) = (&of_users, &of_groups) {
        return Err(error.clone());
    }
    let (mut resources, mut total) = (Vec::new(), 0);
    if let Ok(conditions) = of_users {
        (resources, total) = users::some(call, &conditions, range).await?;
    }
    if let Ok(conditions) = of_groups {
        let offset = range.offset().saturating_sub(total);
        let rest = Range { start: offset + 1, count: range.count - resources.len() as u64 };
        let (groups, more) = groups::some(call, &conditions, rest).await?;
        resources.extend(groups);
        total += more;
    }
    Ok(json(&resource::list(resources, total, range.start)).into_response())
}
