//! The playground: GraphiQL with a log-in box at `/playground`, its files below it, all from this server.
//! The page itself is in the folder `playground/`; `build/playground.rs` compiles its files in.

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::assets::{Asset, Folder};

// Defines `CDN`, where the page loads GraphiQL from if npm was missing at build time, and `ASSETS`.
include!(concat!(env!("OUT_DIR"), "/playground/assets.rs"));

/// Serves the page, its files, and `demo` if given: a JSON list of people to log in as.
pub fn router<S: Clone + Send + Sync + 'static>(demo: Option<Arc<str>>) -> Router<S> {
    Router::new()
        .route("/playground", get(page))
        .route("/playground/", get(page))
        .route("/playground/demo.json", get(async move || serve_demo(demo)))
        .route("/playground/{*path}", get(async |Path(path): Path<String>, headers: HeaderMap| serve(&path, &headers)))
}

/// The page.
pub async fn page(headers: HeaderMap) -> Response {
    serve("index.html", &headers)
}

fn serve_demo(demo: Option<Arc<str>>) -> Response {
    match demo {
        Some(people) => {
            let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")];
            (headers, people.to_string()).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn serve(path: &str, request: &HeaderMap) -> Response {
    // Paths of files from npm contain the version.
    Folder { assets: ASSETS, lasting: "npm/", policy: policy() }.serve(path, request)
}

/// Allows only this server and, in the fallback, the CDN. GraphiQL sets inline styles, and its sheet embeds fonts.
fn policy() -> String {
    let cdn = CDN.map(|origin| format!(" {origin}")).unwrap_or_default();
    format!(
        "default-src 'none'; script-src 'self'{cdn}; style-src 'self' 'unsafe-inline'{cdn}; font-src data:; \
         img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

#[cfg(test)]
mod tests {
    use axum::http::header::CONTENT_SECURITY_POLICY;

    use super::*;

    #[test]
    fn page_is_served_with_a_strict_policy() {
        let response = serve("index.html", &HeaderMap::new());
        assert_eq!(response.status(), StatusCode::OK);
        let policy = format!("{:?}", response.headers().get(CONTENT_SECURITY_POLICY));
        assert!(policy.contains("default-src 'none'; script-src 'self'"), "{policy}");
    }

    #[test]
    fn each_file_has_a_compressed_form() {
        assert!(ASSETS.len() > 6);
        for asset in ASSETS {
            assert!(asset.gzip.is_some_and(|gzip| gzip.starts_with(&[0x1f, 0x8b])), "{}", asset.path);
        }
    }

    #[test]
    fn files_from_npm_are_kept() {
        let Some(asset) = ASSETS.iter().find(|asset| asset.path.starts_with("npm/")) else { return };
        let response = serve(asset.path, &HeaderMap::new());
        assert_eq!(response.headers()[CACHE_CONTROL], "public, max-age=31536000, immutable");
    }

    #[test]
    fn unknown_file_is_not_found() {
        assert_eq!(serve("../Cargo.toml", &HeaderMap::new()).status(), StatusCode::NOT_FOUND);
        assert_eq!(serve_demo(None).status(), StatusCode::NOT_FOUND);
    }
}
