//! Requests over HTTP.

mod authzen;
mod console;
mod cookie;
mod directory;
mod language;
mod merged;
mod overloaded;
mod scim;
mod transport;
mod unavailable;
mod validated;
