//! Figures: what an organisation has in all, and what a reseller sees of its clients in all.
//!
//! Each figure of an organisation needs the permission of what it counts. A figure of a reseller speaks over those of its
//! clients that let the viewer have it through their partnership, and says over how many. `rules.rs` adds up.

mod object;
mod rules;
pub mod store;
mod summary;

pub use object::OrganisationOverview;
pub use rules::{Invoiced, Subscribed, Sums};
pub use summary::ResellerSummary;
