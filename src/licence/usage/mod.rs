//! Use of licences: what was granted, given and used on each day, and licences that nobody uses.
//!
//! The figures of a day are counted several times, the last time before the day ends, and kept. They exist for viewers with
//! USAGE_READ at the organisation.

mod counting;
mod object;
pub mod store;
mod unused;

pub use counting::{count, count_now_and_then};
pub use object::UsageDay;
pub use unused::UnusedLicence;
