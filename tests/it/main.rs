//! The integration tests: one binary, every request through the whole server in process, each test on its own database:
//! SQLite, or PostgreSQL with `TEST_DATABASE_URL`.
//!
//! Read `database.rs` and `world/` first. What is generated from the schema needs no list of fields: a new field is
//! covered by existing.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod access;
mod accounts;
mod active;
mod api_keys;
mod architecture;
mod audit;
mod bad_input;
mod client_table;
mod compile_fail;
mod consistent;
mod database;
mod declared;
mod enforced;
mod explained;
mod exported;
mod fuzzed;
mod halted;
mod invitations;
mod isolation;
mod killed;
mod links;
mod locked;
mod mail;
mod matrix;
mod members;
mod migrations;
mod mutations;
mod operator;
mod organisations;
mod ownership;
mod paged;
mod partners;
mod paying;
mod plans;
mod revoked;
mod roles;
mod schema;
mod statements;
mod transport;
mod trees;
mod world;
