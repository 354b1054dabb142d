//! Requests over HTTP.

mod merged;
mod transport;
mod unavailable;
mod validated;
