//! Decisions for other programs, by the OpenID AuthZEN Authorization API 1.0: may this subject do that with this resource?
//!
//! `rules.rs` reads what a request asks, and says on which sides of an object it is decided. `find.rs` finds subjects and
//! resources by their ids. `decide.rs` decides for all questions of a request at once, by the rule of `access`, and
//! `reason.rs` gives the reasons, as `explainAccess` does. `search.rs` has the searches. Whoever holds ACCESS_EVALUATE at the
//! operator may ask about everything. `http/authzen` has the addresses and writes the answers.

mod decide;
mod find;
mod reason;
mod rules;
mod search;

pub use decide::{Found, Meant, permissions};
pub use reason::{MOST_REASONS, reason, record_reasons};
pub use rules::{
    Entity, MOST, Place, Question, Questions, Semantic, action_search, page, resource_search, subject_search,
};
pub use search::{Wanted, organisations, subjects};
