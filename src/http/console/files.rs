//! The files of the console. It is one page: each path without a file ending below `/console/` gets it, and the page draws
//! what the path names.

use axum::Router;
use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use crate::http::assets::{Asset, Folder};

const PAGE: &str = "index.html";
/// Only files of this server, nothing inline, and no text that becomes a script.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
                      require-trusted-types-for 'script'; trusted-types 'none'";

/// The console, or why this server was built without it.
#[derive(Clone, Copy)]
pub struct Console(Result<Built, &'static str>);

#[derive(Clone, Copy)]
struct Built {
    files: &'static [Asset],
    /// A JSON list of the documents that the pages send.
    documents: &'static str,
}

impl Console {
    /// The console that this server was built with.
    pub const BUILT: Self = Self(include!(concat!(env!("OUT_DIR"), "/console.rs")));

    /// A console of these files.
    #[cfg(test)]
    pub const fn of(files: &'static [Asset]) -> Self {
        Self(Ok(Built { files, documents: "[]" }))
    }

    /// Whether there is one.
    pub const fn is_there(self) -> bool {
        self.0.is_ok()
    }

    /// The documents that its pages send.
    pub fn documents(self) -> serde_json::Result<Vec<String>> {
        self.0.map_or_else(|_| Ok(Vec::new()), |built| serde_json::from_str(built.documents))
    }
}

impl Default for Console {
    fn default() -> Self {
        Self(Err("it was left out"))
    }
}

/// Serves the console, or says how to get it.
pub fn router<S: Clone + Send + Sync + 'static>(console: Console) -> Router<S> {
    match console.0 {
        Ok(Built { files, .. }) => {
            let folder = Folder { assets: files, lasting: "assets/", policy: POLICY.to_owned() };
            let page = folder.clone();
            Router::new()
                .route("/console", get(|| async { Redirect::temporary("/console/") }))
                .route("/console/", get(async move |headers: HeaderMap| page.serve(PAGE, &headers)))
                .route(
                    "/console/{*path}",
                    get(async move |Path(path): Path<String>, headers: HeaderMap| {
                        folder.serve(if is_page(&path) { PAGE } else { &path }, &headers)
                    }),
                )
        }
        Err(reason) => {
            let explain = || get(move || async move { explain(reason) });
            Router::new()
                .route("/console", explain())
                .route("/console/", explain())
                .route("/console/{*path}", explain())
        }
    }
}

/// Whether a path names a page rather than a file.
fn is_page(path: &str) -> bool {
    !path.rsplit('/').next().unwrap_or_default().contains('.')
}

fn explain(reason: &str) -> Response {
    let text = format!(
        "This server has no console, because {reason}.\n\nTo get one, install Node.js 20.19 or later with npm, and build \
         the server again. Or build it with TENANTRY_CONSOLE=/folder, with a console that was built elsewhere.\n\n\
         The playground is at /playground, and the API at /graphql.\n"
    );
    let headers = [(CONTENT_TYPE, "text/plain; charset=utf-8"), (CACHE_CONTROL, "no-store")];
    (StatusCode::NOT_FOUND, headers, text).into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;
    use axum::http::header::{CONTENT_SECURITY_POLICY, LOCATION};
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;

    const ASSETS: &[Asset] = &[
        Asset { path: "assets/app-1.js", etag: "W/\"2\"", plain: b"script", gzip: None, brotli: None },
        Asset { path: PAGE, etag: "W/\"1\"", plain: b"page", gzip: None, brotli: None },
    ];

    async fn ask(console: Console, path: &str) -> (Response, String) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let (head, body) = router::<()>(console).oneshot(request).await.unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        (Response::from_parts(head, Body::empty()), String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn each_path_of_the_console_gets_the_page() {
        for path in ["/console/", "/console/clients", "/console/organisation_1/clients?x=a.b", "/console/a.b/c"] {
            let (response, body) = ask(Console::of(ASSETS), path).await;
            assert_eq!((response.status(), body.as_str()), (StatusCode::OK, "page"), "{path}");
            assert_eq!(response.headers()[CACHE_CONTROL], "no-cache");
            assert_eq!(response.headers()[CONTENT_SECURITY_POLICY], POLICY);
        }
        let (response, _) = ask(Console::of(ASSETS), "/console").await;
        assert_eq!(response.headers()[LOCATION], "/console/");
    }

    #[tokio::test]
    async fn a_file_is_itself_or_missing() {
        let (response, body) = ask(Console::of(ASSETS), "/console/assets/app-1.js").await;
        assert_eq!((response.status(), body.as_str()), (StatusCode::OK, "script"));
        assert_eq!(response.headers()[CACHE_CONTROL], "public, max-age=31536000, immutable");
        for path in ["/console/assets/app-2.js", "/console/..%2f..%2fCargo.toml", "/console/.env"] {
            assert_eq!(ask(Console::of(ASSETS), path).await.0.status(), StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[tokio::test]
    async fn a_server_without_console_says_how_to_get_it() {
        for path in ["/console", "/console/", "/console/clients", "/console/assets/app-1.js"] {
            let (response, body) = ask(Console(Err("npm does not run")), path).await;
            assert_eq!(response.status(), StatusCode::NOT_FOUND);
            assert!(body.contains("because npm does not run") && body.contains("TENANTRY_CONSOLE"), "{body}");
        }
    }

    #[test]
    fn the_built_console_is_whole() {
        if let Ok(built) = Console::BUILT.0 {
            assert!(built.files.iter().any(|asset| asset.path == PAGE));
            assert!(!Console::BUILT.documents().unwrap().is_empty());
            for asset in built.files {
                assert!(asset.gzip.is_some() && asset.brotli.is_some(), "{}", asset.path);
            }
        }
    }
}
