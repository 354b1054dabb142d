//! Resellers and their clients.
//!
//! A `programme` request makes an organisation a `reseller`. A `proposal` that the other side accepts, or a `client`
//! that the reseller creates, becomes a `partnership`; `template` says what a class of clients is asked for. Until the
//! owner of a new client accepts, one of the reseller's people holds ownership in `custody`. `property` and
//! `client_view` are the reseller's own columns and saved tables, `overview` its figures.

pub mod client;
pub mod client_view;
pub mod custody;
pub mod overview;
pub mod partnership;
pub mod programme;
pub mod property;
pub mod proposal;
pub mod reseller;
pub mod template;
