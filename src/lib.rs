//! Tenantry: who may do what, for whom, and who pays, behind one GraphQL schema.
pub mod access;
pub mod batch;
pub mod clock;
pub mod config;
pub mod db;
pub mod error;
pub mod id;
pub mod random;
pub mod page;
pub mod request;
