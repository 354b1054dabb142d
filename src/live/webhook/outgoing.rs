//! Sends requests to receivers that strangers chose. It follows no redirect, uses no proxy, waits and reads only so long,
//! and connects to no address that is not allowed. Names are looked up here, and the addresses that were found and checked
//! are those that are connected to.

use std::error::Error as _;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use hyper::body::{Body, Incoming};
use hyper::header::{CONTENT_TYPE, USER_AGENT};
use hyper::{Request, Response};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use ipnet::IpNet;
use rustls::crypto::ring::default_provider;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use tokio::time::{Instant, timeout_at};
use tower_service::Service;
use url::Url;

use super::address::{is_allowed, literal};
use super::rules::start_of;
use crate::base::config::Live;
use crate::base::telemetry;

/// How long an attempt may take.
pub const PATIENCE: Duration = Duration::from_secs(10);
/// How long a connection may take.
const CONNECTING: Duration = Duration::from_secs(5);
/// How much of an answer is read, in bytes.
const READ: usize = 64 << 10;
/// How many connections to one receiver are kept.
const IDLE: usize = 16;
/// How long they are kept.
const IDLE_FOR: Duration = Duration::from_secs(30);
/// Characters of an error that are kept.
const SHOWN: usize = 200;

/// Finds the addresses of a name. Tests have their own.
pub type LookUp = Arc<dyn Fn(String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> + Send + Sync>;

/// The look-up of the system.
pub fn system() -> LookUp {
    Arc::new(|name| {
        let found = async move {
            Ok(tokio::net::lookup_host((name.as_str(), 0)).await?.map(|address| address.ip()).collect::<Vec<_>>())
        };
        found.boxed()
    })
}

/// Looks names up, and leaves out the addresses that are not allowed.
#[derive(Clone)]
struct Guard {
    look_up: LookUp,
    is_secure: bool,
    networks: Arc<[IpNet]>,
}

impl Service<Name> for Guard {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = BoxFuture<'static, io::Result<Self::Response>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let guard = self.clone();
        let found = async move {
            let mut addresses = (guard.look_up)(name.as_str().to_owned()).await?;
            addresses.retain(|address| is_allowed(*address, guard.is_secure, &guard.networks));
            if addresses.is_empty() {
                return Err(not_allowed());
            }
            let addresses = addresses.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(addresses.collect::<Vec<_>>().into_iter())
        };
        found.boxed()
    }
}

fn not_allowed() -> io::Error {
    io::Error::new(io::ErrorKind::PermissionDenied, "the name has no public address")
}

/// A message to a receiver.
pub struct Message {
    /// Where it goes.
    pub url: Url,
    /// The headers of Standard Webhooks.
    pub headers: [(&'static str, String); 3],
    /// The text.
    pub body: String,
}

/// The answer of a receiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The start of the text.
    pub start: String,
}

/// The client. Cheap to clone.
#[derive(Clone)]
pub struct Outgoing {
    secure: Client<HttpsConnector<HttpConnector<Guard>>, String>,
    plain: Client<HttpConnector<Guard>, String>,
    networks: Arc<[IpNet]>,
}

impl Outgoing {
    /// A client that reaches public addresses and the networks of the settings, and trusts the authorities of browsers and
    /// those of the settings. An error if their file cannot be used.
    pub fn new(settings: &Live, look_up: LookUp) -> Result<Self, String> {
        let networks: Arc<[IpNet]> = settings.webhook_networks.as_slice().into();
        let connector = |is_secure| {
            let guard = Guard { look_up: Arc::clone(&look_up), is_secure, networks: Arc::clone(&networks) };
            let mut connector = HttpConnector::new_with_resolver(guard);
            connector.enforce_http(!is_secure);
            connector.set_nodelay(true);
            connector.set_connect_timeout(Some(CONNECTING));
            connector
        };
        let tls = tls(&settings.webhook_ca_file)?;
        let secure = HttpsConnectorBuilder::new().with_tls_config(tls).https_only().enable_http1();
        let mut builder = Client::builder(TokioExecutor::new());
        builder.pool_timer(TokioTimer::new()).pool_max_idle_per_host(IDLE).pool_idle_timeout(IDLE_FOR);
        Ok(Self {
            secure: builder.build(secure.wrap_connector(connector(true))),
            plain: builder.build(connector(false)),
            networks,
        })
    }

    /// Sends a message, and returns the answer, or why there is none.
    pub async fn send(&self, message: Message) -> Result<Answer, String> {
        let end = Instant::now() + PATIENCE;
        let is_secure = message.url.scheme() == "https";
        if literal(&message.url).is_some_and(|address| !is_allowed(address, is_secure, &self.networks)) {
            return Err("the address is not public".to_owned());
        }
        let mut request = Request::post(message.url.as_str())
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, "Tenantry-Webhooks");
        for (name, value) in message.headers {
            request = request.header(name, value);
        }
        let mut request = request.body(message.body).map_err(|_| "the URL cannot be used".to_owned())?;
        telemetry::pass_on(request.headers_mut());
        let asked =
            async { if is_secure { self.secure.request(request).await } else { self.plain.request(request).await } };
        match timeout_at(end, asked).await {
            Ok(Ok(answer)) => Ok(read(answer, end).await),
            Ok(Err(error)) => Err(reason(&error)),
            Err(_) => Err(format!("no answer within {} s", PATIENCE.as_secs())),
        }
    }
}

/// Which receivers are trusted.
fn tls(ca_file: &Path) -> Result<ClientConfig, String> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if !ca_file.as_os_str().is_empty() {
        let wrong = |what: &dyn std::fmt::Display| format!("live.webhook_ca_file: {}: {what}.", ca_file.display());
        let before = roots.len();
        for certificate in CertificateDer::pem_file_iter(ca_file).map_err(|error| wrong(&error))? {
            roots.add(certificate.map_err(|error| wrong(&error))?).map_err(|error| wrong(&error))?;
        }
        if roots.len() == before {
            return Err(wrong(&"it has no certificate in PEM"));
        }
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()));
    let builder = builder.with_safe_default_protocol_versions().map_err(|error| error.to_string())?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// The status, and what is read of the text. A receiver that goes on for too long loses its connection, and has answered
/// nevertheless.
async fn read(answer: Response<Incoming>, end: Instant) -> Answer {
    let status = answer.status().as_u16();
    let mut body = answer.into_body();
    let mut text = Vec::new();
    let all = async {
        while let Some(Ok(frame)) = std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
            if let Some(data) = frame.data_ref() {
                text.extend_from_slice(&data[..data.len().min(READ - text.len())]);
            }
            if text.len() == READ {
                break;
            }
        }
    };
    // What has been read counts, also if the rest takes too long.
    drop(timeout_at(end, all).await);
    Answer { status, start: start_of(&text) }
}

/// Why there is no answer, with the causes: one short line.
fn reason(error: &hyper_util::client::legacy::Error) -> String {
    let mut causes = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        causes.push(cause.to_string());
        next = cause.source();
    }
    causes.dedup();
    let line = if causes.is_empty() { error.to_string() } else { causes.join(": ") };
    line.chars().filter(|letter| !letter.is_control()).take(SHOWN).collect()
}
