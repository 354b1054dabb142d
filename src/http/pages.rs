//! Short addresses that lead to a page for people: `/`, and the paths of links in mails. With a console they lead into it.
//! Without one, they lead to the playground.

use axum::Router;
use axum::http::Uri;
use axum::response::Redirect;
use axum::routing::get;

use super::console::Console;
use super::playground;

/// The paths of links in mails. The console has the same ones below `/console`. The playground shows the mutation to send.
pub const LINKS: [&str; 7] = [
    "/verify-address",
    "/reset-password",
    "/confirm-address",
    "/undo-address",
    "/invitation",
    "/ownership",
    "/partnership",
];

/// Routes the addresses.
pub fn router<S: Clone + Send + Sync + 'static>(console: Console) -> Router<S> {
    let has_console = console.is_there();
    let start = if has_console { "/console/" } else { "/playground" };
    let link = || {
        if has_console {
            get(async |address: Uri| {
                let wanted = address.path_and_query().map_or("/", |part| part.as_str());
                Redirect::temporary(&format!("/console{wanted}"))
            })
        } else {
            get(playground::page)
        }
    };
    let router = Router::new().route("/", get(async move || Redirect::temporary(start)));
    LINKS.iter().fold(router, |router, path| router.route(path, link()))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::header::LOCATION;
    use axum::http::{Request, StatusCode};
    use axum::response::Response;
    use tower::ServiceExt;

    use super::*;

    async fn ask(console: Console, path: &str) -> Response {
        router::<()>(console).oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap()
    }

    #[tokio::test]
    async fn with_a_console_all_addresses_lead_into_it() {
        let console = Console::of(&[]);
        assert_eq!(ask(console, "/").await.headers()[LOCATION], "/console/");
        for path in LINKS {
            let answer = ask(console, &format!("{path}?token=a%2Fb")).await;
            assert_eq!(answer.status(), StatusCode::TEMPORARY_REDIRECT);
            assert_eq!(answer.headers()[LOCATION], format!("/console{path}?token=a%2Fb"));
        }
    }

    #[tokio::test]
    async fn without_a_console_they_lead_to_the_playground() {
        let console = Console::default();
        assert_eq!(ask(console, "/").await.headers()[LOCATION], "/playground");
        for path in LINKS {
            assert_eq!(ask(console, &format!("{path}?token=x")).await.status(), StatusCode::OK, "{path}");
        }
    }
}
