//! Organisations: firms, people acting alone, projects, resellers, and the operator.
//!
//! A state masks what may be done (see `access/graph.rs`): `suspension.rs` and `closing.rs` change it. An organisation exists for those who hold ORGANISATION_READ
//! there; whoever stands in a relation with it sees its card.

mod card;
mod closing;
mod halted;
mod kind;
mod letters;
mod mutation;
mod object;
mod partners;
mod paying;
mod query;
pub mod store;
mod suspension;
mod update;

pub use card::OrganisationCard;
pub use closing::ClosingMutation;
pub use halted::halted;
pub use kind::{OrganisationKind, OrganisationState};
pub use mutation::{NewOrganisationKind, OrganisationMutation};
pub use object::Organisation;
pub use query::OrganisationQuery;
pub use suspension::SuspensionMutation;
pub use update::OrganisationUpdateMutation;
