//! Tenantry: who may do what, for whom, and who pays, behind one GraphQL schema.
//!
//! A request goes through `http`, which authenticates the caller (`people::session`), into the schema that `graphql`
//! assembles from the chapters. A resolver looks its object up together with the viewer's grants (`access`), and each
//! field checks its one permission against them in memory. Lists come from `graphql::page`, one statement for all
//! parents of a level; statements stand in the `store.rs` of each noun and go through `base::db`.
//!
//! The chapters are `people`, `organisation`, `partners`, `billing`, `catalogue`, `directory`, `licence`,
//! `live` and `oversight`. Each has one
//! folder per noun, and each noun the same files: `mod.rs` says what it is, `rules.rs` and `store.rs` are its domain, `object.rs`,
//! `query.rs` and one file per mutation its API.

pub mod access;
pub mod app;
pub mod base;
pub mod billing;
pub mod catalogue;
pub mod command;
pub mod directory;
pub mod graphql;
pub mod http;
pub mod licence;
pub mod live;
pub mod mail;
pub mod organisation;
pub mod oversight;
pub mod partners;
pub mod people;
pub mod seed;
