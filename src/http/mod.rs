//! The transport: the only folder that names the HTTP library.

mod playground;
