//! Requests over HTTP.

mod console;
mod cookie;
mod directory;
mod language;
mod merged;
mod scim;
mod transport;
mod unavailable;
mod validated;
