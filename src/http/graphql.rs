//! `/graphql`, by the GraphQL-over-HTTP specification.
//!
//! In this order: the media type of the answer, the envelope, who asks, and then each request on its own: its document,
//! which operation, its variables, its limits, its run. What stops the first three is an answer to the whole; what
//! stops the others is the answer to one request of a batch.
//!
//! No page of another site can act in a user's name: a GET never changes anything, a POST has to be JSON, which such a
//! page may not send without being allowed to (`cors`), and there are no cookies.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::{ErrorExtensionValues, Request as GraphqlRequest, ServerError};
use async_graphql_parser::types::OperationType;
use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, VARY};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::Server;
use super::answer::{Answer, Cost, encode};
use super::client::Peer;
use super::credential::Who;
use super::envelope::{Envelope, Envelopes, PersistedQuery};
use super::negotiate::Media;
use super::refusal::Refusal;
use super::request_id::RequestId;
use super::trace::Work;
use crate::base::db::counted;
use crate::base::error::Error;
use crate::graphql::documents::{Document, server_error};
use crate::graphql::limits::within;

/// Answers a GET or a POST.
pub async fn answer(
    State(server): State<Arc<Server>>,
    Extension(id): Extension<RequestId>,
    peer: Option<Extension<Peer>>,
    method: Method,
    address: Uri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let Some(media) = Media::accepted(&headers) else {
        let text = "Accept application/graphql-response+json or application/json.".to_owned();
        return Refusal::new(StatusCode::NOT_ACCEPTABLE, Error::InvalidInput(text)).answer(Media::Json, &id);
    };
    let (outcome, statements) = counted(async {
        let limits = &server.app.config.limits;
        let envelopes = if method == Method::POST {
            Envelopes::read(&headers, body, limits).await?
        } else {
            Envelopes::of_address(&address, limits)?
        };
        let work = async {
            let peer = peer.map(|Extension(peer)| peer);
            let who = Who::of(&server.app, &headers, peer).await?;
            let run = Run { server: &server, headers: &headers, peer, id: &id, media };
            Ok(Box::pin(run.all(envelopes, who, method == Method::POST)).await)
        };
        let seconds = limits.execution_seconds;
        tokio::time::timeout(Duration::from_secs(seconds), work)
            .await
            .unwrap_or_else(|_| Err(Refusal::from(Error::TooSlow { limit: seconds })))
    })
    .await;
    let (mut response, mut work) = match outcome {
        Ok(done) => done,
        Err(refusal) => (refusal.answer(media, &id), Work::default()),
    };
    work.statements = statements;
    response.extensions_mut().insert(work);
    response.headers_mut().insert(VARY, HeaderValue::from_static("accept"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// What the requests of one batch share.
struct Run<'a> {
    server: &'a Server,
    headers: &'a HeaderMap,
    peer: Option<Peer>,
    id: &'a RequestId,
    media: Media,
}

impl Run<'_> {
    /// Runs one request, or those of a batch one after the other, so that a later one sees what an earlier has changed:
    /// also who asks, and whether they still may.
    async fn all(&self, envelopes: Envelopes, who: Who, may_change: bool) -> (Response, Work) {
        match envelopes {
            Envelopes::One(envelope) => {
                let mut work = Work::default();
                let answer = match self.one(*envelope, &who, may_change, &mut work).await {
                    Err(Stop::Mutation) => return (self.refuse_mutation(), work),
                    outcome => self.told(outcome),
                };
                (self.respond(answer.status(self.media), &answer), work)
            }
            Envelopes::Batch(envelopes) => {
                let mut answers = Vec::with_capacity(envelopes.len());
                let mut who = Ok(who);
                for envelope in envelopes {
                    let mut work = Work::default();
                    let outcome = match &who {
                        Ok(who) => self.one(envelope, who, may_change, &mut work).await,
                        Err(error) => Err(Error::clone(error).into()),
                    };
                    answers.push(self.told(outcome));
                    if work.kind == "mutation" {
                        who = Who::of(&self.server.app, self.headers, self.peer).await.map_err(Refusal::into_error);
                    }
                }
                (self.respond(StatusCode::OK, &answers), Work { kind: "batch", ..Work::default() })
            }
        }
    }

    async fn one(&self, envelope: Envelope, who: &Who, may_change: bool, work: &mut Work) -> Result<Answer, Stop> {
        let asked = envelope.extensions.unwrap_or_default();
        let document = self.document(envelope.query, asked.persisted_query)?;
        let name = envelope.operation_name.filter(|name| !name.is_empty());
        let operation = document.operation(name.as_deref())?;
        work.operation = operation.name().cloned();
        work.kind = match operation.kind() {
            OperationType::Query => "query",
            OperationType::Mutation if !may_change => return Err(Stop::Mutation),
            OperationType::Mutation => "mutation",
            OperationType::Subscription => {
                return Err(Error::InvalidInput("This schema has no subscriptions.".to_owned()).into());
            }
        };
        let mut variables = envelope.variables;
        operation.complete(&mut variables)?;
        let limit = self.server.app.config.limits.nodes;
        let requested = operation.nodes(&variables);
        within(requested, limit, "objects to return", "Ask for smaller pages, by first, on the outer lists.")?;

        let app = &self.server.app;
        let mut request = app.request(who.actor.clone());
        request.organisation = who.organisation;
        request.user_agent.clone_from(&who.user_agent);
        request.client_address = who.client_address;
        request.id = self.id.as_str().to_owned();
        let request = Arc::new(request);
        let mut graphql = GraphqlRequest::new(String::new()).variables(variables);
        graphql.operation_name = name;
        graphql.set_parsed_query(document.parsed());
        let graphql = graphql.data(who.actor.clone()).data(request.refusals.clone()).data(Arc::clone(&request));
        let response = app.schema.execute(graphql).await;
        app.refusals.write(&request).await;
        Ok(Answer::of(response, asked.cost.then_some(Cost { requested, limit }), self.id))
    }

    /// The document of a text, of a hash, or of both: then the text is kept under the hash.
    fn document(&self, query: Option<String>, hash: Option<PersistedQuery>) -> Result<Arc<Document>, Stop> {
        let documents = &self.server.documents;
        let text = query.unwrap_or_default();
        let Some(hash) = hash else { return Ok(documents.load(&text)?) };
        if hash.version != 1 {
            return Err(Error::InvalidInput("persistedQuery has the version 1.".to_owned()).into());
        }
        if text.is_empty() {
            let known = documents.persisted(&hash.sha256_hash).ok_or_else(Stop::not_persisted)?;
            return Ok(documents.load(&known)?);
        }
        let document = documents.load(&text)?;
        documents.persist(&hash.sha256_hash, &text)?;
        Ok(document)
    }

    fn told(&self, outcome: Result<Answer, Stop>) -> Answer {
        match outcome {
            Ok(answer) => answer,
            Err(Stop::Errors(errors)) => Answer::failed(errors, self.id),
            Err(Stop::Mutation) => Answer::refused(mutation_by_get(), self.id),
        }
    }

    fn respond(&self, status: StatusCode, answers: &impl Serialize) -> Response {
        (status, [(CONTENT_TYPE, self.media.content_type())], encode(answers)).into_response()
    }

    fn refuse_mutation(&self) -> Response {
        let refusal = Refusal::new(StatusCode::METHOD_NOT_ALLOWED, mutation_by_get());
        let mut response = refusal.answer(self.media, self.id);
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
        response
    }
}

fn mutation_by_get() -> Error {
    Error::InvalidInput("A GET does not change anything. Send mutations by POST.".to_owned())
}

/// Why one request does not run.
enum Stop {
    /// It changes something, and came by GET.
    Mutation,
    /// It is wrong, or asks for too much.
    Errors(Vec<ServerError>),
}

impl Stop {
    /// What clients of persisted queries look for, before they send the text as well.
    fn not_persisted() -> Self {
        let mut error = ServerError::new("PersistedQueryNotFound", None);
        error.extensions.get_or_insert_with(ErrorExtensionValues::default).set("code", "PERSISTED_QUERY_NOT_FOUND");
        error.into()
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        server_error(error).into()
    }
}

impl From<ServerError> for Stop {
    fn from(error: ServerError) -> Self {
        Self::Errors(vec![error])
    }
}
