//! HTTP: the only folder that names the HTTP library.
//!
//! Read `graphql` first: it answers a GraphQL request. `live` runs subscriptions, over the same address. `trace` (id, log line, metrics), `headers` and `cors` wrap every
//! route, and `compress` that one. `admission` limits what is answered at the same time. The other routes are in `routes`, in `audit`, `tree`, `clients` and `invoices`, which
//! send `lines`, in `accounting` and `document`, and in `bank` and `directory`, which take files. `scim` and `authzen` are
//! protocols of their own. `console` and `playground` have the pages for people, whose files are `assets`; `pages` leads to
//! them. `serve` accepts connections, and `ask` is the client of health checks.

mod accounting;
mod admission;
mod answer;
mod ask;
mod assets;
mod audit;
mod authzen;
mod bank;
mod body;
mod client;
mod clients;
mod commission;
mod compress;
mod console;
mod cors;
mod credential;
mod directory;
mod document;
mod envelope;
mod graphql;
mod headers;
mod invoices;
mod lines;
mod live;
mod metrics;
mod negotiate;
mod own;
mod pages;
mod playground;
mod refusal;
mod request_id;
mod routes;
mod scim;
mod serve;
mod trace;
mod tree;

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{any, get, post};
use axum::{Extension, Router};
use tokio::sync::Semaphore;

use crate::app::App;
use crate::base::error::Error;
use crate::base::random::Random;
use crate::graphql::documents::Documents;
use crate::graphql::trusted::Trusted;
use crate::graphql::validation::Rules;

use admission::Pass;
use client::Peer;
use refusal::Refusal;
use request_id::RequestId;

pub use admission::Gate;
pub use ask::ask;
pub use console::Console;
pub use metrics::Metrics;
pub use serve::serve;

/// What the handlers share.
struct Server {
    app: App,
    documents: Documents,
    metrics: Option<Metrics>,
    /// Limits the exports that are sent at the same time.
    exports: Arc<Semaphore>,
    /// Limits the requests that are answered at the same time.
    gate: Arc<Gate>,
}

impl Server {
    /// Waits until the request may be answered. Its body has been read by then.
    async fn admit(&self, headers: &HeaderMap, peer: Option<Peer>) -> Result<Pass, Refusal> {
        let address = client::address(headers, peer, &self.app.config.http);
        let names = [AUTHORIZATION, COOKIE].map(|name| headers.get(name));
        let credential = names.iter().any(Option::is_some).then_some(names);
        self.gate.enter(credential, address).await.map_err(|_| Error::Overloaded.into())
    }
}

/// What the handlers of the routes besides GraphQL take: the server, the id of the request, and who sends it.
type Shared = (State<Arc<Server>>, Extension<RequestId>, Option<Extension<Peer>>, HeaderMap);

/// Optional parts of a server. By default it has none.
#[derive(Default)]
pub struct Options {
    /// People that the pages offer to log in as: JSON, a list of name, email, password and story.
    pub demo: Option<Arc<str>>,
    /// The console.
    pub console: Console,
    /// The metrics to show at `/metrics`.
    pub metrics: Option<Metrics>,
    /// The only documents that may run.
    pub trusted: Option<Trusted>,
    /// What lets requests in; by default one that does not follow the delay of the runtime.
    pub gate: Option<Arc<Gate>>,
}

/// All routes.
pub fn router(app: App, options: Options) -> Router {
    let Options { demo, console, metrics, trusted, gate } = options;
    let gate = gate.unwrap_or_else(|| Gate::new(&app.config.limits));
    let documents = Documents::new(Rules::of_server(), app.config.limits, trusted);
    let is_open = !app.config.http.allowed_origins.is_empty();
    let exports = Arc::new(Semaphore::new(lines::AT_ONCE));
    let server = Arc::new(Server { app, documents, metrics, exports, gate });
    let mut router = Router::new()
        .route("/graphql", get(graphql::answer).post(graphql::answer).layer(from_fn(compress::gzip)))
        .route("/schema.graphql", get(routes::schema))
        .route("/organisations/{id}/audit.ndjson", get(audit::audit))
        .route("/organisations/{id}/directory", post(directory::directory))
        .route("/invoices/{id}/{file}", get(document::of_invoice))
        .route("/credit-notes/{id}/{file}", get(document::of_credit_note))
        .route("/commission-statements/{id}/{file}", get(commission::statement))
        .route("/resellers/{id}/tree.ndjson", get(tree::tree))
        .route("/resellers/{id}/clients.csv", get(clients::clients))
        .route("/organisations/{id}/invoices.csv", get(invoices::invoices))
        .route("/viewer/export.ndjson", get(own::own))
        .route("/operator/bank-statements", post(bank::bank_statement))
        .route("/operator/accounting", get(accounting::vouchers))
        .route("/operator/accounting-batches/{id}", get(accounting::batch))
        .route("/operator/ec-sales", get(accounting::ec_sales))
        .route("/operator/oss", get(accounting::oss))
        .nest(authzen::BASE, authzen::router())
        .route("/.well-known/authzen-configuration", get(authzen::metadata::metadata))
        .nest("/scim/v2/{organisation}", scim::router())
        .route("/scim/v2/{organisation}/", any(scim::nothing))
        .route("/health/live", get(routes::live))
        .route("/health/ready", get(routes::ready))
        .route("/.well-known/jwks.json", get(routes::keys));
    if server.metrics.is_some() {
        router = router.route("/metrics", get(routes::metrics));
    }
    let mut router = router
        .merge(pages::router(console))
        .merge(playground::router(demo.clone()))
        .merge(console::router(console, demo))
        .fallback(routes::nothing)
        .method_not_allowed_fallback(routes::wrong_method)
        .layer(from_fn(headers::secure));
    if is_open {
        router = router.layer(from_fn_with_state(Arc::clone(&server), cors::cors));
    }
    // Request ids have their own random generator, so that they do not change the ids of objects.
    router.layer(from_fn_with_state(Random::system(), trace::trace)).with_state(server)
}
