//! What a client sends: one GraphQL request or a batch of them, in the body of a POST or in the URL of a GET.

use std::time::Duration;

use async_graphql::Variables;
use axum::body::{Body, Bytes};
use axum::extract::Query;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use serde::Deserialize;
use serde_json::Value as Json;

use super::body::Bounds;
use super::refusal::Refusal;
use crate::base::config::Limits;
use crate::base::error::Error;
use crate::graphql::limits::within;

/// How long a client may take to send the body.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the messages call a request.
const KIND: &str = "a GraphQL request";

/// U+FEFF in UTF-8.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// One GraphQL request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object with query, operationName, variables and extensions")]
pub struct Envelope {
    pub query: Option<String>,
    pub operation_name: Option<String>,
    #[serde(default)]
    pub variables: Variables,
    #[serde(default)]
    pub extensions: Option<Extensions>,
}

impl Envelope {
    fn asks_by_hash(&self) -> Option<&PersistedQuery> {
        self.extensions.as_ref()?.persisted_query.as_ref()
    }
}

/// The extensions that this server knows. It ignores all others.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
pub struct Extensions {
    /// Whether the answer includes the cost of the request.
    #[serde(default)]
    pub cost: bool,
    /// The hash that stands for a query.
    pub persisted_query: Option<PersistedQuery>,
}

/// Automatic Persisted Queries, as Apollo's clients send them.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PersistedQuery {
    pub version: u32,
    pub sha256_hash: String,
}

/// One request, or several.
#[derive(Debug)]
pub enum Envelopes {
    One(Box<Envelope>),
    Batch(Vec<Envelope>),
}

impl Envelopes {
    /// Reads the body of a POST, or the query string of a GET.
    pub async fn of(
        method: &Method,
        address: &Uri,
        headers: &HeaderMap,
        body: Body,
        limits: &Limits,
    ) -> Result<Self, Refusal> {
        if method == Method::POST { Self::read(headers, body, limits).await } else { Self::of_address(address, limits) }
    }

    /// The request in a message.
    pub fn of_message(payload: Json, limits: &Limits) -> Result<Envelope, Refusal> {
        let bytes = payload.to_string().len() as u64;
        let envelope: Envelope = serde_json::from_value(payload)
            .map_err(|error| Refusal::invalid(&format!("The payload is not {KIND}: {error}.")))?;
        let envelopes = Self::One(Box::new(envelope));
        envelopes.check(bytes, limits)?;
        match envelopes {
            Self::One(envelope) => Ok(*envelope),
            Self::Batch(_) => Err(Refusal::invalid("Send one request, not a batch.")),
        }
    }

    /// Reads the body of a POST.
    async fn read(headers: &HeaderMap, body: Body, limits: &Limits) -> Result<Self, Refusal> {
        let bytes = read_json(headers, body, limits).await?;
        let envelopes = match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
            Some(b'[') => Self::Batch(parse(&bytes, KIND)?),
            Some(_) => Self::One(Box::new(parse(&bytes, KIND)?)),
            None => return Err(Refusal::invalid("The body is empty. Send {\"query\": \"…\"}.")),
        };
        envelopes.check(bytes.len() as u64, limits)?;
        Ok(envelopes)
    }

    /// Reads the query string of a GET.
    fn of_address(address: &Uri, limits: &Limits) -> Result<Self, Refusal> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Parameters {
            query: Option<String>,
            operation_name: Option<String>,
            variables: Option<String>,
            extensions: Option<String>,
        }
        let Query(parameters) = Query::<Parameters>::try_from_uri(address)
            .map_err(|_| Refusal::invalid("The query string is invalid. Each parameter may appear once, in UTF-8."))?;
        let variables = parameters.variables.unwrap_or_default();
        let extensions = parameters.extensions.unwrap_or_default();
        let envelope = Envelope {
            query: parameters.query,
            operation_name: parameters.operation_name,
            variables: if variables.is_empty() { Variables::default() } else { parse(variables.as_bytes(), KIND)? },
            extensions: if extensions.is_empty() { None } else { parse(extensions.as_bytes(), KIND)? },
        };
        let envelopes = Self::One(Box::new(envelope));
        envelopes.check(variables.len() as u64, limits)?;
        Ok(envelopes)
    }

    /// Checks the limits. `bytes` is the size of everything; if it is small, no part can be too large.
    fn check(&self, bytes: u64, limits: &Limits) -> Result<(), Refusal> {
        let all = match self {
            Self::One(one) => std::slice::from_ref(&**one),
            Self::Batch(all) if all.is_empty() => return Err(Refusal::invalid("The batch is empty.")),
            Self::Batch(all) => all,
        };
        let requests = all.len() as u64;
        within(requests, limits.batch as u64, "requests in its batch", "Send several batches.")?;
        if all.iter().any(|one| one.query.is_none() && one.asks_by_hash().is_none()) {
            return Err(Refusal::invalid("query is missing."));
        }
        if bytes > limits.variables_bytes {
            for one in all {
                let bytes = serde_json::to_vec(&one.variables).map_or(u64::MAX, |text| text.len() as u64);
                within(bytes, limits.variables_bytes, "bytes in its variables", "Split it into several.")?;
            }
        }
        Ok(())
    }
}

/// Reads the body of a POST that must be JSON. Only `application/json` is accepted: a page of another site cannot send that
/// without a preflight, so it cannot act in a user's name.
pub async fn read_json(headers: &HeaderMap, body: Body, limits: &Limits) -> Result<Bytes, Refusal> {
    if !is_json(headers) {
        let text = "Send the request as uncompressed JSON in UTF-8, with the Content-Type application/json.";
        return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, Error::InvalidInput(text.to_owned())));
    }
    let bounds = Bounds { bytes: limits.body_bytes, patience: PATIENCE };
    let bytes = bounds.read_or_refuse(headers, body, "Split it into several.").await?;
    // Some programs begin every text with a byte order mark.
    let begin = if bytes.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
    Ok(bytes.slice(begin..))
}

fn is_json(headers: &HeaderMap) -> bool {
    let text = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = text.split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"));
    let is_utf8 = parts.filter_map(|part| part.split_once('=')).all(|(name, value)| {
        !name.eq_ignore_ascii_case("charset") || value.trim_matches('"').eq_ignore_ascii_case("utf-8")
    });
    is_json && is_utf8 && !headers.contains_key(CONTENT_ENCODING)
}

/// Parses JSON that should be of a kind. The error says what is wrong and where.
pub fn parse<'a, T: Deserialize<'a>>(bytes: &'a [u8], kind: &str) -> Result<T, Refusal> {
    serde_json::from_slice(bytes).map_err(|error| {
        let kind = if error.is_data() { kind } else { "valid JSON" };
        Refusal::invalid(&format!("This is not {kind}: {error}."))
    })
}
