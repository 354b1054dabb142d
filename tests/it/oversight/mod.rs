//! Stories of oversight: the audit log, explanations of decisions, and what the operator does.

mod audit;
mod explanation;
mod idempotency;
mod operator;
