//! Signing up, logging in and switching, through the schema and against a real database.

mod authenticating;
mod logging_in;
mod organisations;
mod refreshing;
mod signing_up;
mod tokens;
mod world;
