//! What happened and why: the `audit` log, the `explanation` of decisions, and the work of the `operator`'s staff.

pub mod audit;
pub mod explanation;
pub mod operator;
