//! Who may do what: the role resolver. Imports no feature.
//!
//! Read `permission.rs` and `role.rs` for what there is to hold, `graph.rs` and `resolver.rs` for the one pure
//! function that decides, `store.rs` for the one statement that brings what it needs (`among/` for very many organisations), `lookup.rs` for the cache of a
//! request, `guard.rs` for the check on each field, `refusals.rs` for what it refuses of mutations, and `explain.rs` for
//! the paths behind a decision, which are made of what stands in `path.rs`.

mod actor;
mod among;
pub mod directive;
mod explain;
mod graph;
mod guard;
mod listed;
mod lookup;
mod loss;
mod path;
mod permission;
mod refusals;
mod resolver;
mod role;
mod set;
mod store;

pub use actor::{Actor, KeyActor, Subject, UserActor};
pub use directive::Side;
pub use explain::{LISTED, MISSES, explain};
pub use graph::{Edge, Graph, HeldRole, Holding, Holdings, Kind, Node, OrganisationState, PartnershipState, RoleRef};
pub use guard::{Exists, GrantsAt, Guarded, Rule, authenticated, check, report};
pub use lookup::{Access, Authorised, Card, Decision, Unchecked};
pub use loss::{Loss, loss};
pub use path::{Explanation, Miss, MissReason, Path, Remedy, Step};
pub use permission::Permission;
pub use refusals::{Refusal, Refusals, note_refusal, told};
pub use resolver::{Passage, resolve};
pub use role::{BuiltinRole, DelegationPreset};
pub use set::{Grants, PermissionSet};
pub use store::{Accessible, Neighbourhood, lock};
