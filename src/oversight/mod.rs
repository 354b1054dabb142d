//! Seeing what happened and why: the `audit` log, the `explanation` of decisions, and what staff of the `operator` do.

pub mod audit;
pub mod explanation;
pub mod operator;
