//! Suites that are generated from the schema: every new field, list or mutation is covered automatically.
//!
//! `schema/` reads the exported schema and finds a path to each type; read it first. Nothing here names a field, except
//! the examples of mutations in `mutations/`.

mod bad_input;
mod consistent;
mod declared;
mod enforced;
mod exported;
mod fuzzed;
mod hidden;
mod isolation;
mod mutations;
mod paged;
pub mod plans;
pub mod schema;
mod statements;
