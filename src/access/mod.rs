//! Who may do what: the role resolver. It imports nothing from the chapters of the product.
//!
//! `permission.rs` and `role.rs` are what an actor can hold. `graph.rs` and `resolver.rs` are the one pure function that
//! decides; `many.rs` decides by it for many subjects at once. `lapsed.rs` says which memberships count. `walk.rs` goes over the part of the graph that both need: `kept.rs`
//! says what of it is in memory, and `store.rs` loads the rest. `decision.rs` is the outcome, and `lookup.rs` keeps those of a
//! request. `guard.rs` checks each field. `explain.rs` finds the paths behind a decision, and `path.rs` describes them.

mod actor;
mod decision;
mod explain;
mod graph;
mod guard;
mod kept;
mod lapsed;
mod lookup;
mod many;
mod path;
mod permission;
mod resolver;
mod role;
mod sentence;
mod set;
mod store;
mod walk;

pub use actor::{Actor, KeyActor, Subject, SubjectId, UserActor};
pub use decision::{Authorised, Card, Decision, Unchecked};
pub use explain::{LISTED, MISSES, explain};
pub use graph::{Edge, Graph, HeldRole, Holding, Holdings, Kind, Node, OrganisationState, PartnershipState, RoleRef};
pub use guard::{Exists, GrantsAt, Guarded, Rule, Side, check, check_unless_own, require_one};
pub use lapsed::{Counting, Lapsed, Tie};
pub use lookup::Access;
pub use many::{Gathered, OfOne, Ordered};
pub use path::{Explanation, Miss, MissReason, Path, Remedy, Step};
pub use permission::Permission;
pub use resolver::{ClientReach, resolve};
pub use role::{BuiltinRole, DelegationPreset};
pub use set::{Grants, PermissionSet};
pub use store::{lock, lock_all, places};
pub use walk::{Accessible, Neighbourhood};
