//! `/graphql`, as the GraphQL-over-HTTP specification describes it.
//!
//! The order is: the media type of the answer, the envelope, and the sender. Then each request runs by itself:
//! document, operation, variables, limits, execution. An error in the first three refuses everything. Any other error
//! is the answer to one request of a batch.
//!
//! Who accepts `text/event-stream` gets Server-Sent Events, and a GET that asks for a WebSocket gets one: `live` has both.
//! Only they run subscriptions.
//!
//! No page of another site can act in a user's name. The cookie of the console counts only for pages of this origin
//! (`console::cookie`). A POST must be JSON, which a page of another site can send only with permission (`cors`), and never
//! with cookies. And a GET never changes anything.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::{ErrorExtensionValues, Request as GraphqlRequest, ServerError, Variables};
use async_graphql_parser::types::{ExecutableDocument, OperationType};
use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, SEC_WEBSOCKET_VERSION, SET_COOKIE, VARY};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use tracing::Span;

use super::Server;
use super::admission::Pass;
use super::answer::{Answer, Cost, encode, encode_all};
use super::client::Peer;
use super::credential::{Sender, Takes};
use super::envelope::{Envelope, Envelopes, PersistedQuery};
use super::live::{self, Follower};
use super::negotiate::Media;
use super::refusal::{AGAIN_AFTER, Refusal};
use super::request_id::RequestId;
use super::trace::Work;
use crate::access::Actor;
use crate::base::db::{counted, was_unavailable};
use crate::base::error::Error;
use crate::graphql::documents::Document;
use crate::graphql::error::server_error;
use crate::graphql::object::AsText;
use crate::graphql::request::Request;

