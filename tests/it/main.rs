//! The integration tests: one binary, every request through the whole server in process, each test on its own database:
//! SQLite, or PostgreSQL with `TEST_DATABASE_URL`.
//!
//! The folders are the chapters of `src`. Read `world/` first. The suites in `generated/` need no list of fields: a new one is
//! covered by existing.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod access;
mod architecture;
mod base;
mod billing;
mod catalogue;
mod command;
mod directory;
mod generated;
mod http;
mod licence;
mod live;
mod mail;
mod organisation;
mod oversight;
mod partners;
mod people;
mod world;
