//! Requests over HTTP.

mod directory;
mod merged;
mod scim;
mod transport;
mod unavailable;
mod validated;