/// Answers a GET or a POST.
pub async fn answer(
    State(server): State<Arc<Server>>,
    Extension(id): Extension<RequestId>,
    peer: Option<Extension<Peer>>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
    method: Method,
    address: Uri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let follower = Follower { headers: Arc::new(headers), peer: peer.map(|Extension(peer)| peer), id };
    match upgrade {
        Ok(upgrade) => return live::upgrade(server, follower, upgrade),
        Err(rejection) if follower.headers.contains_key(SEC_WEBSOCKET_VERSION) => {
            return Refusal::invalid(&format!("This is no WebSocket: {rejection}.")).answer(Media::Json, &follower.id);
        }
        Err(_) => {}
    }
    if live::accepts(&follower.headers) {
        return live::answer(server, follower, &method, &address, body).await;
    }
    let Follower { headers, peer, id } = follower;
    let Some(media) = Media::accepted(&headers) else {
        let text = "Accept application/graphql-response+json or application/json.".to_owned();
        return Refusal::new(StatusCode::NOT_ACCEPTABLE, Error::InvalidInput(text)).answer(Media::Json, &id);
    };
    let (outcome, statements) = counted(async {
        let limits = &server.app.config.limits;
        let envelopes = Envelopes::of(&method, &address, &headers, body, limits).await?;
        let pass = server.admit(&headers, peer).await?;
        let work = async {
            let sender = Sender::of(&server.app, &headers, peer, Takes::Cookie).await?;
            if !matches!(sender.actor, Actor::Anonymous) {
                pass.is_signed_in();
            }
            let kept = sender.renew(&server.app).await?;
            let run = Run { server: &server, headers: &headers, peer, id: &id, media, pass: &pass };
            let (mut response, work) = Box::pin(run.all(envelopes, sender, method == Method::POST)).await;
            if let Some(cookie) = kept {
                response.headers_mut().append(SET_COOKIE, cookie);
            }
            Ok((response, work))
        };
        let seconds = limits.execution_seconds;
        tokio::time::timeout(Duration::from_secs(seconds), work).await.unwrap_or_else(|_| {
            // Waiting for the database takes its time too, and asking for less would not help.
            let error = if was_unavailable() { Error::Unavailable } else { Error::TooSlow { limit: seconds } };
            Err(Refusal::from(error))
        })
    })
    .await;
    let (mut response, mut work) = match outcome {
        Ok(done) => done,
        Err(refusal) => (refusal.answer(media, &id), Work::default()),
    };
    work.statements = statements;
    response.extensions_mut().insert(work);
    response.headers_mut().insert(VARY, HeaderValue::from_static("accept, accept-language"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// What the requests of one batch share.
pub struct Run<'a> {
    pub server: &'a Server,
    pub headers: &'a HeaderMap,
    pub peer: Option<Peer>,
    pub id: &'a RequestId,
    pub media: Media,
    pub pass: &'a Pass,
}

/// A request that can run: its document and its variables are valid, and it is within the limits.
pub struct Prepared {
    pub operation: Operation,
    pub kind: OperationType,
    /// The objects that it may return.
    pub nodes: u64,
}

/// An operation of a document, with its variables.
#[derive(Clone)]
pub struct Operation {
    document: Arc<Document>,
    name: Option<String>,
    variables: Variables,
}

impl Operation {
    /// What the engine runs for a sender: the document in this form, and what resolvers need.
    pub fn run_by(
        self,
        actor: &Actor,
        request: &Arc<Request>,
        form: impl FnOnce(&Document, &Variables) -> ExecutableDocument,
    ) -> GraphqlRequest {
        let mut graphql = GraphqlRequest::new(String::new()).variables(self.variables);
        graphql.operation_name = self.name;
        graphql.set_parsed_query(form(&self.document, &graphql.variables));
        let graphql = graphql.data(actor.clone()).data(request.refusals.clone()).data(Arc::clone(request));
        if self.document.repeats { graphql } else { graphql.data(AsText) }
    }
}

impl Run<'_> {
    /// Runs one request, or the requests of a batch one after the other. Each sees what the earlier ones changed, also
    /// changes to the sender and its permissions.
    async fn all(&self, envelopes: Envelopes, sender: Sender, may_change: bool) -> (Response, Work) {
        match envelopes {
            Envelopes::One(envelope) => {
                let mut work = Work::default();
                let mut cost = None;
                let answer = match self.one(*envelope, &sender, may_change, &mut work, &mut cost).await {
                    Err(Stop::Mutation) => return (self.refuse_mutation(), work),
                    outcome => self.answer_to(outcome).costing(cost),
                };
                (self.respond(answer.status(self.media), encode(&answer)), work)
            }
            Envelopes::Batch(envelopes) => {
                let mut answers = Vec::with_capacity(envelopes.len());
                let mut sender = Ok(sender);
                for envelope in envelopes {
                    let (mut work, mut cost) = (Work::default(), None);
                    let outcome = match &sender {
                        Ok(sender) => self.one(envelope, sender, may_change, &mut work, &mut cost).await,
                        Err(error) => Err(Error::clone(error).into()),
                    };
                    answers.push(self.answer_to(outcome).costing(cost));
                    if work.kind == "mutation" {
                        let again = Sender::of(&self.server.app, self.headers, self.peer, Takes::Cookie).await;
                        sender = again.map_err(Refusal::into_error);
                    }
                }
                let is_unavailable = answers.iter().all(Answer::is_unavailable);
                let status = if is_unavailable { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
                (self.respond(status, encode_all(&answers)), Work { kind: "batch", ..Work::default() })
            }
        }
    }

    /// The answer to one request that is no subscription, within its time.
    pub async fn single(&self, prepared: Result<Prepared, Stop>) -> Answer {
        let work = async {
            let sender = Sender::of(&self.server.app, self.headers, self.peer, Takes::Cookie).await;
            let sender = sender.map_err(|refusal| Stop::from(refusal.into_error()))?;
            self.execute(prepared?, &sender).await
        };
        let seconds = self.server.app.config.limits.execution_seconds;
        let outcome = tokio::time::timeout(Duration::from_secs(seconds), work).await;
        self.answer_to(outcome.unwrap_or_else(|_| Err(Error::TooSlow { limit: seconds }.into())))
    }

    /// Runs one request. Its cost is known once its variables are, whether or not it then runs.
    async fn one(
        &self,
        envelope: Envelope,
        sender: &Sender,
        may_change: bool,
        work: &mut Work,
        cost: &mut Option<Cost>,
    ) -> Result<Answer, Stop> {
        self.execute(prepare(self.server, envelope, may_change, work, cost)?, sender).await
    }

    /// Runs a request that is no subscription.
    async fn execute(&self, prepared: Prepared, sender: &Sender) -> Result<Answer, Stop> {
        let Prepared { operation, kind, nodes } = prepared;
        if kind == OperationType::Subscription {
            let text = "A subscription is a stream. Ask for it with Accept: text/event-stream, or over a WebSocket with \
                        the protocol graphql-transport-ws.";
            return Err(Error::InvalidInput(text.to_owned()).into());
        }
        self.pass.weigh(nodes);
        let app = &self.server.app;
        let request = sender.request(app, self.id);
        if !matches!(sender.actor, Actor::Anonymous) {
            // The statement that found the sender has looked.
            request.access.sight().open();
        }
        let request = Arc::new(request);
        let response = app.schema.execute(operation.run_by(&sender.actor, &request, Document::parsed)).await;
        app.refusals.write(&request).await;
        if !response.errors.is_empty() {
            request.access.sight().hide_time().await;
        }
        Ok(Answer::of(response, kind, self.id))
    }

    fn answer_to(&self, outcome: Result<Answer, Stop>) -> Answer {
        match outcome {
            Ok(answer) => answer,
            Err(Stop::Errors(errors)) => Answer::failed(errors, self.id),
            Err(Stop::Mutation) => Answer::refused(mutation_by_get(), self.id),
        }
    }

    fn respond(&self, status: StatusCode, text: Vec<u8>) -> Response {
        let mut response = (status, [(CONTENT_TYPE, self.media.content_type())], text).into_response();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(RETRY_AFTER, AGAIN_AFTER);
        }
        response
    }

    fn refuse_mutation(&self) -> Response {
        let refusal = Refusal::new(StatusCode::METHOD_NOT_ALLOWED, mutation_by_get());
        let mut response = refusal.answer(self.media, self.id);
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
        response
    }
}

/// Checks a request before anything of it runs. What is known of it is noted, also if it is refused.
pub fn prepare(
    server: &Server,
    envelope: Envelope,
    may_change: bool,
    work: &mut Work,
    cost: &mut Option<Cost>,
) -> Result<Prepared, Stop> {
    let extensions = envelope.extensions.unwrap_or_default();
    let document = document(server, envelope.query, extensions.persisted_query)?;
    let name = envelope.operation_name.filter(|name| !name.is_empty());
    let operation = document.operation(name.as_deref())?;
    work.operation = operation.name().cloned();
    let span = Span::current();
    span.record("document", document.hash.as_str());
    if let Some(name) = operation.name() {
        span.record("operation", name.as_str());
    }
    let kind = operation.kind();
    work.kind = match kind {
        OperationType::Query => "query",
        OperationType::Mutation if !may_change => return Err(Stop::Mutation),
        OperationType::Mutation => "mutation",
        OperationType::Subscription => "subscription",
    };
    let mut variables = envelope.variables;
    operation.complete(&mut variables)?;
    let limit = server.app.config.limits.nodes;
    let requested = operation.nodes(&variables);
    *cost = extensions.cost.then_some(Cost { requested, limit });
    operation.within(&variables, limit)?;
    Ok(Prepared { operation: Operation { document, name, variables }, kind, nodes: requested })
}

/// The document of a text or of a hash. If both are given, the text is kept under the hash.
fn document(server: &Server, query: Option<String>, hash: Option<PersistedQuery>) -> Result<Arc<Document>, Stop> {
    let documents = &server.documents;
    let text = query.unwrap_or_default();
    let Some(hash) = hash else { return Ok(documents.load(&text)?) };
    if hash.version != 1 {
        return Err(Error::InvalidInput("The version of persistedQuery must be 1.".to_owned()).into());
    }
    if text.is_empty() {
        let known = documents.persisted(&hash.sha256_hash).ok_or_else(Stop::not_persisted)?;
        return Ok(documents.load(&known)?);
    }
    let document = documents.load(&text)?;
    documents.persist(&hash.sha256_hash, &text)?;
    Ok(document)
}

fn mutation_by_get() -> Error {
    Error::InvalidInput("A GET cannot run a mutation. Send it by POST.".to_owned())
}

/// Why a request does not run.
pub enum Stop {
    /// It is a mutation that came by GET.
    Mutation,
    /// It is invalid, or exceeds a limit.
    Errors(Vec<ServerError>),
}

impl Stop {
    /// The error that makes clients of persisted queries send the text.
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

impl From<Vec<ServerError>> for Stop {
    fn from(errors: Vec<ServerError>) -> Self {
        Self::Errors(errors)
    }
}
