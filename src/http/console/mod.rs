//! The console: the pages for the people of a portal, at `/console/`. Their source is in the folder `console/`.
//!
//! `files` serves the pages, and `settings` tells them what they must know before anybody logs in. `session` logs in and out;
//! `cookie` says when the cookie of a session counts.

pub mod cookie;
mod files;
mod session;
mod settings;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use super::Server;

pub use files::Console;

/// Routes the console. `demo` is a JSON list of people to log in as.
pub fn router(console: Console, demo: Option<Arc<str>>) -> Router<Arc<Server>> {
    Router::new()
        .route("/console/session", post(session::log_in).delete(session::log_out))
        .route("/console/settings", get(async move |server| settings::answer(server, demo)))
        .merge(files::router(console))
}
