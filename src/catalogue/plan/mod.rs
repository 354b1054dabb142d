//! Price plans: sets of prices.
//!
//! One plan is the default. It has the prices of everything that another plan lacks, and it is the plan of every
//! organisation without one of its own. An assignment gives an organisation another plan from a day on. Plans exist for
//! staff with CATALOGUE_MANAGE at the operator. An organisation sees the name of its own plan: see `applied.rs`.

mod applied;
mod assign;
mod create;
mod object;
pub mod store;

use macros::merged;

pub use applied::AppliedPricePlan;
pub use object::PricePlan;

/// The mutations of price plans.
#[merged]
pub struct PricePlanMutation(create::CreatePricePlan, assign::AssignPricePlan);
