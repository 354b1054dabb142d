//! SCIM 2.0 at `/scim/v2/{organisation}` (RFC 7644): an identity provider keeps the directory of an organisation up to date.
//!
//! `users` and `groups` are the resources, `search` has both, `discovery` says what the server can do, and `body` reads what
//! clients send. The protocol itself is in `directory/scim`. Every address needs a credential, and an organisation that the
//! sender may not see answers like one that does not exist.

mod body;
mod discovery;
mod groups;
mod search;
mod users;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH, LOCATION, RETRY_AFTER, WWW_AUTHENTICATE,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use serde_json::Value as Json;
use uuid::Uuid;

use super::Server;
use super::admission::Pass;
use super::client::Peer;
use super::credential::{Sender, Takes};
use super::refusal::{AGAIN_AFTER, Refusal};
use super::request_id::RequestId;
use crate::access::Permission;
use crate::base::error::Error;
use crate::base::id::Type;
use crate::directory::scim::page::Range;
use crate::directory::scim::resource::{Resource, Selection, key_of};
use crate::directory::scim::tag::Conditions;
use crate::directory::scim::{Kind, ScimError};
use crate::graphql::request::Request;

/// The media type (RFC 7644, section 8.1).
const MEDIA: &str = "application/scim+json";

/// All routes, below the organisation.
pub fn router() -> Router<Arc<Server>> {
    let user = get(users::find).put(users::replace).patch(users::patch).delete(users::delete);
    let group = get(groups::find).put(groups::replace).patch(groups::patch).delete(groups::delete);
    Router::new()
        .route("/Users", get(users::list).post(users::create))
        .route("/Users/.search", post(users::search))
        .route("/Users/{id}", user)
        .route("/Groups", get(groups::list).post(groups::create))
        .route("/Groups/.search", post(groups::search))
        .route("/Groups/{id}", group)
        .route("/.search", post(search::search))
        .route("/ServiceProviderConfig", get(discovery::configuration))
        .route("/ResourceTypes", get(discovery::resource_types))
        .route("/ResourceTypes/{id}", get(discovery::resource_type))
        .route("/Schemas", get(discovery::schemas))
        .route("/Schemas/{id}", get(discovery::schema))
        .fallback(nothing)
        .method_not_allowed_fallback(wrong_method)
}

/// The head of a request, as every handler takes it.
type Head = (State<Arc<Server>>, Extension<RequestId>, Option<Extension<Peer>>, HeaderMap, Uri);

/// A request of a sender who holds the permission at the organisation.
struct Call {
    request: Request,
    _pass: Pass,
    organisation: Uuid,
    /// The address of the SCIM service of the organisation.
    base: String,
    conditions: Conditions,
    parameters: Vec<(String, String)>,
}

impl Call {
    /// Looks the organisation up as the sender.
    async fn begin(head: &Head, organisation: &str, permission: Permission) -> Result<Self, ScimError> {
        let (State(server), Extension(id), peer, headers, uri) = head;
        let peer = peer.as_ref().map(|Extension(peer)| *peer);
        let pass = server.admit(headers, peer).await.map_err(Refusal::into_error)?;
        let sender = Sender::signed_in(&server.app, headers, peer, Takes::Bearer).await.map_err(Refusal::into_error)?;
        pass.is_signed_in();
        let request = sender.request(&server.app, id);
        let key = key_of(Type::Organisation, organisation).ok_or(Error::NotFound)?;
        let at = request.access.look(key).await?.ok_or(Error::NotFound)?;
        at.require(permission).map_err(|error| request.access.clarified(error))?;
        let Query(parameters) = Query::try_from_uri(uri)
            .map_err(|_| ScimError::invalid(Kind::InvalidValue, "The parameters of the address are malformed."))?;
        let header = |name: HeaderName| {
            let lines = headers.get_all(name).iter().filter_map(|line| line.to_str().ok());
            let lines: Vec<&str> = lines.collect();
            (!lines.is_empty()).then(|| lines.join(","))
        };
        let conditions = Conditions { if_match: header(IF_MATCH), if_none_match: header(IF_NONE_MATCH) };
        let url = server.app.config.public_url.trim_end_matches('/');
        let base = format!("{url}/scim/v2/{}", *Type::Organisation.id(key));
        Ok(Self { request, _pass: pass, organisation: key, base, conditions, parameters })
    }

    /// A search: a list with its parameters in the body (RFC 7644, section 3.4.3).
    async fn search(head: &Head, organisation: &str, body: Body) -> Result<Self, ScimError> {
        let call = Self::begin(head, organisation, Permission::DirectoryRead).await?;
        call.asked_by(&body::read(&head.3, body).await?)
    }

    fn asked_by(mut self, body: &Json) -> Result<Self, ScimError> {
        let invalid = || ScimError::invalid(Kind::InvalidSyntax, "The body must be an object with parameters.");
        let parameters = body.as_object().ok_or_else(invalid)?.iter().filter_map(|(name, value)| {
            let text = match value {
                Json::String(text) => text.clone(),
                Json::Number(number) => number.to_string(),
                Json::Array(names) => names.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(","),
                _ => return None,
            };
            Some((name.clone(), text))
        });
        self.parameters = parameters.collect();
        Ok(self)
    }

    /// A parameter of the address, by its name in any case.
    fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    fn selection(&self) -> Selection {
        Selection::read(self.parameter("attributes"), self.parameter("excludedAttributes"))
    }

    fn range(&self) -> Result<Range, ScimError> {
        Range::read(self.parameter("startIndex"), self.parameter("count"))
    }

    /// The answer with one resource.
    fn one(&self, status: StatusCode, resource: Resource) -> Response {
        let Resource { body, location, tag } = resource;
        let body = self.selection().of(body);
        (status, [(ETAG, tag), (LOCATION, location)], json(&body)).into_response()
    }
}

/// The key of a resource in an address.
fn key(kind: Type, id: &str) -> Result<Uuid, ScimError> {
    Ok(key_of(kind, id).ok_or(Error::NotFound)?)
}

/// A body of SCIM, without a status.
fn json(body: &Json) -> impl IntoResponse + use<> {
    ([(CONTENT_TYPE, MEDIA), (CACHE_CONTROL, "private, no-cache")], body.to_string())
}

/// The answer that the client has this version already (RFC 7644, section 3.14).
fn not_modified(tag: String) -> Response {
    (StatusCode::NOT_MODIFIED, [(ETAG, tag)]).into_response()
}

/// The answer, or the error in the form of SCIM.
fn answer(outcome: Result<Response, ScimError>) -> Response {
    outcome.unwrap_or_else(|error| {
        let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, json(&error.body())).into_response();
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(RETRY_AFTER, AGAIN_AFTER);
        }
        response
    })
}

/// The answer where there is nothing.
pub async fn nothing() -> Response {
    let text = "There is nothing here. See ResourceTypes for what there is.";
    answer(Err(ScimError::of_status(404, text)))
}

async fn wrong_method() -> Response {
    let text = "This address does not accept this method. The Allow header lists its methods.";
    answer(Err(ScimError::of_status(405, text)))
}

/// The parts of an address below the organisation.
type Below = Path<(String, String)>;
