//! Files that are compiled into the server: the playground and the console. `build/` finds them, and compresses them or
//! has them compressed.

use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderName,
    IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

const COOP: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

/// One file in its forms.
#[derive(Clone, Copy)]
pub struct Asset {
    /// The path below the folder.
    pub path: &'static str,
    pub etag: &'static str,
    pub plain: &'static [u8],
    pub gzip: Option<&'static [u8]>,
    pub brotli: Option<&'static [u8]>,
}

/// A folder of files, and how browsers treat them.
#[derive(Clone)]
pub struct Folder {
    pub assets: &'static [Asset],
    /// The paths that begin like this contain a version or a hash, so their contents never change.
    pub lasting: &'static str,
    /// The Content-Security-Policy.
    pub policy: String,
}

impl Folder {
    /// The file at this path, in the form that the client prefers. Without such a file, 404.
    pub fn serve(&self, path: &str, request: &HeaderMap) -> Response {
        let Some(asset) = self.assets.iter().find(|asset| asset.path == path) else {
            return StatusCode::NOT_FOUND.into_response();
        };
        let caching = if path.starts_with(self.lasting) { "public, max-age=31536000, immutable" } else { "no-cache" };
        let headers = [
            (ETAG, asset.etag),
            (CACHE_CONTROL, caching),
            (VARY, "accept-encoding"),
            (CONTENT_SECURITY_POLICY, self.policy.as_str()),
            (COOP, "same-origin"),
        ];
        let headers = headers.map(|(name, value)| (name, value.to_owned()));
        if is_known(request, asset.etag) {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        let content_type = [(CONTENT_TYPE, content_type(path))];
        for (coding, form) in [("br", asset.brotli), ("gzip", asset.gzip)] {
            if let Some(form) = form
                && lists(request, ACCEPT_ENCODING, coding)
            {
                return (headers, content_type, [(CONTENT_ENCODING, coding)], form).into_response();
            }
        }
        (headers, content_type, asset.plain).into_response()
    }
}

/// Whether the client has this version. Versions are compared weakly (RFC 9110, 13.1.2).
fn is_known(request: &HeaderMap, etag: &str) -> bool {
    let bare = etag.trim_start_matches("W/");
    ["*", etag, bare].iter().any(|one| lists(request, IF_NONE_MATCH, one))
}

/// Whether a list header has this item with a weight other than `q=0`.
pub fn lists(request: &HeaderMap, header: HeaderName, item: &str) -> bool {
    let values = request.get_all(header).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|one| {
        let (name, weight) = one.split_once(';').unwrap_or((one, ""));
        let refused = weight.trim().strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0_f32));
        name.trim().eq_ignore_ascii_case(item) && !refused
    })
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "svg" => "image/svg+xml; charset=utf-8",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "webmanifest" => "application/manifest+json",
        "graphql" | "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use http_body_util::BodyExt;

    use super::*;

    const ASSETS: &[Asset] = &[
        Asset { path: "index.html", etag: "W/\"1\"", plain: b"plain", gzip: Some(b"gzip"), brotli: Some(b"brotli") },
        Asset { path: "assets/app-1.js", etag: "W/\"2\"", plain: b"plain", gzip: Some(b"gzip"), brotli: None },
    ];

    fn folder() -> Folder {
        Folder { assets: ASSETS, lasting: "assets/", policy: "default-src 'none'".to_owned() }
    }

    fn ask(path: &str, name: HeaderName, value: &'static str) -> Response {
        folder().serve(path, &HeaderMap::from_iter([(name, HeaderValue::from_static(value))]))
    }

    #[tokio::test]
    async fn a_client_gets_the_smallest_form_that_it_accepts() {
        for (path, accepted, form) in [
            ("index.html", "gzip, deflate, br, zstd", "brotli"),
            ("index.html", "br;q=0, gzip;q=0.5", "gzip"),
            ("index.html", "GZIP", "gzip"),
            ("index.html", "gzip;q=0", "plain"),
            ("index.html", "zstd", "plain"),
            ("index.html", "", "plain"),
            ("assets/app-1.js", "br, gzip", "gzip"),
            ("assets/app-1.js", "br", "plain"),
        ] {
            let response = ask(path, ACCEPT_ENCODING, accepted);
            assert_eq!(response.headers()[VARY], "accept-encoding");
            let coding = response.headers().get(CONTENT_ENCODING).map(|value| value.to_str().unwrap().to_owned());
            let expected = match form {
                "plain" => None,
                "brotli" => Some("br"),
                other => Some(other),
            };
            assert_eq!(coding.as_deref(), expected, "{path} {accepted}");
            let body = response.into_body().collect().await.unwrap().to_bytes();
            assert_eq!(body, form, "{path} {accepted}");
        }
    }

    #[test]
    fn a_known_file_is_not_sent_again() {
        for known in ["W/\"1\"", "\"1\"", "\"0\", W/\"1\"", "*"] {
            let response = ask("index.html", IF_NONE_MATCH, known);
            assert_eq!(response.status(), StatusCode::NOT_MODIFIED, "{known}");
            assert_eq!(response.headers()[ETAG], "W/\"1\"");
            assert_eq!(response.headers()[CACHE_CONTROL], "no-cache");
        }
        for other in ["W/\"2\"", "", "1"] {
            assert_eq!(ask("index.html", IF_NONE_MATCH, other).status(), StatusCode::OK, "{other}");
        }
    }

    #[test]
    fn only_contents_that_never_change_are_kept() {
        for (path, caching) in [("index.html", "no-cache"), ("assets/app-1.js", "public, max-age=31536000, immutable")]
        {
            assert_eq!(folder().serve(path, &HeaderMap::new()).headers()[CACHE_CONTROL], caching, "{path}");
        }
    }

    #[test]
    fn each_file_has_its_type_and_the_policy() {
        for (path, kind) in
            [("index.html", "text/html; charset=utf-8"), ("assets/app-1.js", "text/javascript; charset=utf-8")]
        {
            let response = folder().serve(path, &HeaderMap::new());
            assert_eq!(response.headers()[CONTENT_TYPE], kind);
            assert_eq!(response.headers()[CONTENT_SECURITY_POLICY], "default-src 'none'");
            assert_eq!(response.headers()[COOP], "same-origin");
        }
        assert_eq!(content_type("a.b/c"), "application/octet-stream");
    }

    #[test]
    fn an_unknown_file_is_not_found() {
        for path in ["", "../Cargo.toml", "assets", "index.html/"] {
            assert_eq!(folder().serve(path, &HeaderMap::new()).status(), StatusCode::NOT_FOUND, "{path}");
        }
    }
}
