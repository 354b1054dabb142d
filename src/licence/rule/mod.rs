//! Rules: which people of the directory get which licence of a family.
//!
//! A set has the rules of one family, in order, and is saved as a whole with its version. `conditions.rs` says when a rule
//! matches, and `evaluate.rs` who gets what, in rounds of `decide.rs`. A preview (`plan.rs`) shows every change with its
//! reason and a digest of all that it depends on; `apply.rs` does exactly what was seen, or nothing. `schedule.rs` applies
//! sets every day. Rules exist for viewers with LICENCE_READ at the organisation.

mod apply;
pub mod conditions;
mod decide;
pub mod evaluate;
mod input;
mod letters;
mod object;
mod plan;
mod plan_object;
mod query;
pub mod rules;
mod save;
mod schedule;
pub mod store;
mod writing;

use macros::merged;

pub use object::LicenceRuleSet;
pub use query::LicenceRuleQuery;
pub use schedule::{apply_daily, apply_now_and_then};

/// The mutations of rules.
#[merged]
pub struct LicenceRuleMutation(save::SaveLicenceRules, apply::ApplyLicenceRules);
