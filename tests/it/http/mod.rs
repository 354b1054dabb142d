//! Requests over HTTP.

mod console;
mod directory;
mod merged;
mod scim;
mod transport;
mod unavailable;
mod validated;
