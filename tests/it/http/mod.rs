//! Requests over HTTP.

mod transport;
