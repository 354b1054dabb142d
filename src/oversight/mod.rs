//! What happened and why: the `audit` log, the `explanation` of decisions, the `evaluation` of access for other programs, the
//! work of the `operator`'s staff, and the keys by which a repeated call does nothing twice (`idempotency`).

pub mod audit;
pub mod evaluation;
pub mod explanation;
pub mod idempotency;
pub mod operator;
