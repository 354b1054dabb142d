//! Organisations: firms, people acting alone, projects, resellers, and the operator.
//!
//! A state masks what may be done (see `access/graph.rs`). An organisation exists for those who hold ORGANISATION_READ
//! there; whoever stands in a relation with it sees its card.

mod card;
mod halted;
mod mutation;
mod object;
mod query;
pub mod store;

pub use card::OrganisationCard;
pub use halted::halted;
pub use mutation::{NewOrganisationKind, OrganisationMutation};
pub use object::{Organisation, OrganisationKind, OrganisationState};
pub use query::OrganisationQuery;
