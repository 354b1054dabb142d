//! Figures for dashboards: totals of an organisation, and totals over the clients of a reseller.
//!
//! Each figure of an organisation needs the permission to read what it counts. A total over clients includes the clients
//! that delegate that permission to the viewer, and says how many those are. `rules.rs` adds the amounts up, and
//! `store.rs` counts.

mod object;
mod rules;
pub mod store;
mod summary;

pub use object::OrganisationOverview;
pub use rules::{Figure, Invoiced, Seats, Subscribed, Sums};
pub use summary::ResellerSummary;
