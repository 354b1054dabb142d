//! The integration tests: one binary, every request through the whole server in process, each test on its own database:
//! SQLite, or PostgreSQL with `TEST_DATABASE_URL`.
//!
//! Read `database.rs` and `world/` first. What is generated from the schema needs no list of fields: a new field is
//! covered by existing.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod access;
mod base;
mod billing;
mod generated;
mod http;
mod layers;
mod mail;
mod organisation;
mod oversight;
mod partners;
mod people;
mod world;
