//! Tenantry: who may do what, for whom, and who pays, behind one GraphQL schema.
//!
//! A request goes through `http`, which finds out who asks (`session::authenticate`), into the schema that `graphql`
//! puts together from the features, one folder per noun. A resolver looks its object up together with the viewer's
//! grants (`access`), and each field checks its one permission against them in memory. Lists come from `page`, one
//! statement for all parents of a level; statements stand in the `store.rs` of each feature and go through `db`.

pub mod access;
pub mod api_key;
pub mod app;
pub mod audit;
pub mod batch;
pub mod billing;
pub mod client;
pub mod client_view;
pub mod clock;
pub mod command;
pub mod config;
pub mod custody;
mod data_dir;
pub mod db;
pub mod error;
pub mod explanation;
pub mod graphql;
pub mod http;
pub mod id;
pub mod invitation;
pub mod invoice;
pub mod locale;
pub mod log;
pub mod mail;
pub mod membership;
pub mod money;
pub mod operator;
pub mod organisation;
pub mod overview;
pub mod ownership;
pub mod page;
pub mod partnership;
pub mod payer;
pub mod programme;
pub mod property;
pub mod proposal;
pub mod random;
pub mod request;
pub mod reseller;
pub mod role;
pub mod seed;
pub mod service;
pub mod session;
pub mod subscription;
pub mod template;
mod text;
pub mod user;
pub mod viewer;
