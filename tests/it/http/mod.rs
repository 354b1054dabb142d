//! Requests over HTTP.

mod directory;
mod merged;
mod transport;
mod unavailable;
mod validated;
