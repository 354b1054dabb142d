//! Delegation templates: what a reseller asks each class of its clients to delegate, and how far its clients differ
//! from that. A template exists for viewers with CLIENT_READ at the reseller. A client sees only the proposals that
//! result from it.
//!
//! `save.rs`, `delete.rs` and `assign.rs` change templates. `Drift` in `object.rs` is the report of differences, and
//! `propose.rs` asks many clients at once to delegate what their templates want.

mod assign;
mod delete;
mod object;
mod propose;
mod rules;
mod save;
pub mod store;

use macros::merged;

pub use object::{DelegationTemplate, Drift};
pub use rules::terms;

/// The mutations of delegation templates.
#[merged]
pub struct TemplateMutation(
    save::SaveDelegationTemplate,
    delete::DeleteDelegationTemplate,
    assign::AssignDelegationTemplate,
    propose::ProposeTemplates,
);
