//! What happened and why: the `audit` log, the `explanation` of decisions, the work of the `operator`'s staff, and the keys by
//! which a repeated call does nothing twice (`idempotency`).

pub mod audit;
pub mod explanation;
pub mod idempotency;
pub mod operator;
