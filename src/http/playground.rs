//! The playground: GraphiQL with a log-in box at `/`, its files under `/playground/`, all from this server.
//! The page itself is in the folder `playground/`; `build.rs` compiles its files in.

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
    REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

struct Asset {
    /// The path below `/playground/`.
    path: &'static str,
    etag: &'static str,
    plain: &'static [u8],
    gzip: &'static [u8],
}

// Defines `CDN`, where the page loads GraphiQL from if npm was missing at build time, and `ASSETS`.
include!(concat!(env!("OUT_DIR"), "/playground/assets.rs"));

/// The paths of links in mails, if there is no portal. They show the same page, with the mutation to send.
const LINKS: [&str; 7] = [
    "/verify-address",
    "/reset-password",
    "/confirm-address",
    "/undo-address",
    "/invitation",
    "/ownership",
    "/partnership",
];

/// Serves the page, its files, and `demo` if given: a JSON list of people to log in as.
pub fn router<S: Clone + Send + Sync + 'static>(demo: Option<Arc<str>>) -> Router<S> {
    let page = || get(|headers: HeaderMap| async move { serve("index.html", &headers) });
    let router = LINKS.iter().fold(Router::new(), |router, path| router.route(path, page()));
    router.route("/", page()).route("/playground/demo.json", get(move || async move { serve_demo(demo) })).route(
        "/playground/{*path}",
        get(|Path(path): Path<String>, headers: HeaderMap| async move { serve(&path, &headers) }),
    )
}

fn serve_demo(demo: Option<Arc<str>>) -> Response {
    match demo {
        Some(people) => {
            let headers =
                [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store"), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
            (headers, people.to_string()).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn serve(path: &str, request: &HeaderMap) -> Response {
    let Some(asset) = ASSETS.iter().find(|asset| asset.path == path) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [
        (ETAG, asset.etag.to_owned()),
        (CACHE_CONTROL, cache_control(path).to_owned()),
        (VARY, "accept-encoding".to_owned()),
        (X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (REFERRER_POLICY, "no-referrer".to_owned()),
        (CONTENT_SECURITY_POLICY, content_security_policy()),
    ];
    if lists(request, IF_NONE_MATCH.as_str(), asset.etag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    let content_type = [(CONTENT_TYPE, content_type(path))];
    if lists(request, ACCEPT_ENCODING.as_str(), "gzip") {
        (headers, content_type, [(CONTENT_ENCODING, "gzip")], asset.gzip).into_response()
    } else {
        (headers, content_type, asset.plain).into_response()
    }
}

/// Whether a list header has this item with a weight other than `q=0`.
fn lists(request: &HeaderMap, header: &str, item: &str) -> bool {
    let values = request.get_all(header).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|one| {
        let (name, weight) = one.split_once(';').unwrap_or((one, ""));
        let refused = weight.trim().strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0_f32));
        name.trim().eq_ignore_ascii_case(item) && !refused
    })
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.') {
        Some((_, "html")) => "text/html; charset=utf-8",
        Some((_, "css")) => "text/css; charset=utf-8",
        Some((_, "graphql")) => "text/plain; charset=utf-8",
        _ => "text/javascript; charset=utf-8",
    }
}

/// Paths from npm contain the version, so their content never changes. All other files are revalidated each time.
fn cache_control(path: &str) -> &'static str {
    if path.starts_with("npm/") { "public, max-age=31536000, immutable" } else { "no-cache" }
}

/// Allows only this server and, in the fallback, the CDN. GraphiQL sets inline styles, and its sheet embeds fonts.
fn content_security_policy() -> String {
    let cdn = CDN.map(|origin| format!(" {origin}")).unwrap_or_default();
    format!(
        "default-src 'none'; script-src 'self'{cdn}; style-src 'self' 'unsafe-inline'{cdn}; font-src data:; \
         img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &'static str, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(axum::http::HeaderName::from_static(name), axum::http::HeaderValue::from_static(value))])
    }

    #[test]
    fn page_is_served_with_a_strict_policy() {
        let response = serve("index.html", &HeaderMap::new());
        assert_eq!(response.status(), StatusCode::OK);
        let policy = format!("{:?}", response.headers().get(CONTENT_SECURITY_POLICY));
        assert!(policy.contains("default-src 'none'; script-src 'self'"), "{policy}");
        assert!(!response.headers().contains_key(CONTENT_ENCODING));
    }

    #[test]
    fn compressed_file_is_served_only_to_a_client_that_accepts_it() {
        for (accepted, encoded) in [("br, gzip", true), ("gzip;q=0.5", true), ("gzip;q=0", false), ("br", false)] {
            let response = serve("playground.js", &headers("accept-encoding", accepted));
            assert_eq!(response.headers().contains_key(CONTENT_ENCODING), encoded, "{accepted}");
        }
    }

    #[test]
    fn known_file_is_not_sent_again() {
        let etag = ASSETS[0].etag;
        assert_eq!(serve(ASSETS[0].path, &headers("if-none-match", etag)).status(), StatusCode::NOT_MODIFIED);
        assert_eq!(serve(ASSETS[0].path, &headers("if-none-match", "W/\"0\"")).status(), StatusCode::OK);
    }

    #[test]
    fn unknown_file_is_not_found() {
        assert_eq!(serve("../Cargo.toml", &HeaderMap::new()).status(), StatusCode::NOT_FOUND);
        assert_eq!(serve_demo(None).status(), StatusCode::NOT_FOUND);
    }
}
