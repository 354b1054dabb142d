//! `POST /search/subject`, `/search/resource` and `/search/action`: who may do it, where, and what. The results come in pages.

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::{Call, Shared, answer};
use crate::access::Permission;
use crate::base::id::Type;
use crate::graphql::page::{Mark, PageArguments, slice_sorted};
use crate::http::refusal::Refusal;
use crate::oversight::evaluation::{self, Entity, Found, Wanted};

/// `POST /search/subject`: the users or API keys that may do this with the resource, as `accessors` lists them.
pub async fn subjects(shared: Shared, body: Body) -> Response {
    answer(shared, body, async |call, body| {
        let (kind, action, resource) = evaluation::subject_search(body).map_err(invalid)?;
        let page = Page::read(body, ["subject", kind, action, resource.kind, resource.id])?;
        let wanted = match Type::named(kind) {
            Some(Type::User) => Some((Type::User, Wanted::Users)),
            Some(Type::ApiKey) => Some((Type::ApiKey, Wanted::Keys)),
            _ => None,
        };
        let (Some((kind, wanted)), Some(permission)) = (wanted, Permission::named(action)) else {
            return page.of(Vec::new(), |_| Json::Null);
        };
        let found = find(call, None, Some(resource)).await?;
        let ids = match found.places.get(&resource) {
            Some(place) => evaluation::subjects(&call.request, place, permission, wanted).await?,
            None => Vec::new(),
        };
        page.of(ids, |id| named(kind, id))
    })
    .await
}

/// `POST /search/resource`: the organisations at which the subject may do this.
pub async fn resources(shared: Shared, body: Body) -> Response {
    answer(shared, body, async |call, body| {
        let (subject, action, kind) = evaluation::resource_search(body).map_err(invalid)?;
        let page = Page::read(body, ["resource", subject.kind, subject.id, action, kind])?;
        match Type::named(kind) {
            Some(Type::Organisation) => {}
            None => return page.of(Vec::new(), |_| Json::Null),
            Some(_) => {
                let text = "Search for resources of the type organisation. What a subject may do with the objects of an \
                            organisation, evaluations says.";
                return Err(Refusal::invalid(text));
            }
        }
        let found = find(call, Some(subject), None).await?;
        let ids = match (found.subjects.get(&subject), Permission::named(action)) {
            (Some(subject), Some(permission)) => {
                evaluation::organisations(&call.request, *subject, permission).await?
            }
            _ => Vec::new(),
        };
        page.of(ids, |id| named(Type::Organisation, id))
    })
    .await
}

/// `POST /search/action`: all that the subject may do with the resource.
pub async fn actions(shared: Shared, body: Body) -> Response {
    answer(shared, body, async |call, body| {
        let (subject, resource) = evaluation::action_search(body).map_err(invalid)?;
        let page = Page::read(body, ["action", subject.kind, subject.id, resource.kind, resource.id])?;
        let found = find(call, Some(subject), Some(resource)).await?;
        let held = match (found.subjects.get(&subject), found.places.get(&resource)) {
            (Some(subject), Some(place)) => evaluation::permissions(&call.request, *subject, place).await?,
            _ => return page.of(Vec::new(), |_| Json::Null),
        };
        // Permissions have no ids, so their bits stand for them.
        let bits = held.iter().map(|permission| Uuid::from_u128(permission as u128)).collect();
        page.of(bits, |bit| {
            let permission = held.iter().find(|permission| *permission as u128 == bit.as_u128());
            json!({ "name": permission.map(Permission::graphql_name) })
        })
    })
    .await
}

async fn find<'a>(
    call: &Call,
    subject: Option<Entity<'a>>,
    resource: Option<Entity<'a>>,
) -> Result<Found<'a>, Refusal> {
    Ok(Found::of(&call.request, call.operator, subject.into_iter(), resource.into_iter()).await?)
}

fn named(kind: Type, id: Uuid) -> Json {
    json!({ "type": kind.prefix(), "id": *kind.id(id) })
}

fn invalid(wrong: String) -> Refusal {
    Refusal::invalid(&wrong)
}

/// The page that is asked for. Its token belongs to one search.
struct Page(PageArguments);

impl Page {
    fn read(body: &Json, search: [&str; 5]) -> Result<Self, Refusal> {
        let (size, token) = evaluation::page(body).map_err(invalid)?;
        let page = PageArguments::next(token, size).map_err(|_| Self::foreign())?;
        let field = search.iter().fold(Mark::default(), Mark::text);
        Ok(Self(PageArguments { field, ..page }))
    }

    fn foreign() -> Refusal {
        let text = "This page token belongs to no page of this search. Send page.next_token of the last answer, with the same \
                    subject, action and resource.";
        Refusal::invalid(text)
    }

    /// The results of the page, of these sorted ids.
    fn of(&self, ids: Vec<Uuid>, result: impl Fn(Uuid) -> Json) -> Result<Json, Refusal> {
        let total = ids.len();
        let items = ids.into_iter().map(|id| (String::new(), id, Arc::new(id)));
        let slice = slice_sorted(items, &self.0, Uuid::nil()).map_err(|_| Self::foreign())?;
        let next = slice.items.last().filter(|_| slice.has_next).map(|(cursor, _)| &**cursor);
        let results: Vec<Json> = slice.items.iter().map(|(_, id)| result(**id)).collect();
        let page = json!({ "next_token": next.unwrap_or_default(), "count": results.len(), "total": total });
        Ok(json!({ "results": results, "page": page }))
    }
}
