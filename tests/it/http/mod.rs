//! Requests over HTTP.

mod transport;
mod unavailable;
mod validated;
