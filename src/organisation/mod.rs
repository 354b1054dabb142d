//! Organisations: companies, people acting alone, projects, resellers, and the operator.
//!
//! An organisation is ACTIVE, SUSPENDED or CLOSED; the state limits what is allowed there (`access/graph.rs`). It
//! exists for viewers with ORGANISATION_READ; a counterparty sees its card. Read `rules.rs` and `store.rs` for the
//! domain, `object.rs` for the object that clients see, and one file per mutation.

mod billed;
mod buying;
mod card;
mod close;
mod create;
mod directory;
mod kind;
mod letters;
mod licensed;
mod object;
mod partners;
mod paying;
mod query;
mod reopen;
mod resume;
mod rules;
pub mod store;
mod suspend;
mod update;

use macros::merged;

pub use card::OrganisationCard;
pub use create::NewOrganisationKind;
pub use kind::{OrganisationKind, OrganisationState};
pub use object::Organisation;
pub use query::OrganisationQuery;
pub use rules::require_active;

/// The mutations of organisations.
#[merged]
pub struct OrganisationMutation(
    create::CreateOrganisation,
    update::UpdateOrganisation,
    suspend::SuspendOrganisation,
    resume::ResumeOrganisation,
    close::CloseOrganisation,
    reopen::ReopenOrganisation,
);
