//! Delegation templates: what a reseller asks of each class of its clients, and how far what they delegate has drifted from
//! that. A template is the reseller's own; the client sees nothing of it but the proposals that come of it.
//!
//! `drift.rs` is the report, `propose.rs` asks many clients at once to come to what their template wants.

mod drift;
mod mutation;
mod object;
mod propose;
pub mod store;

pub use drift::Drift;
pub use mutation::TemplateMutation;
pub use object::DelegationTemplate;
pub use propose::TemplateProposalMutation;
