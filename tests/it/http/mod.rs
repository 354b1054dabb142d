//! What the server makes of HTTP.

mod transport;
